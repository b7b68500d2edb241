"""Test errors by size of the mini-batch, at rates chosen on images set aside."""

import numpy as np

from whybn.readings.definitions import GUESSING_ERROR, at_rate, best_rate


def error(arm: dict[str, np.ndarray], suffix: str = "") -> np.ndarray:
    """Share of test images answered wrongly at the rate that is best on the images set aside: (size, seed).

    A diverged network can but guess. suffix: "_recomputed" for statistics computed anew. Each size has its own rate.
    """
    errors = np.nan_to_num(arm["test_error" + suffix], nan=GUESSING_ERROR)
    return at_rate(errors, best_rate(arm["validation_error" + suffix]))
