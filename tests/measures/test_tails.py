"""Tails of gradients, against scipy, numpy and one torch.nn pass for each example."""

import numpy as np
import pytest
import scipy.stats
import torch
from torch import nn

from whybn.lab.networks import Architecture, initialise
from whybn.lab.normalisers import Context
from whybn.lab.training import assemble, gradients
from whybn.measures.tails import example_norms, flattened, kurtosis, top_share


def test_kurtosis_is_scipys() -> None:
    values = torch.randn(2, 400, generator=torch.Generator().manual_seed(0), dtype=torch.float64) ** 3
    expected = scipy.stats.kurtosis(values.numpy(), axis=1, fisher=False)
    np.testing.assert_allclose(kurtosis(values), expected, rtol=1e-10)


def test_top_share_of_known_rows() -> None:
    values = torch.tensor([[3.0, -4.0, 0.0, 0.0], [1.0, 1.0, 1.0, -1.0]])
    assert top_share(values, 0.25).tolist() == pytest.approx([16 / 25, 1 / 4])
    assert top_share(values, 0.0).tolist() == pytest.approx([16 / 25, 1 / 4])  # at least one entry
    assert top_share(values, 1.0).tolist() == [1, 1]


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_example_norms_equal_one_pass_per_example(arm: str) -> None:
    architecture = Architecture(inputs=6, outputs=4, depth=1, width=5, arm=arm)
    parameters = {name: value.double() for name, value in initialise(architecture, [0]).items()}
    ensemble = assemble(architecture, parameters, [0])
    inputs = torch.randn(1, 8, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = torch.randint(4, (1, 8), generator=torch.Generator().manual_seed(1))
    found = example_norms(ensemble, inputs, targets)
    normalised = arm == "batch_norm"
    layers = [nn.Linear(6, 5, bias=not normalised), *([nn.BatchNorm1d(5)] if normalised else []), nn.ReLU(), nn.Linear(5, 4)]
    network = nn.Sequential(*layers).double()
    network[0].weight.data = parameters["weight.0"][0].T.clone()
    network[-1].weight.data = parameters["weight.1"][0].T.clone()
    for layer in (network[0], network[-1]):
        if layer.bias is not None:
            layer.bias.data.zero_()
    for example in range(8):
        loss = nn.functional.cross_entropy(network(inputs[0])[example], targets[0, example])
        own = torch.cat([one.flatten() for one in torch.autograd.grad(loss, list(network.parameters()))])
        assert found[0, example].item() == pytest.approx(own.norm().item(), rel=1e-9)
    _, whole = gradients(ensemble, inputs, targets, Context(training=True))
    assert flattened(whole).shape == (1, sum(value.numel() for value in parameters.values()))
