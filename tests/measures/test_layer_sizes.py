"""Sizes and factors of layers against PyTorch's own modules."""

import pytest
import torch
from torch import nn

from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import assemble
from whybn.measures.layer_sizes import layer_sizes


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_sizes_are_those_of_the_same_network_of_modules(arm: str) -> None:
    design, seeds = Architecture(inputs=5, depth=3, width=7, arm=arm), [3, 8]
    parameters = initialise(design, seeds, gains=[1.0, 3.0])
    inputs = torch.randn(2, 11, 5, generator=torch.Generator().manual_seed(1))
    leaving, factor = layer_sizes(assemble(design, parameters, seeds), inputs)
    for member in range(2):
        x = inputs[member]
        for layer in range(3):
            linear = nn.Linear(x.shape[1], 7, bias=False)
            linear.weight.data = parameters[f"weight.{layer}"][member].T
            mapped = linear(x)
            assert factor[layer, member].item() == pytest.approx((mapped.norm() / x.norm() * (x.shape[1] / 7) ** 0.5).item())
            x = torch.relu(nn.BatchNorm1d(7)(mapped) if arm == "batch_norm" else mapped)
            assert leaving[layer, member].item() == pytest.approx((x.norm() / (11 * 7) ** 0.5).item())


def test_a_size_too_large_to_be_squared_in_single_precision_is_a_number() -> None:
    design = Architecture(inputs=5, depth=1, width=7)
    ensemble = assemble(design, initialise(design, [0]), [0])
    leaving, _ = layer_sizes(ensemble, torch.full((1, 2, 5), 1e30))
    assert torch.isfinite(leaving).all()
