"""What is met along the gradients of whole trainings, and at which learning rates arms are compared."""

import numpy as np

from whybn.readings.crossings import crossing
from whybn.readings.definitions import best_rate, nearest


def equal_rate(arm: dict[str, np.ndarray]) -> int:
    """Number of the learning rate at which both arms are compared."""
    return nearest(arm["rates"], float(arm["equal_rate"]))


def own_rate(arm: dict[str, np.ndarray]) -> int:
    """Number of the learning rate that is best after training."""
    return int(best_rate(arm["final_loss"]))


def loss_range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range of the loss along the walk: (time, seed, rate)."""
    return np.ptp(arm["walk_loss"], axis=1)


def change(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Largest change of the gradient along the walk: (time, seed, rate)."""
    return arm["change"].max(1)


def roughness(arm: dict[str, np.ndarray], mode: str = "") -> np.ndarray:
    """Largest change of the gradient per distance walked: (time, seed, rate). mode: "" for train, "eval_" for eval."""
    steps = arm["rates"] * arm["multiples"][:, None, None]
    return (arm[f"{mode}change"] / (steps * arm[f"{mode}norm"][:, None])).max(1)


def at_distance(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Change of the gradient over a fixed distance, per distance: (time, distance, seed, rate)."""
    return arm["far_change"] / arm["distances"][:, None, None]


def equal_far(arm: dict[str, np.ndarray]) -> np.ndarray:
    """The same at equal rate: (time, distance, seed)."""
    return at_distance(arm)[..., equal_rate(arm)]


def smoother_beyond(plain: dict[str, np.ndarray], batch_norm: dict[str, np.ndarray]) -> np.ndarray:
    """Distance beyond which the gradient changes less with Batch Norm, typical of a run at equal rate: (seed,).

    Infinite where it still changes more over the longest distance.
    """
    ratio = typical(equal_far(batch_norm)) / typical(equal_far(plain))
    return crossing(ratio, plain["distances"])


def typical(measured: np.ndarray) -> np.ndarray:
    """What is typical of a run: the median over the probes, first axis, after the first."""
    return np.median(measured[1:], axis=0)
