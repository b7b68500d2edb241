"""What each arm of Batch Norm taken apart buys: rates, losses, and gains that it repairs."""

import numpy as np

from whybn.readings.definitions import GUESSING, TRAINED, at_best, at_rate, best_rate, diverged_last, largest_rate

EARLY, LATE = 0, -1  # of the budgets: the first and the last
LEARNS = GUESSING / 2  # loss below which a network from bad gains has learnt


def largest(arm: dict[str, np.ndarray], trained: float = TRAINED) -> np.ndarray:
    """Largest learning rate at which the loss after the last step is below `trained`: (seed,)."""
    return largest_rate(arm["loss"][LATE], arm["rates"], trained)


def more_rate(arm: dict[str, np.ndarray], plain: dict[str, np.ndarray]) -> np.ndarray:
    """The largest rate that trains, over that with nothing: (seed,)."""
    return largest(arm) / largest(plain)


def lowest(arm: dict[str, np.ndarray], budget: int = LATE) -> np.ndarray:
    """Loss on the training images at the best rate of a budget: (seed,). What diverged or is worse counts as guessing."""
    return np.minimum(at_best(arm["loss"][budget]), GUESSING)


def by_depth(arm: dict[str, np.ndarray]) -> dict[int, dict[str, np.ndarray]]:
    """The arm in networks of other depths than ten, as far as it was trained there: rates, and loss (1, seed, rate)."""
    if "other_depths" not in arm:
        return {}
    pairs = zip(arm["other_depths"].tolist(), arm["loss_by_depth"], strict=True)
    return {depth: {"rates": arm["rates"], "loss": loss[None]} for depth, loss in pairs}


def test_loss(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Loss on the test images after the last step, at the rate that is best on the training images: (seed,)."""
    return np.minimum(diverged_last(at_rate(arm["test_loss"][LATE], best_rate(arm["loss"][LATE]))), GUESSING)


def from_gains(arm: dict[str, np.ndarray]) -> np.ndarray:
    """The same as `lowest`, from each bad gain: (gain, seed)."""
    return np.minimum(at_best(arm["gain_loss"]), GUESSING)


def repaired(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Whether the median network learns, from each bad gain: (gain,)."""
    return np.median(from_gains(arm), axis=-1) < LEARNS
