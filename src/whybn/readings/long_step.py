"""What one step does to a network, layer by layer: what sentences, claims and picture share.

`moment` is START, before any training, or TRAINED, after a short one.
"""

import numpy as np

from whybn.readings.definitions import GUESSING, diverged_last, nearest

START, TRAINED = 0, -1


def followed(arm: dict[str, np.ndarray]) -> int:
    """Index of the length of step that is followed up."""
    return nearest(arm["lengths"], arm["length"])


def growth(arm: dict[str, np.ndarray], moment: int) -> np.ndarray:
    """Size of what leaves each layer after the long step, over before: (layer, seed).

    It is the product of the growths of this layer and of all below it.
    """
    return arm["growth"][moment, followed(arm)]


def product(arm: dict[str, np.ndarray], moment: int) -> np.ndarray:
    """Product of all layers' growths, which is the growth of what leaves the last: (seed,)."""
    return growth(arm, moment)[-1]


def each_layer(arm: dict[str, np.ndarray], moment: int) -> np.ndarray:
    """Growth of a layer, of all layers the geometric mean: (seed,)."""
    return product(arm, moment) ** (1 / len(growth(arm, moment)))


def undivided(arm: dict[str, np.ndarray], moment: int) -> np.ndarray:
    """Growth of what the linear maps alone multiply by, of each layer and all below it multiplied up: (layer, seed)."""
    return arm["map_growth"][moment, followed(arm)].cumprod(0)


def next_gradient(arm: dict[str, np.ndarray], moment: int) -> np.ndarray:
    """Norm of the gradient that comes next, after the long step over before: (seed,)."""
    return arm["next_gradient"][moment, followed(arm)]


def loss_rise(arm: dict[str, np.ndarray], moment: int) -> np.ndarray:
    """Loss after the long step over before: (seed,)."""
    return diverged_last(arm["loss"][moment, followed(arm)]) / arm["loss_before"][moment]


def lost(arm: dict[str, np.ndarray], moment: int) -> int:
    """How many networks diverge after the long step."""
    return int(np.isnan(arm["after_long"][moment]).sum())


def later(arm: dict[str, np.ndarray], moment: int, step: str) -> np.ndarray:
    """Loss of the networks that trained on after a "short" or a "long" step: (seed,).

    What diverged or is worse counts as guessing.
    """
    return np.minimum(diverged_last(arm[f"after_{step}"][moment]), GUESSING)
