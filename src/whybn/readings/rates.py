"""Best losses, largest rates and steps to a loss at three depths, after short and long trainings."""

import numpy as np

from whybn.readings.crossings import crossing
from whybn.readings.definitions import at_best, largest_rate, nearest, steps_to

SHORT = 160  # steps of the short training, or the nearest that were read; the long one ends the experiment


def short(arm: dict[str, np.ndarray]) -> int:
    """Number of the check that ends the short training."""
    return nearest(arm["steps"], SHORT)


def lowest(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Loss at the best rate for each length of training: (depth, check, seed)."""
    return at_best(arm["loss"])


def largest(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Largest learning rate that trains in the long training: (depth, seed)."""
    return largest_rate(arm["loss"][:, -1], arm["rates"])


def steps_to_train(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Steps until the network counts as trained, at the one rate at which the median seed is there first: (depth, seed)."""
    return at_best(steps_to(arm["loss"], arm["steps"]))


def lead_ends(plain: dict[str, np.ndarray], normalised: dict[str, np.ndarray]) -> np.ndarray:
    """Length of training, in steps, from which on the best loss is no longer the lower one with Batch Norm: (depth, seed).

    Infinite where it still is in the end.
    """
    return np.stack([crossing(lead, plain["steps"]) for lead in lowest(plain) / lowest(normalised)])
