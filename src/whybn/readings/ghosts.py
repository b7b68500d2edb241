"""Test losses with statistics from groups of a mini-batch."""

import numpy as np

from whybn.readings.definitions import at_rate, best_rate

EQUAL_RATE = 0.3  # learning rate of the comparison at equal training loss


def final(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Test loss after the last step, at the rate that is best on the images set aside: (size, seed)."""
    return at_rate(arm["test_loss"][:, -1], best_rate(arm["validation_loss"][:, -1]))
