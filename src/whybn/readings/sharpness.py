"""Sharpness in units of what a learning rate allows, and that of one arm over that of the other."""

import numpy as np

from whybn.readings.definitions import at_loss

Arm = dict[str, np.ndarray]


def reached(part: Arm) -> np.ndarray:
    """Sharpness times half the learning rate; at one it is two over the rate: (time, seed, rate)."""
    return part["sharpness"] * part["rates"] / 2


def end_ratio(plain: Arm, normalised: Arm, rate: int) -> np.ndarray:
    """Sharpness after the last step at the rate of this index, `plain` over `normalised`: (seed,)."""
    return plain["sharpness"][-1, :, rate] / normalised["sharpness"][-1, :, rate]


def ratio_at_loss(plain: Arm, normalised: Arm, rate: int) -> np.ndarray:
    """The same, but with `normalised` read where its loss was that of `plain` after the last step: (seed,)."""
    theirs = at_loss(normalised["sharpness"][..., rate], normalised["loss"][..., rate], plain["loss"][-1:, :, rate])
    return plain["sharpness"][-1, :, rate] / theirs[0]
