"""The loss on planes through trained networks, by the distance from them.

A distance of one is the length of the weights: that of the directions, which are rescaled to them unit by unit.
"""

import numpy as np

from whybn.readings.definitions import GUESSING

Arm = dict[str, np.ndarray]


def distances(arm: Arm) -> np.ndarray:
    """Distances at which rings of the plane are read, from zero to its half-width, one step of the grid apart: (ring,)."""
    return arm["offsets"][len(arm["offsets"]) // 2 :]


def around(arm: Arm) -> np.ndarray:
    """Loss at each distance, (seed, ring): geometric mean over the points of all planes within half a step of it."""
    nearest = np.rint(np.hypot(*np.meshgrid(arm["offsets"], arm["offsets"])) / distances(arm)[1])
    rings = [np.log(arm["loss"][:, :, nearest == ring]).mean((1, 2)) for ring in range(len(distances(arm)))]
    return np.exp(np.stack(rings, axis=1))


def directions(arm: Arm, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Distances, (point,), and losses, (direction, point), straight away from one trained network as far as its weights are
    long: along both directions of each plane to either side, and along the four diagonals between them.
    """
    loss, steps = arm["loss"][seed], distances(arm)
    centre = len(steps) - 1
    found = []
    for sides, stretch in (((0, 1), (1, 0), (0, -1), (-1, 0)), 1.0), (((1, 1), (1, -1), (-1, -1), (-1, 1)), np.sqrt(2)):
        far = np.arange(centre + 1)[stretch * steps <= steps[-1] * (1 + 1e-9)]
        lines = [plane[centre + y * far, centre + x * far] for plane in loss for y, x in sides]
        found.append((stretch * steps[far], np.stack(lines)))
    return found


def ratio_at(plain: Arm, normalised: Arm, distance: float) -> np.ndarray:
    """Loss at a distance without over with Batch Norm: (seed,). Between rings its logarithm is interpolated."""
    logs = np.log(around(plain) / around(normalised))
    return np.exp([np.interp(distance, distances(plain), row) for row in logs])


def reach(arm: Arm) -> np.ndarray:
    """How far one can walk before guessing would be better, (seed,); at most the half-width of the plane.

    Between rings the logarithm of the loss is interpolated.
    """
    excess = np.log(around(arm) / GUESSING)
    return np.array([_first_zero(distances(arm), row) for row in excess])


def _first_zero(x: np.ndarray, y: np.ndarray) -> float:
    """Where y first rises through zero: the first x where it begins above it, the last one where it stays below."""
    above = np.flatnonzero(y > 0)
    if not len(above):
        return float(x[-1])
    last = max(above[0], 1)
    return float(np.interp(0, y[last - 1 : last + 1], x[last - 1 : last + 1]))
