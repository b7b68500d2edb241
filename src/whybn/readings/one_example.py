"""One member of a mini-batch is moved, and the others' outputs move with it."""

import numpy as np

from whybn.readings.definitions import typical_seed

DEVIATIONS = 5.0  # standard deviations of the mini-batch by which the member moves
MOVED = -2  # the second highest


def before(part: dict[str, np.ndarray]) -> np.ndarray:
    """Pre-activations of each unit in order of size: (seed, example, unit)."""
    return np.sort(part["linear"].astype(float), axis=1)


def move(part: dict[str, np.ndarray]) -> np.ndarray:
    """How far the member is moved: (seed, unit)."""
    return DEVIATIONS * before(part).std(1)


def after(part: dict[str, np.ndarray]) -> np.ndarray:
    """The same pre-activations with the member moved: (seed, example, unit)."""
    moved = before(part)
    moved[:, MOVED] += move(part)
    return moved


def normalised(values: np.ndarray, part: dict[str, np.ndarray]) -> np.ndarray:
    """What leaves Batch Norm, before scale and shift, for `values` (seed, example, unit)."""
    return (values - values.mean(1, keepdims=True)) / np.sqrt(values.var(1, keepdims=True) + part["epsilon"])


def others_move(part: dict[str, np.ndarray]) -> np.ndarray:
    """Largest move of another member's output, before scale and shift: (seed, unit)."""
    gap = np.abs(normalised(after(part), part) - normalised(before(part), part))
    return np.delete(gap, MOVED, axis=1).max(1)


def typical(part: dict[str, np.ndarray]) -> tuple[int, int]:
    """The seed and the unit, by their indices, whose `others_move` is nearest to the median of all."""
    moves = others_move(part)
    seed, unit = np.unravel_index(typical_seed(moves.ravel()), moves.shape)
    return int(seed), int(unit)
