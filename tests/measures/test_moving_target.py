"""The change of a layer's gradient under the step of the layers below, against torch.nn and closed forms."""

import pytest
import torch
from torch import nn

from whybn.lab.arms import BATCH_NORM
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import assemble
from whybn.measures.moving_target import moving_target

WIDTH = 6


def modules(architecture: Architecture, parameters: dict) -> nn.Sequential:
    layers: list[nn.Module] = []
    for layer in range(architecture.depth + 1):
        fan_in, fan_out = architecture.fans(layer)
        linear = nn.Linear(fan_in, fan_out, bias=f"bias.{layer}" in parameters).double()
        linear.weight.data = parameters[f"weight.{layer}"][0].T.clone()
        if linear.bias is not None:
            linear.bias.data.zero_()
        last = layer == architecture.depth
        norm = [nn.BatchNorm1d(fan_out).double()] if architecture.arm == BATCH_NORM and not last else []
        layers.append(nn.Sequential(linear, *norm, *([] if last else [nn.Tanh()])))
    return nn.Sequential(*layers)


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_change_equals_torch_nn_layer_by_layer(arm: str) -> None:
    architecture = Architecture(inputs=5, outputs=3, depth=3, width=WIDTH, activation="tanh", arm=arm)
    parameters = {name: value.double() for name, value in initialise(architecture, [0]).items()}
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(1, 20, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(3, (1, 20), generator=generator)
    rate = 0.3
    ensemble = assemble(architecture, parameters, [0])
    found = moving_target(ensemble, inputs, targets, torch.tensor([rate], dtype=torch.float64))
    for layer in range(1, 4):
        network = modules(architecture, parameters)
        before = step_and_gradient(network, layer, inputs[0], targets[0], rate)
        after = step_and_gradient(network, layer, inputs[0], targets[0], 0.0)
        relative = (before - after).norm() / before.norm()
        assert relative > 1e-3
        assert found.relative[layer - 1, 0].item() == pytest.approx(relative.item(), rel=1e-9)
        cosine = (before * after).sum() / (before.norm() * after.norm())
        assert found.cosine[layer - 1, 0].item() == pytest.approx(cosine.item(), rel=1e-9)


def step_and_gradient(network: nn.Sequential, layer: int, inputs, targets, rate: float) -> torch.Tensor:
    """Gradient of the weights of `layer`; after it is taken, the modules below descend by `rate`."""
    optimiser = torch.optim.SGD(network[:layer].parameters(), lr=rate)
    network.zero_grad()
    nn.functional.cross_entropy(network(inputs), targets).backward()
    found = network[layer][0].weight.grad.clone()
    optimiser.step()
    return found


def test_nothing_changes_without_a_step() -> None:
    architecture = Architecture(inputs=5, outputs=3, depth=3, width=WIDTH, arm="batch_norm")
    inputs = torch.randn(2, 20, 5, generator=torch.Generator().manual_seed(1))
    targets = torch.zeros(2, 20, dtype=torch.int64)
    ensemble = assemble(architecture, initialise(architecture, [0, 1]), [0, 1])
    found = moving_target(ensemble, inputs, targets, torch.zeros(2))
    assert (found.relative == 0).all()
    torch.testing.assert_close(found.cosine, torch.ones(3, 2))


def test_two_linear_layers_agree_with_the_closed_form() -> None:
    architecture = Architecture(inputs=4, outputs=2, depth=1, width=3, activation="identity")
    parameters = {name: value.double() for name, value in initialise(architecture, [0]).items()}
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(30, 4, generator=generator, dtype=torch.float64)
    y = torch.randn(30, 2, generator=generator, dtype=torch.float64)
    ensemble, rate = assemble(architecture, parameters, [0]), 0.1
    found = moving_target(ensemble, x[None], y[None], torch.tensor([rate], dtype=torch.float64))
    a, b = parameters["weight.0"][0], parameters["weight.1"][0]
    error = (x @ a @ b - y) / 30  # gradient of the mean over 60 numbers of the squared error, by the outputs
    below = a - rate * (x.T @ error @ b.T)
    offset = -rate * (error @ b.T).sum(0)  # the step of the hidden bias, which starts at zero
    before = (x @ a).T @ error
    hidden = x @ below + offset
    after = hidden.T @ (hidden @ b - y) / 30
    expected = (before - after).norm() / before.norm()
    assert found.relative[0, 0].item() == pytest.approx(expected.item(), rel=1e-9)
