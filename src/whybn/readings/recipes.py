"""Accuracy on the training images, for recipes that keep it."""

import numpy as np

from whybn.readings.definitions import GUESSING_ACCURACY, at_rate, best_rate


def accuracy(arm: dict[str, np.ndarray], recipe: str) -> np.ndarray:
    """Share of training images answered rightly: (seed, rate). A diverged network can but guess."""
    return np.nan_to_num(arm[f"{recipe}_accuracy"], nan=GUESSING_ACCURACY)


def best(arm: dict[str, np.ndarray], recipe: str) -> int:
    """Number of the rate that is best for the loss."""
    return int(best_rate(arm[f"{recipe}_loss"]))


def best_accuracy(arm: dict[str, np.ndarray], recipe: str) -> np.ndarray:
    """Accuracy at the rate that is best for the loss: (seed,)."""
    return at_rate(accuracy(arm, recipe), best(arm, recipe))
