"""Test errors of the convolutional network by size of the mini-batch."""

import numpy as np

from whybn.readings.definitions import GUESSING_ERROR, at_rate, best_rate


def error(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Share of test pictures answered wrongly at the rate that is best on the pictures set aside: (size, seed)."""
    return at_rate(np.nan_to_num(arm["test_error"], nan=GUESSING_ERROR), best_rate(arm["validation_error"]))
