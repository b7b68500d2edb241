"""What is put behind Batch Norm to undo its stability: noise that is new at every step, and a drift that is not noise."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

PERIOD = 100  # steps in which a drift goes there and back


class Noise:
    """Noise of one step; each draw is for the next layer (Santurkar et al. 2018, section 2.2).

    Per unit: mean m ~ U(-0.5, 0.5), deviation s ~ U(1, 1.25). Per row: shift ~ U(m - 0.1, m + 0.1) and
    factor ~ N(s, 0.1), taken as a standard deviation. Members with the same seed get the same noise, so that arms
    stay paired.
    """

    def __init__(self, seeds: Sequence[int], step: int) -> None:
        """`seeds` holds one seed per member; rows: which drawn noise each member gets."""
        unique = sorted(set(seeds))
        self.rows = np.array([unique.index(seed) for seed in seeds])
        self.step = step
        self._streams = [self._stream(seed) for seed in unique]

    def _stream(self, seed: int) -> np.random.Generator:
        return np.random.default_rng((seed, self.step))

    def draw(self, rows: int, units: int) -> tuple[np.ndarray, np.ndarray]:
        """Shift and factor, each (seed, row, unit), single precision."""
        unit = np.empty((2, len(self._streams), 1, units), dtype=np.float32)
        each = np.empty((2, len(self._streams), rows, units), dtype=np.float32)
        for row, stream in enumerate(self._streams):
            stream.random(out=unit[0, row], dtype=np.float32)
            stream.random(out=unit[1, row], dtype=np.float32)
            stream.random(out=each[0, row], dtype=np.float32)
            stream.standard_normal(out=each[1, row], dtype=np.float32)
        return unit[0] - np.float32(0.6) + np.float32(0.2) * each[0], 1 + np.float32(0.25) * unit[1] + np.float32(
            0.1
        ) * each[1]

    def add(self, z: Float[Tensor, "member row unit"]) -> Float[Tensor, "member row unit"]:
        """`z` with the noise of the next layer."""
        shift, factor = (torch.from_numpy(one)[self.rows].to(z) for one in self.draw(*z.shape[1:]))
        return torch.addcmul(shift, factor, z)


class Drift(Noise):
    """The same without chance: each unit's shift and factor go to and fro slowly, as far as those of the noise reach.

    At step t the shift is 0.5 sin(2 pi (t / PERIOD + p)) and the factor 1.125 + 0.125 sin(2 pi (t / PERIOD + q)), the
    same for all rows; p, q ~ U(0, 1) belong to the unit and the seed.
    """

    def _stream(self, seed: int) -> np.random.Generator:
        return np.random.default_rng((seed, 0, PERIOD))  # the same at every step, and none of the noise's own

    def draw(self, rows: int, units: int) -> tuple[np.ndarray, np.ndarray]:
        """Shift and factor, each (seed, row, unit), single precision."""
        phases = np.stack([stream.random((2, 1, units)) for stream in self._streams], 1)
        waves = np.sin(2 * np.pi * (self.step / PERIOD + phases)).astype(np.float32).repeat(rows, 2)
        return np.float32(0.5) * waves[0], np.float32(1.125) + np.float32(0.125) * waves[1]


KINDS = {"fresh": Noise, "drift": Drift}


def noise_at(kind: str | None, seeds: Sequence[int], step: int) -> Noise | None:
    """The noise of a step for an arm with this kind, one of KINDS; None for an arm without."""
    return KINDS[kind](seeds, step) if kind else None
