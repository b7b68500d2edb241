"""Two networks that differ in Batch Norm alone, and the one seed of them that a picture shows."""

import numpy as np

from whybn.readings.definitions import typical_seed


def right(part: dict[str, np.ndarray]) -> np.ndarray:
    """How many of the ten shown digits a network takes for what they are: (seed,)."""
    return (part["answers"] == np.arange(part["answers"].shape[1])).sum(1)


def shown_seed(parts: dict[str, dict[str, np.ndarray]]) -> int:
    """The seed whose network without Batch Norm is the typical one, by its share of right answers to all test images."""
    return typical_seed(np.nan_to_num(parts["plain"]["accuracy"]))
