"""Whether the convolutional network counts as trained, and over which learning rates it does."""

import numpy as np

from whybn.readings.definitions import GUESSING, spacing, trains

TRAINED = GUESSING / 2  # loss below which a network on these harder pictures counts as trained


def rate_decades(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Decades of learning rate that train, per seed; diverged ones do not."""
    return trains(arm["loss"], TRAINED).sum(1) * spacing(arm["rates"])
