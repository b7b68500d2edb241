"""Ensembles of convolutional networks: a convolution is a batched matrix product over unfolded patches.

Layers of 3 x 3 filters without skip connections; the first two halve the height and the width. A mean over all
positions and a linear map follow. A row is one position of one example, so that Batch Norm takes its statistics over
examples and positions (Ioffe and Szegedy 2015, section 3.2) and Layer Norm over the positions and filters of an example.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Architecture

HALVING = 2  # layers, counted from the first, that move their filters by two pixels
SIDE = 14  # pixels
TAPS = 3  # height and width of a filter


@dataclass(frozen=True)
class Convolutional(Architecture):
    """`depth` layers of `width` filters on square pictures, which come as rows of pixels.

    weight.k is (member, 9 x channels, filters), tap after tap, row of the filter by row. Every arm of `normalisers` can
    be used; noise has one distribution a filter, and a draw for every position. Raises ValueError for pictures that are
    not square.
    """

    inputs: int = SIDE**2
    depth: int = 8
    width: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if round(self.inputs**0.5) ** 2 != self.inputs:
            raise ValueError(f"{self.inputs} pixels make no square picture")

    def fans(self, layer: int) -> tuple[int, int]:
        """Inputs and outputs of linear map `layer`: a patch and the filters, in the end a mean and the answers."""
        if layer == self.depth:
            return self.width, self.outputs
        return TAPS**2 * (1 if layer == 0 else self.width), self.width

    def side(self, layer: int) -> int:
        """Height and width of what a hidden layer receives."""
        side = round(self.inputs**0.5)
        for _ in range(min(layer, HALVING)):
            side = (side - 1) // 2 + 1
        return side

    def stride(self, layer: int) -> int:
        """Pixels from one patch to the next."""
        return 2 if layer < HALVING else 1

    def positions(self, layer: int) -> int:
        """Rows that a hidden layer has for one example."""
        return self.side(layer + 1) ** 2

    def received(self, x: Tensor, layer: int) -> Tensor:
        """The patches of a layer."""
        side = self.side(layer)
        return patches(x.reshape(len(x), -1, side, side, self.fans(layer)[0] // TAPS**2), self.stride(layer))

    def pooled(self, x: Tensor) -> Tensor:
        """The mean over all positions."""
        return x.view(len(x), -1, self.positions(self.depth - 1), self.width).mean(2)


def patches(x: Float[Tensor, "member example height width channel"], stride: int) -> Float[Tensor, "member row patch"]:
    """What a filter sees at each of its positions, with a frame of zeros around the picture: tap after tap."""
    framed = torch.nn.functional.pad(x, (0, 0, 1, 1, 1, 1))
    seen = framed.unfold(2, TAPS, stride).unfold(3, TAPS, stride)  # (member, example, y, x, channel, tap, tap)
    return seen.permute(0, 1, 2, 3, 5, 6, 4).flatten(4).flatten(1, 3)
