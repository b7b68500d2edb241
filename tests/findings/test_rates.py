"""Steps to a loss and the largest rate that trains, on losses made by hand."""

import numpy as np
import pytest

from whybn.findings.rates import _highest_rate, steps_to


def arm(*curves: list[float]) -> dict[str, np.ndarray]:
    """One depth and one seed; a curve of losses at steps 10, 100 and 1000 for each of the rates."""
    loss = np.array(curves).T[None, :, None]
    return {"loss": loss, "steps": np.array([10, 100, 1000]), "rates": np.logspace(-2, -3 + len(curves), len(curves))}


def test_steps_are_read_off_a_straight_line_in_logarithms() -> None:
    power_law = [10**-0.5, 10**-1.5, 10**-2.5]  # loss = sqrt(10) / steps: 0.1 is reached after 10^1.5 steps
    assert steps_to(arm(power_law), 0.1).item() == pytest.approx(10**1.5)


def test_the_fastest_rate_counts_and_a_diverged_one_does_not() -> None:
    slow, fast, diverged = [1.0, 1.0, 0.01], [1.0, 0.01, 0.01], [0.3, np.nan, np.nan]
    assert steps_to(arm(slow, fast, diverged), 0.1).item() == pytest.approx(10**1.5)
    assert steps_to(arm(diverged), 0.1).item() == np.inf
    assert steps_to(arm([0.05, 0.01, 0.01]), 0.1).item() == pytest.approx(10)  # met by the first measurement


def test_highest_rate_that_trains() -> None:
    trains, fails = [1.0, 1.0, 0.1], [1.0, 1.0, 1.0]
    assert _highest_rate(arm(trains, trains, fails)).item() == pytest.approx(0.1)
    assert _highest_rate(arm(fails, fails)).item() == pytest.approx(0.001)
