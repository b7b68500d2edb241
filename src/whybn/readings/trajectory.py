"""How the output for one example depends on its companions, and which network shows it."""

import numpy as np

from whybn.readings.definitions import typical_seed


def companion_range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range that holds nine tenths of the outputs for one example as its companions change: (size, seed)."""
    low, high = np.quantile(arm["companions"], [0.05, 0.95], axis=2)
    return high - low


def typical_network(arm: dict[str, np.ndarray]) -> int:
    """The seed for which the largest mini-batch moves the output as in the median seed."""
    return typical_seed(companion_range(arm)[-1])
