"""Size, sameness and spread against numpy, closed forms, and each other."""

import numpy as np
import pytest
import torch

from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import assemble
from whybn.measures.sameness import cosines, sameness, size, spread, traced


def drawn() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 20, 7, generator=generator, dtype=torch.float64) + torch.linspace(-1, 2, 7)


def test_they_are_what_numpy_finds() -> None:
    values = drawn()
    for member, one in enumerate(values.numpy()):
        assert size(values)[member].item() == pytest.approx(np.sqrt(np.mean(one**2)))
        assert sameness(values)[member].item() == pytest.approx((one.mean(0) ** 2).sum() / (one**2).mean(0).sum())
        assert spread(values)[member].item() == pytest.approx(np.sqrt(one.var(0).mean()))


def test_spread_follows_from_size_and_sameness() -> None:
    values = drawn()
    torch.testing.assert_close(spread(values) ** 2, size(values) ** 2 * (1 - sameness(values)))


def test_sameness_of_known_values() -> None:
    equal = torch.ones(1, 5, 3)
    assert sameness(equal).item() == 1
    assert spread(equal).item() == 0
    opposite = torch.stack([torch.ones(1, 3), -torch.ones(1, 3)], 1)
    assert sameness(opposite).item() == 0


def test_of_examples_of_equal_length_sameness_is_the_mean_cosine() -> None:
    values = drawn()
    values = values / values.norm(dim=2, keepdim=True)
    torch.testing.assert_close(sameness(values), cosines(values).mean((1, 2)))
    for member in range(3):
        known = np.inner(*[values[member].numpy()] * 2)
        np.testing.assert_allclose(cosines(5 * values)[member], known, atol=1e-12)


@pytest.mark.parametrize(("arm", "expected"), [("plain", 0.5), ("mean_only", 0.0)])
def test_layers_are_traced_in_train_mode(arm: str, expected: float) -> None:
    """A batch and the same with every sign turned: before the first ReLU the mean is zero, behind it the half of the size.

    With the mean of the batch subtracted nothing is the same in all examples of what enters the activation function.
    """
    design = Architecture(inputs=4, depth=2, width=500, arm=INGREDIENTS[arm])
    half = torch.randn(1, 1, 4, generator=torch.Generator().manual_seed(0))
    trace = traced(assemble(design, initialise(design, [0]), [0]), torch.cat([half, -half], 1))
    assert sameness(trace.linear[0]).item() == pytest.approx(0, abs=1e-6)
    assert sameness(trace.activations[0]).item() == pytest.approx(0.5, abs=1e-6)
    assert sameness(trace.preactivations[1]).item() == pytest.approx(expected, abs=0.08)
