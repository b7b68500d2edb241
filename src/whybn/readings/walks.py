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
