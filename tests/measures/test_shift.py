"""Shift of distributions and misfit of stitched networks, against independent references."""

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from whybn.lab.networks import Architecture, forward, initialise, losses
from whybn.lab.normalisers import Context
from whybn.measures.shift import distribution_shift, misfit, stitch


def test_shift_equals_scipy() -> None:
    generator = torch.Generator().manual_seed(0)
    before = torch.randn(2, 200, 3, generator=generator, dtype=torch.float64)
    after = 1.5 * torch.randn(2, 200, 3, generator=generator, dtype=torch.float64) + 0.3
    found = distribution_shift(before, after)
    for member in range(2):
        reference = np.mean(
            [
                wasserstein_distance(before[member, :, unit], after[member, :, unit]) / before[member, :, unit].std()
                for unit in range(3)
            ]
        )
        assert found[member].item() == pytest.approx(reference, rel=1e-9)


def test_a_translation_shifts_by_its_length_in_deviations() -> None:
    before = torch.randn(1, 500, 4, generator=torch.Generator().manual_seed(1))
    before = before / before.std(1, keepdim=True)
    assert distribution_shift(before, before + 0.7).item() == pytest.approx(0.7, rel=1e-4)
    assert distribution_shift(before, before.flip(1)).item() == 0


def test_a_dead_unit_does_not_decide() -> None:
    before = torch.randn(1, 500, 2, generator=torch.Generator().manual_seed(1))
    before[..., 1] = 0
    assert distribution_shift(before, before).item() == 0
    assert torch.isfinite(distribution_shift(before, before + 1)).all()


def test_misfit_is_the_loss_of_a_network_put_together_by_hand() -> None:
    architecture = Architecture(inputs=5, outputs=3, depth=3, width=6, arm="batch_norm")
    earlier, later = initialise(architecture, [0]), initialise(architecture, [1])
    inputs = torch.randn(1, 20, 5, generator=torch.Generator().manual_seed(2))
    targets = torch.randint(3, (1, 20), generator=torch.Generator().manual_seed(3))
    found = misfit(architecture, earlier, later, inputs, targets)

    def by_hand(boundary: int) -> torch.Tensor:
        x = inputs
        for layer in range(3):
            source = later if layer < boundary else earlier
            z = x @ source[f"weight.{layer}"]
            x = torch.relu((z - z.mean(1, keepdim=True)) / (z.var(1, keepdim=True, correction=0) + 1e-5).sqrt())
        return losses(x @ earlier["weight.3"], targets)

    expected = torch.stack([by_hand(boundary) - by_hand(0) for boundary in (1, 2, 3)])
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_stitching_a_network_with_itself_changes_nothing() -> None:
    architecture = Architecture(depth=4)
    parameters = initialise(architecture, [0])
    inputs = torch.randn(1, 10, 64, generator=torch.Generator().manual_seed(0))
    targets = torch.zeros(1, 10, dtype=torch.int64)
    assert misfit(architecture, parameters, parameters, inputs, targets).abs().max() == 0


def test_stitched_parameters_come_from_the_right_side() -> None:
    architecture = Architecture(depth=2)
    lower, upper = initialise(architecture, [0]), initialise(architecture, [1])
    both = stitch(lower, upper, 1)
    assert both["weight.0"] is lower["weight.0"]
    assert both["weight.1"] is upper["weight.1"]
    with pytest.raises(ValueError, match="same network"):
        stitch(lower, initialise(Architecture(depth=3), [0]), 1)
    outputs = forward(architecture, both, torch.zeros(1, 2, 64), Context(training=True))
    assert outputs.shape == (1, 2, 10)
