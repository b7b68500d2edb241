"""What is read off the map of gains and learning rates: which networks train, and over how many decades."""

import numpy as np

from whybn.readings.definitions import diverged_last, nearest, spacing, trains


def he(arm: dict[str, np.ndarray]) -> int:
    """Row of the map with He initialisation, gain 1."""
    return nearest(arm["gains"], 1)


def typical(arm: dict[str, np.ndarray], budget: int) -> np.ndarray:
    """Median loss over seeds after one budget of steps: (gain, rate), infinite where the median network diverged."""
    return np.median(diverged_last(arm["loss"][budget]), axis=0)


def cells(arm: dict[str, np.ndarray]) -> int:
    """Number of places of the map whose median network trains within the longer budget, as the map shows it."""
    return int(trains(typical(arm, -1)).sum())


def rate_decades(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Decades of learning rate that train from He initialisation within the longer budget: (seed,)."""
    return trains(arm["loss"][-1])[:, he(arm)].sum(1) * spacing(arm["rates"])


def gain_decades(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Decades of gain that train at the learning rate that allows most of them: (seed,)."""
    return trains(arm["loss"][-1]).sum(1).max(1) * spacing(arm["gains"])
