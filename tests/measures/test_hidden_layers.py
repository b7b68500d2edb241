"""The middle sameness of an untrained network against networks built from torch.nn modules, layer by layer."""

import numpy as np
import pytest
import torch
from torch import nn

from whybn.lab.convolution import Convolutional
from whybn.lab.networks import ACTIVATIONS, Architecture, initialise
from whybn.lab.residual import Residual
from whybn.measures.hidden_layers import middle_sameness

SEEDS = [3, 5]


def alike(values: np.ndarray) -> float:
    """Sameness of (example, unit), from its definition."""
    return float((values.mean(0) ** 2).sum() / (values**2).mean(0).sum())


@pytest.mark.parametrize("activation", ["relu", "shifted_relu", "tanh"])
def test_fully_connected(activation: str) -> None:
    design = Architecture(depth=4, width=8, activation=activation)
    inputs = torch.randn(2, 30, 64)
    parameters = initialise(design, SEEDS)
    found = []
    for member in range(2):
        x, layers = inputs[member], []
        for layer in range(4):
            z = x @ parameters[f"weight.{layer}"][member]
            layers.append(alike(z.numpy()))
            x = ACTIVATIONS[activation](z)
        found.append(np.median(layers))
    np.testing.assert_allclose(middle_sameness(design, SEEDS, inputs), found, rtol=1e-5)


def test_residual_before_each_activation() -> None:
    design = Residual(blocks=3, width=8, branch="shrunk")
    inputs = torch.randn(2, 30, 64)
    parameters = initialise(design, SEEDS)
    x = inputs[1] @ parameters["weight.0"][1]
    layers = [alike(x.numpy())]
    for block in range(1, 4):
        x = x + torch.relu(x) @ parameters[f"weight.{block}"][1] / 3**0.5
        layers.append(alike(x.numpy()))
    assert middle_sameness(design, SEEDS, inputs)[1] == pytest.approx(np.median(layers), rel=1e-5)


@pytest.mark.parametrize("pooled", [False, True])
def test_positions_are_units_or_examples(pooled: bool) -> None:
    design = Convolutional(depth=1, width=4)
    inputs = torch.randn(1, 10, 196) + torch.linspace(-2, 2, 196)
    convolution = nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False)
    weight = initialise(design, [3])["weight.0"][0]
    convolution.weight.data = weight.view(3, 3, 1, 4).permute(3, 2, 0, 1)
    seen = convolution(inputs[0].view(10, 1, 14, 14)).detach()  # (example, filter, y, x)
    values = seen.permute(0, 2, 3, 1).reshape(-1, 4) if pooled else seen.flatten(1)
    assert middle_sameness(design, [3], inputs, pooled)[0] == pytest.approx(alike(values.numpy()), rel=1e-4)
