"""The noise that Santurkar et al. (2018) put behind Batch Norm, new at every step and layer."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor


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
        self._streams = [np.random.default_rng((seed, step)) for seed in unique]

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
