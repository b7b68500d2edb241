"""Losses and shifts of the controls, one network at a time."""

import numpy as np


def loss(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Loss after training of one network: (seed, rate), NaN where it diverged."""
    return arm["loss"][_network(arm, depth, gain)]


def shift(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Shift of the layers' inputs of one network, mean over layers and moments: (seed, rate), NaN where it diverged."""
    return arm["shift"][_network(arm, depth, gain)].mean(0)


def _network(arm: dict[str, np.ndarray], depth: int, gain: float) -> int:
    return int(np.flatnonzero((arm["depths"] == depth) & (arm["gains"] == gain))[0])
