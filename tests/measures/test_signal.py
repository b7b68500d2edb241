"""Gradients by layer, their growth, and soft rank, against autograd on torch.nn, closed forms and numpy."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import assemble
from whybn.measures.signal import gradient_by_layer, growth_per_layer, linear_growth, relu_growth, soft_rank


def test_gradient_by_layer_is_autograds() -> None:
    architecture = Architecture(inputs=6, outputs=4, depth=2, width=5, arm="batch_norm")
    parameters = {name: value.double() for name, value in initialise(architecture, [3]).items()}
    inputs = torch.randn(1, 16, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = torch.randint(4, (1, 16), generator=torch.Generator().manual_seed(1))
    found = gradient_by_layer(assemble(architecture, parameters, [3]), inputs, targets)
    norm = nn.BatchNorm1d(5).double()
    first = (inputs[0] @ parameters["weight.0"][0]).requires_grad_()
    second = torch.relu(norm(first)) @ parameters["weight.1"][0]
    second.retain_grad()
    outputs = torch.relu(norm(second)) @ parameters["weight.2"][0]
    nn.functional.cross_entropy(outputs, targets[0]).backward()
    expected = [first.grad.square().sum().item(), second.grad.square().sum().item()]
    assert found[:, 0].tolist() == pytest.approx(expected, rel=1e-10)


def test_growth_is_the_slope_that_numpy_fits() -> None:
    squares = torch.rand(7, 3, dtype=torch.float64) + 0.1
    slope = np.polyfit(np.arange(7), np.log(squares.numpy()), 1)[0]
    np.testing.assert_allclose(growth_per_layer(squares), np.exp(-slope), rtol=1e-10)
    exact = 2.0 ** -torch.arange(5.0)[:, None]
    assert growth_per_layer(exact).item() == pytest.approx(2)


def test_a_wide_relu_layer_with_batch_norm_grows_as_the_theory_says() -> None:
    """Layer by layer the theory is two Gaussian averages; here they are sampled, batch and width both large."""
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(200_000, generator=generator, dtype=torch.float64)
    x = torch.relu(z)
    passes = (z > 0).double().mean()  # share of the gradient that ReLU lets through
    # He weights double what passes; centring leaves the variance of x instead of its square, so the division by the
    # deviation of the next layer's linear outputs, 2 var(x), is weaker than without Batch Norm.
    assert (2 * passes / (2 * x.var())).item() == pytest.approx(relu_growth(), rel=1e-2)
    assert relu_growth() == pytest.approx(math.pi / (math.pi - 1))


@pytest.mark.parametrize("batch", [8, 16])
def test_a_wide_linear_network_grows_as_the_theory_says(batch: int) -> None:
    architecture = Architecture(depth=20, width=400, activation="identity", arm="batch_norm")
    found = []
    for seed in range(3):
        inputs = torch.randn(1, batch, 64, generator=torch.Generator().manual_seed(seed))
        targets = torch.randint(10, (1, batch), generator=torch.Generator().manual_seed(seed))
        ensemble = assemble(architecture, initialise(architecture, [seed]), [seed])
        found.append(growth_per_layer(gradient_by_layer(ensemble, inputs, targets)).item())
    assert np.mean(found) == pytest.approx(linear_growth(batch), abs=0.02)


def test_soft_rank_is_that_of_the_singular_values() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 9, 5, generator=generator, dtype=torch.float64)
    for member in range(2):
        squares = np.linalg.svd(x[member].numpy(), compute_uv=False) ** 2
        assert soft_rank(x)[member].item() == pytest.approx(squares.sum() ** 2 / (squares**2).sum())
    same = torch.ones(1, 9, 5)
    assert soft_rank(same).item() == pytest.approx(1)
    assert soft_rank(torch.eye(4)[None]).item() == pytest.approx(4)
