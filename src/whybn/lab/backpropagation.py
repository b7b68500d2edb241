"""Backpropagation written out for networks in layers: one pass forward and back without autograd, in compiled loops.

Autograd keeps every tensor and every gradient of a step until its end; those of an ensemble no longer fit into the
processor's cache. Here a gradient is handed on as soon as it is known, and its memory is used again. What this pass does
not know, and second derivatives, are autograd's (`training.gradients`), which is also the reference for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from whybn.common import arithmetic
from whybn.lab.arms import PLAIN
from whybn.lab.convolution import TAPS, Convolutional
from whybn.lab.networks import Architecture, Design, Parameters, Statistics
from whybn.lab.normalisers import (
    FROM_BATCH,
    GROUPS,
    OVER,
    Arm,
    Context,
    Mean,
    Normaliser,
    Running,
    check_enough,
    ghosts_of,
    kept,
)

compiled = None
if arithmetic.name() != arithmetic.REFERENCE:
    from whybn.lab import compiled

CHUNK = 1 << 20  # bytes, about what the second cache of a core holds: the patches of so many members stand side by side
SILENT = np.empty((0, 0, 0), np.float32), np.empty((0, 0, 0), np.float32), np.empty(0, np.int64)  # no noise

Back = Callable[[np.ndarray], np.ndarray]  # from the slope along what a part computed to that along what it received
Move = Callable[[str, Tensor], None]
Arrays = dict[str, np.ndarray]


def knows(design: Design, inputs: Tensor) -> bool:
    """Whether this pass computes such networks, here."""
    if compiled is None or inputs.device.type != "cpu" or type(design) not in (Architecture, Convolutional):
        return False
    arm = design.arm
    parts = arm.normaliser.parts if arm.normaliser else ()
    usual = all(not part.lag and getattr(part, "order", 2) == 2 for part in parts)
    return usual and arm.weights == "free" and not arm.squash


def backpropagate(
    architecture: Architecture,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch input"],
    targets: Tensor,
    context: Context,
    statistics: Statistics,
    move: Move,
) -> Float[Tensor, "member"]:
    """Loss of each member, as networks.forward and networks.losses have it; moves running statistics where they do.

    move(name, slope) is called once for each parameter, with the gradient of the loss. It may move the parameter at
    once, as nothing reads it any more.
    """
    work = _Pass(architecture, parameters, context, statistics, move)
    outputs = work.forward(inputs)
    loss, slope = losses_and_slopes(outputs, targets)
    with _settings():
        slope = slope.numpy()
        while work.backs:
            slope = work.backs.pop()(slope)  # and with it goes what the part has kept
    return loss


def outputs(
    architecture: Architecture,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch input"],
    context: Context,
    statistics: Statistics,
) -> Float[Tensor, "member batch output"]:
    """Outputs of every member, as networks.forward has them, where nobody asks for a gradient."""
    return _Pass(architecture, parameters, context, statistics, None).forward(inputs)


@contextmanager
def _settings() -> Iterator[None]:
    with torch.no_grad(), np.errstate(over="ignore", invalid="ignore"):  # a member that diverges is a result
        yield


# Tests check the shapes of every call, which takes longer than these parts do, for each layer of each step.


@no_type_check
class _Pass:
    """One pass through a network; `backs` are the ways back of its parts, first to last, where there is a `move`."""

    def __init__(
        self,
        architecture: Architecture,
        parameters: Parameters,
        context: Context,
        statistics: Statistics,
        move: Move | None,
    ) -> None:
        self.architecture, self.context, self.statistics, self.move = architecture, context, statistics, move
        self.own = {name: value.detach().numpy() for name, value in parameters.items()}
        self.backs: list[Back] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs of every member."""
        convolutional = isinstance(self.architecture, Convolutional)
        with _settings():
            x = inputs.contiguous().numpy()
            for layer in range(self.architecture.depth):
                x = self.through(self.convolve(layer, x) if convolutional else self.multiply(layer, x))
                if self.architecture.after_activation:
                    x = self.through(self.finish(layer, x, PLAIN, self.architecture.activation))
                    x = self.through(self.finish(layer, x, self.architecture.arm, "identity"))
                else:
                    x = self.through(self.finish(layer, x, self.architecture.arm, self.architecture.activation))
            if convolutional:
                x = self.through(self.pool(x))
            last = self.architecture.depth
            x = self.through(self.multiply(last, x))
            x += self.own[f"bias.{last}"][:, None]
        return torch.from_numpy(x)

    def through(self, part: tuple[np.ndarray, Back]) -> np.ndarray:
        """What a part has computed; its way back is kept."""
        if self.move is not None:
            self.backs.append(part[1])
        return part[0]

    def multiply(self, layer: int, x: np.ndarray) -> tuple[np.ndarray, Back]:
        """The product with the weights of a layer."""
        weight = self.own[f"weight.{layer}"]

        def back(slope: np.ndarray) -> np.ndarray:
            below = np.matmul(slope, weight.swapaxes(1, 2)) if layer else slope  # nobody asks for it along the images
            if layer == self.architecture.depth:
                self.move(f"bias.{layer}", torch.from_numpy(slope.sum(1)))
            self.move(f"weight.{layer}", torch.from_numpy(np.matmul(x.swapaxes(1, 2), slope)))
            return below

        return np.matmul(x, weight), back

    def convolve(self, layer: int, x: np.ndarray) -> tuple[np.ndarray, Back]:
        """Products over unfolded patches, a few members at a time, as patches are many times as large as pictures."""
        weight, design = self.own[f"weight.{layer}"], self.architecture
        side, stride, places = design.side(layer), design.stride(layer), design.side(layer + 1)
        pictures = x.reshape(len(x), -1, side, side, design.fans(layer)[0] // TAPS**2)
        examples, patch = pictures.shape[1], weight.shape[1]
        rows = examples * places**2
        few = max(1, CHUNK // (rows * patch * x.itemsize))
        chunks = [slice(first, first + few) for first in range(0, len(x), few)]

        def patches(members: slice) -> np.ndarray:
            found = np.empty((len(pictures[members]), examples, places, places, patch), x.dtype)
            compiled.unfold(pictures[members], stride, found)
            return found.reshape(-1, rows, patch)

        def back(slope: np.ndarray) -> np.ndarray:
            of_weight = np.empty_like(weight)
            below = np.empty_like(pictures) if layer else slope
            for members in chunks:
                np.matmul(patches(members).swapaxes(1, 2), slope[members], out=of_weight[members])
                if layer:
                    of_patches = np.matmul(slope[members], weight[members].swapaxes(1, 2))
                    compiled.fold(of_patches.reshape(-1, examples, places, places, patch), stride, below[members])
            self.move(f"weight.{layer}", torch.from_numpy(of_weight))
            return below.reshape(x.shape) if layer else below

        y = np.empty((len(x), rows, weight.shape[2]), x.dtype)
        for members in chunks:
            np.matmul(patches(members), weight[members], out=y[members])
        return y, back

    def pool(self, x: np.ndarray) -> tuple[np.ndarray, Back]:
        """The mean over positions."""
        positions = self.architecture.positions(self.architecture.depth - 1)

        def back(slope: np.ndarray) -> np.ndarray:
            return (slope / slope.dtype.type(positions)).repeat(positions, axis=1)

        return x.reshape(len(x), -1, positions, x.shape[2]).mean(2), back

    def finish(self, layer: int, z: np.ndarray, arm: Arm, activation: str) -> tuple[np.ndarray, Back]:
        """What an arm makes of a layer's product: normaliser, scale and shift or bias, noise; then the activation."""
        normaliser, context, move = arm.normaliser, self.context, self.move
        members, rows, units = z.shape
        positions = self.architecture.positions(layer)
        running = self.statistics[layer] if self.statistics and normaliser else None
        taken = normaliser is not None and context.training and not context.calibrate
        ghosts = ghosts_of(normaliser, rows // positions) if taken else 1
        split = (members * ghosts, rows // ghosts, units)
        # Behind the activation there is no second bias.
        offset = f"shift.{layer}" if arm.affine else f"bias.{layer}" if arm == PLAIN or not self.halved else None
        bare = normaliser is None and not arm.affine

        def each(name: str | None, otherwise: float) -> np.ndarray:
            values = self.own[name] if name else constant(otherwise, (members, units), z.dtype)
            return values if ghosts == 1 else values.repeat(ghosts, 0)

        def together(values: np.ndarray) -> Tensor:
            return torch.from_numpy(values if ghosts == 1 else values.reshape(members, ghosts, units).sum(1))

        scale, shift = each(f"scale.{layer}" if arm.affine else None, 1.0), each(offset, 0.0)
        plan = _plan(normaliser, context, running, split, positions, z.dtype)
        noise = context.noise if arm.noisy else None
        more, times, row = (*noise.draw(rows, units), noise.rows) if noise else SILENT
        z, relu = z.reshape(split), activation == "relu"
        out = z if bare and not noise else np.empty_like(z)  # on its way back, a bare layer looks at what left it alone
        if bare and not noise:
            compiled.add_bias(z, shift, relu)
        else:
            compiled.normalise(z, out, scale, shift, *plan.statistics, plan.codes, more, times, row, relu)
        plan.remember(running)
        if activation in IN_PLACE:
            IN_PLACE[activation](torch.from_numpy(out))

        def back(slope: np.ndarray) -> np.ndarray:
            slope = slope.reshape(split)
            if activation in SLOPES:
                given, computed = torch.from_numpy(slope), torch.from_numpy(out)
                SLOPES[activation](given, computed, grad_input=given)
            of_scale, of_shift = np.empty((0, 0) if bare else split[::2], z.dtype), np.empty(split[::2], z.dtype)
            known = scale, *plan.statistics, plan.codes, plan.gradients, times, row, relu
            compiled.normalise_back(z, out, slope, *known, of_scale, of_shift)
            if arm.affine:
                move(f"scale.{layer}", together(of_scale))
            if offset:
                move(offset, together(of_shift))
            return slope.reshape(members, rows, units)

        return out.reshape(members, rows, units), back

    @property
    def halved(self) -> bool:
        """Whether the normaliser stands behind the activation."""
        return self.architecture.after_activation


IN_PLACE = {"tanh": torch.tanh_, "sigmoid": torch.sigmoid_}
SLOPES = {
    "tanh": torch.ops.aten.tanh_backward.grad_input,
    "sigmoid": torch.ops.aten.sigmoid_backward.grad_input,
}


@dataclass(frozen=True)
class _Plan:
    """What the compiled loops are told of a normaliser: centre, mean of the size and squared size; codes; gradients."""

    statistics: tuple[np.ndarray, np.ndarray, np.ndarray]
    codes: tuple[int, ...]
    gradients: tuple[bool, bool]
    moves: tuple[tuple[str, np.ndarray, float, float], ...]

    def remember(self, running: Running | None) -> None:
        """Move the running statistics."""
        if running is not None:
            for name, found, weight, factor in self.moves:
                compiled.remember(getattr(running, name).numpy(), found, weight, factor)


@no_type_check
def _plan(
    normaliser: Normaliser | None,
    context: Context,
    running: Running | None,
    split: tuple[int, int, int],
    positions: int,
    dtype: np.dtype,
) -> _Plan:
    """How a normaliser treats values of shape `split`, (ghost of a member, row, unit)."""
    ghosts, rows, units = split
    nothing, one = (constant(value, (ghosts, 1, units), dtype) for value in (0.0, 1.0))
    codes = [0, 0, 0, 0, 0, positions, units // GROUPS if units % GROUPS == 0 else units]
    if normaliser is None:
        return _Plan((nothing, nothing, one), tuple(codes), (False, False), ())
    check_enough(normaliser, context, rows)

    def room(part: Mean, name: str) -> np.ndarray:
        if context.reads(part):
            return np.empty((ghosts, 1 if part.over in FROM_BATCH else rows // positions, units), dtype)
        value = getattr(kept(running), name).numpy()[:, None]
        return np.repeat(value, ghosts // len(value), 0)

    centre, about, square, moves = nothing, nothing, one, []
    mean, size = normaliser.centre, normaliser.divide
    if mean:
        centre = room(mean, "mean")
        codes[:2] = CODES[mean.over], int(context.reads(mean))
        if context.keeps(mean):
            moves.append(("mean", centre, context.weight(mean), 1.0))
    if size:
        square = room(size, "variance")
        codes[2:5] = CODES[size.over], int(context.reads(size)), int(size.about_mean)
        if context.reads(size) and size.about_mean:
            about = np.empty_like(square)
        if context.keeps(size):
            moves.append(("variance", square, context.weight(size), size.unbiased(rows, context)))
    gradients = tuple(bool(part and part.gradient and context.reads(part)) for part in (mean, size))
    return _Plan((centre, about, square), tuple(codes), gradients, tuple(moves))


@lru_cache(maxsize=64)
def constant(value: float, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array of one value, for the compiled loops to read."""
    return np.full(shape, value, dtype)


CODES = {over: code for code, over in enumerate(OVER, start=1)}


def losses_and_slopes(
    outputs: Float[Tensor, "member batch output"], targets: Tensor
) -> tuple[Float[Tensor, "member"], Float[Tensor, "member batch output"]]:
    """`networks.losses` and their gradients along the outputs."""
    if targets.dtype == torch.int64:
        loss, slopes = outputs.new_empty(len(outputs)), torch.empty_like(outputs)
        compiled.cross_entropy(*(one.numpy() for one in (outputs, targets, loss, slopes)))
        return loss, slopes
    misses = outputs - targets
    return misses.square().mean((1, 2)), misses.mul_(2 / misses[0].numel())
