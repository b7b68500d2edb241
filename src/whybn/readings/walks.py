"""Loss and gradient along single gradients."""

import numpy as np


def multiples(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Lengths of the walk in steps of the training: (length,)."""
    return arm["lengths"] / arm["rate"]


def per_seed(values: np.ndarray) -> np.ndarray:
    """Median over the mini-batches, the last axis."""
    return np.median(values, axis=-1)


def degrees(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Angle between the gradient there and the one at the start, median over mini-batches: (moment, length, seed)."""
    return per_seed(np.degrees(np.arccos(arm["cosine"].clip(-1, 1))))


def loss_range(loss: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Range of `loss` (moment, length, seed, batch) between half a step and the end of the walk: (moment, seed).

    steps (length,): the lengths in steps of the training. Of the mini-batches it is the median.
    """
    return per_seed(np.ptp(loss[:, steps >= 0.49], axis=1))
