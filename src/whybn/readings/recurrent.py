"""Test errors of recurrent networks, at rates chosen on images set aside."""

import numpy as np

from whybn.readings.definitions import GUESSING_ERROR, at_rate, best_rate


def error(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Share of test images answered wrongly at the rate that is best on the images set aside: (length, seed)."""
    return at_rate(np.nan_to_num(arm["test_error"], nan=GUESSING_ERROR), best_rate(arm["validation_error"]))
