"""What is read off the loss along the gradients of the convolutional network."""

import numpy as np


def walked(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Loss along the walk from each moment, median over mini-batches: (moment, length, seed)."""
    return np.median(arm["walk_loss"], axis=-1)
