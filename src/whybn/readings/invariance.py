"""The effective learning rate, and the parts that Batch Norm removes from the gradient."""

import numpy as np

PARTS_REMOVED = ("mean", "along")  # the part along a unit's mean, and that along its normalised values


def rescaled(arm: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Loss, gradient or curvature with rescaled weights over its value at factor 1: (factor, seed)."""
    measured = arm[f"rescaled_{name}"]
    return measured / measured[np.flatnonzero(arm["factors"] == 1)[0]]


def effective_rate(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Effective learning rate over its start, geometric mean over hidden layers: (time, seed, rate), NaN if diverged."""
    return np.exp(np.log(arm["square"][0] / arm["square"]).mean(1))


def removed(arm: dict[str, np.ndarray], part: str) -> np.ndarray:
    """Share of the squared gradient that one of PARTS_REMOVED holds, mean over units: (moment, layer, seed)."""
    return (arm[f"bound_{part}"] / arm["bound_before"]).mean(-1)


def removed_from_weights(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Share that both parts together take of the squared gradient for a unit's weights: (moment, layer, seed)."""
    return (arm["bound_weights_removed"] / arm["bound_weights_before"]).mean(-1)


def by_chance(arm: dict[str, np.ndarray]) -> np.ndarray:
    """The same share if the gradient at a unit pointed anywhere: (moment, layer, seed)."""
    return arm["bound_weights_by_chance"].mean(-1)


def allowed(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Right side of the bound on the squared gradient: (moment, layer, seed, unit)."""
    left = arm["bound_before"] - sum(arm[f"bound_{part}"] for part in PARTS_REMOVED)
    return arm["bound_factor"] * left


def passed(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Squared gradient below Batch Norm over that above it: (moment, layer, seed, unit)."""
    return arm["bound_after"] / arm["bound_before"]


def passed_by_seed(arm: dict[str, np.ndarray]) -> np.ndarray:
    """The same of the median unit of all layers: (moment, seed)."""
    return np.median(passed(arm), axis=(1, 3))


def removed_shares(arm: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Share of the squared gradient that Batch Norm takes out: (moment, seed), mean over layers, in each space."""
    at_units = sum(removed(arm, part) for part in PARTS_REMOVED)
    return {"units": at_units.mean(1), "weights": removed_from_weights(arm).mean(1)}
