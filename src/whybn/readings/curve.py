"""How networks that learned a curve disagree, and how long they take when its data arrive in pieces."""

import numpy as np

from whybn.readings.definitions import typical_seed


def seen(part: dict[str, np.ndarray]) -> np.ndarray:
    """Which inputs of the grid the training data cover: (point,)."""
    low, high = part["range"]
    return (part["grid"] >= low) & (part["grid"] <= high)


def spread(part: dict[str, np.ndarray]) -> np.ndarray:
    """Standard deviation, over the networks of one data set, of the output at one input: (seed, point)."""
    return part["predictions"].std(1)


def disagreement(part: dict[str, np.ndarray]) -> np.ndarray:
    """Mean spread beyond the training data over mean spread on them: (seed,), a seed being a data set."""
    covered = seen(part)
    return spread(part)[:, ~covered].mean(1) / spread(part)[:, covered].mean(1)


def typical_set(part: dict[str, np.ndarray]) -> int:
    """The data set whose networks disagree as in the median data set."""
    return typical_seed(disagreement(part))


def total(part: dict[str, np.ndarray], optimiser: str) -> np.ndarray:
    """Steps until the whole curve is learned: (seed, schedule), median over the networks of a data set."""
    return np.median(part[f"{optimiser}_total"], axis=1)


def after_arrival(part: dict[str, np.ndarray], optimiser: str) -> np.ndarray:
    """The same, counted from the arrival of the last piece: (seed, schedule)."""
    return total(part, optimiser) - part["arrival"]


def never(part: dict[str, np.ndarray], optimiser: str) -> int:
    """Number of trainings, over all schedules, that never learn the whole curve."""
    return int(np.isinf(part[f"{optimiser}_total"]).sum())
