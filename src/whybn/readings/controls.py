"""Losses and shifts of the controls, one network at a time."""

import numpy as np

from whybn.readings.definitions import at_rate, best_rate, diverged_last, largest_rate, nearest


def loss(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Loss after training of one network, without noise: (seed, rate), NaN where it diverged."""
    return arm["loss"][_network(arm, depth, gain)]


def noisy_loss(arm: dict[str, np.ndarray], depth: int = 10) -> np.ndarray:
    """The same of an arm with noise or drift, with it."""
    return arm["noisy_loss"][_network(arm, depth, 1.0)]


def shift(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Shift of the layers' inputs of one network, mean over layers and moments: (seed, rate), NaN where it diverged."""
    return arm["shift"][_network(arm, depth, gain)].mean(0)


def own_shift(arm: dict[str, np.ndarray], depth: int) -> np.ndarray:
    """Shift of the inputs at the arm's best learning rate, per seed; infinite where the network diverged."""
    return diverged_last(at_rate(shift(arm, depth), best_rate(loss(arm, depth))))


def largest(arm: dict[str, np.ndarray], depth: int = 10) -> np.ndarray:
    """Largest learning rate that trains from He initialisation, without noise, per seed."""
    return largest_rate(loss(arm, depth), arm["rates"])


def small_rate(arm: dict[str, np.ndarray], depth: int) -> int:
    """Index of the learning rate nearest to a tenth of the arm's best one."""
    return nearest(arm["rates"], arm["rates"][best_rate(loss(arm, depth))] / 10)


def _network(arm: dict[str, np.ndarray], depth: int, gain: float) -> int:
    return int(np.flatnonzero((arm["depths"] == depth) & (arm["gains"] == gain))[0])
