"""Sharpness in units of what a learning rate allows."""

import numpy as np


def reached(part: dict[str, np.ndarray]) -> np.ndarray:
    """Sharpness times half the learning rate; at one it is two over the rate: (time, seed, rate)."""
    return part["sharpness"] * part["rates"] / 2
