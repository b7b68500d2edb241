"""Backpropagation written out for networks in layers: one pass forward and back without autograd, in compiled loops.

Autograd keeps every tensor and every gradient of a step until its end; those of an ensemble no longer fit into the
processor's cache. Here a gradient is handed on as soon as it is known, and its memory is used again. What this pass does
not know, and second derivatives, are autograd's (`training.gradients`), which is also the reference for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from whybn.common import arithmetic
from whybn.lab.arms import PLAIN
from whybn.lab.convolution import TAPS, Convolutional
from whybn.lab.networks import MEAN_OF_RELU, Architecture, Design, Parameters, Statistics
from whybn.lab.normalisers import (
    FROM_BATCH,
    GROUPS,
    OVER,
    Arm,
    Context,
    Mean,
    Normaliser,
    Running,
    Size,
    check_enough,
    ghosts_of,
    kept,
)
from whybn.lab.residual import Residual

compiled = None
if arithmetic.name() != arithmetic.REFERENCE:
    from whybn.lab import compiled

NO_ROWS = np.empty(0, np.int64)  # of noise

Back = Callable[[np.ndarray], np.ndarray]  # from the slope along what a part computed to that along what it received
Move = Callable[[str, Tensor], None]
Arrays = dict[str, np.ndarray]


def knows(design: Design, inputs: Tensor) -> bool:
    """Whether this pass computes such networks, here."""
    if compiled is None or inputs.device.type != "cpu" or type(design) not in (Architecture, Convolutional, Residual):
        return False
    return design.arm == _as_known(design.arm)


def _as_known(arm: Arm) -> Arm:
    """An arm with those traits that this pass computes: it is another arm where one has more, now or ever."""
    if arm.normaliser is None:
        return Arm(None, arm.affine, arm.noise)
    mean, size = arm.normaliser.centre, arm.normaliser.divide
    centre = mean and Mean(mean.over, mean.gradient, mean.every)
    divide = size and Size(size.over, size.gradient, size.every, about_mean=size.about_mean)
    return Arm(Normaliser(centre, divide, arm.normaliser.ghost), arm.affine, arm.noise)


def backpropagate(
    design: Design,
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
    work = _pass_of(design)(design, parameters, context, statistics, move)
    outputs = work.forward(inputs)
    loss, slope = losses_and_slopes(outputs, targets)
    with _settings():
        slope = slope.numpy()
        while work.backs:
            slope = work.backs.pop()(slope)  # and with it goes what the part has kept
    return loss


def outputs(
    design: Design,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch input"],
    context: Context,
    statistics: Statistics,
) -> Float[Tensor, "member batch output"]:
    """Outputs of every member, as networks.forward has them, where nobody asks for a gradient."""
    return _pass_of(design)(design, parameters, context, statistics, None).forward(inputs)


@contextmanager
def _settings() -> Iterator[None]:
    with torch.no_grad(), np.errstate(over="ignore", invalid="ignore"):  # a member that diverges is a result
        yield


# Tests check the shapes of every call, which takes longer than these parts do, for each layer of each step.


@no_type_check
class _Pass:
    """One pass through a network; `backs` are the ways back of its parts, first to last, where there is a `move`."""

    first = 0  # the first layer with a normaliser

    def __init__(
        self,
        architecture: Design,
        parameters: Parameters,
        context: Context,
        statistics: Statistics,
        move: Move | None,
    ) -> None:
        self.architecture, self.context, self.statistics, self.move = architecture, context, statistics, move
        self.own = {name: value.detach().contiguous().numpy() for name, value in parameters.items()}
        self.plan = plan_of(architecture.arm.normaliser, context)
        self.backs: list[Back] = []

    def positions(self, layer: int) -> int:
        """Rows of one example."""
        return self.architecture.positions(layer)

    @property
    def bias_behind(self) -> bool:
        """Whether a bias follows a normaliser that has no shift; behind the activation there is no second one."""
        return not self.architecture.after_activation

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs of every member."""
        convolutional = isinstance(self.architecture, Convolutional)
        with _settings():
            x = inputs.contiguous().numpy()
            for layer in range(self.architecture.depth):
                x = self.through(self.convolve(layer, x) if convolutional else self.multiply(layer, x))
                if self.architecture.after_activation:
                    x = self.finish(layer, x, PLAIN, self.architecture.activation)
                    x = self.finish(layer, x, self.architecture.arm, "identity")
                else:
                    x = self.finish(layer, x, self.architecture.arm, self.architecture.activation)
            if convolutional:
                x = self.through(self.pool(x))
            last = self.architecture.depth
            x = self.through(self.multiply(last, x, biased=True))
        return torch.from_numpy(x)

    def through(self, part: tuple[np.ndarray, Back]) -> np.ndarray:
        """What a part has computed; its way back is kept."""
        if self.move is not None:
            self.backs.append(part[1])
        return part[0]

    def multiply(self, layer: int, x: np.ndarray, *, biased: bool = False) -> tuple[np.ndarray, Back]:
        """The product with the weights of a layer, and its bias where nothing else adds it."""
        weight = self.own[f"weight.{layer}"]

        def back(slope: np.ndarray) -> np.ndarray:
            below, of_weight = self.room_below(layer, x), np.empty_like(weight)
            compiled.multiply_back(x, weight, slope, below, of_weight)
            if biased:
                self.move(f"bias.{layer}", torch.from_numpy(slope.sum(1)))
            self.move(f"weight.{layer}", torch.from_numpy(of_weight))
            return below

        y = np.empty((*x.shape[:2], weight.shape[2]), x.dtype)
        compiled.multiply(x, weight, y)
        if biased:
            y += self.own[f"bias.{layer}"][:, None]
        return y, back

    def convolve(self, layer: int, x: np.ndarray) -> tuple[np.ndarray, Back]:
        """What the filters of a layer find."""
        weight, design = self.own[f"weight.{layer}"], self.architecture
        side, stride = design.side(layer), design.stride(layer)
        pictures = x.reshape(len(x), -1, side, side, design.fans(layer)[0] // TAPS**2)

        def back(slope: np.ndarray) -> np.ndarray:
            below, of_weight = self.room_below(layer, pictures), np.empty_like(weight)
            compiled.convolve_back(pictures, stride, weight, slope, below, of_weight)
            self.move(f"weight.{layer}", torch.from_numpy(of_weight))
            return below.reshape(x.shape) if layer else below

        y = np.empty((len(x), pictures.shape[1] * design.positions(layer), weight.shape[2]), x.dtype)
        compiled.convolve(pictures, stride, weight, y)
        return y, back

    def room_below(self, layer: int, x: np.ndarray) -> np.ndarray:
        """Room for the slopes along what a layer received; none along the images, where nobody asks for them."""
        return np.empty(x.shape if layer else (0,) * x.ndim, x.dtype)

    def pool(self, x: np.ndarray) -> tuple[np.ndarray, Back]:
        """The mean over positions."""
        positions = self.architecture.positions(self.architecture.depth - 1)

        def back(slope: np.ndarray) -> np.ndarray:
            return (slope / slope.dtype.type(positions)).repeat(positions, axis=1)

        return x.reshape(len(x), -1, positions, x.shape[2]).mean(2), back

    def finish(self, layer: int, x: np.ndarray, arm: Arm, activation: str) -> np.ndarray:
        """What an arm and the activation make of a layer's product."""
        part = self.add_bias if arm == PLAIN else partial(self.normalise, arm)
        x = self.through(part(layer, x, activation == "relu"))
        return self.through(_activate(activation, x)) if activation in IN_PLACE else x

    def add_bias(self, layer: int, x: np.ndarray, relu: bool) -> tuple[np.ndarray, Back]:
        """A bias, and ReLU where it follows, in place: on the way back it looks at what left it alone."""
        compiled.add_bias(x, self.own[f"bias.{layer}"], relu)

        def back(slope: np.ndarray) -> np.ndarray:
            of_bias = np.empty((len(x), x.shape[2]), x.dtype)
            compiled.add_bias_back(x, slope, of_bias, relu)
            self.move(f"bias.{layer}", torch.from_numpy(of_bias))
            return slope

        return x, back

    def normalise(self, arm: Arm, layer: int, z: np.ndarray, relu: bool) -> tuple[np.ndarray, Back]:
        """Normaliser, scale and shift or bias, noise; and ReLU where it follows."""
        parted = self.context.training and not self.context.calibrate
        lay = _layout(arm.normaliser, parted, z.shape, self.positions(layer), z.dtype)
        if arm.normaliser:
            check_enough(arm.normaliser, self.context, lay.rows)
        running = self.statistics[layer - self.first] if self.statistics else None
        names = f"scale.{layer}", f"shift.{layer}" if arm.affine else f"bias.{layer}" if self.bias_behind else ""
        scale, shift = (lay.each(self.own.get(name), value) for name, value in zip(names, (1.0, 0.0), strict=True))
        found = _statistics(self.plan, running, lay)
        statistics, codes = tuple(found.values()), (*self.plan.codes, max(lay.units // GROUPS, 1))
        noise = self.context.noise if arm.noise else None
        drawn = noise.draw(*z.shape[1:]) if noise else [constant(0.0, (0, 0, 0), z.dtype)] * 2
        more, times = (one.astype(z.dtype, copy=False) for one in drawn)
        row = noise.rows if noise else NO_ROWS
        z = z.reshape(lay.parted)
        out = np.empty_like(z)
        compiled.normalise(z, out, scale, shift, *statistics, codes, more, times, row, relu)
        self.remember(running, found, lay)

        def back(slope: np.ndarray) -> np.ndarray:
            of_scale, of_shift = np.empty_like(scale), np.empty_like(scale)
            slope = slope.reshape(lay.parted)
            known = scale, *statistics, codes, self.plan.gradients, times, row, relu
            compiled.normalise_back(z, out, slope, *known, of_scale, of_shift)
            for name, slopes in zip(names, (of_scale, of_shift), strict=True):
                if name in self.own:
                    self.move(name, lay.together(slopes))
            return slope.reshape(lay.shape)

        return out.reshape(lay.shape), back

    def remember(self, running: Running | None, found: Arrays, lay: "_Layout") -> None:
        """Move the running statistics of a layer."""
        if running is not None:
            for name, part in self.plan.kept:
                factor = part.unbiased(lay.rows, self.context) if name == "variance" else 1.0
                compiled.remember(getattr(running, name).numpy(), found[name], self.context.weight(part), factor)


@no_type_check
class _ResidualPass(_Pass):
    """The same through a network whose blocks add what they compute to what they received."""

    first = 1
    bias_behind = False  # it belongs to the product that follows

    def positions(self, _layer: int) -> int:
        """Rows of one example."""
        return 1

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs of every member."""
        with _settings():
            x = self.through(self.multiply(0, inputs.contiguous().numpy(), biased=True))
            for block in range(1, self.architecture.blocks + 1):
                x = self.through(self.block(block, x))
            x = self.through(_rectify(x))
            x = self.through(self.multiply(self.architecture.blocks + 1, x, biased=True))
        return torch.from_numpy(x)

    def block(self, layer: int, x: np.ndarray) -> tuple[np.ndarray, Back]:
        """What a block received, and its branch."""
        arm, own = self.architecture.arm, self.own.get(f"factor.{layer}")
        y, rectify_back = _rectify(x) if arm == PLAIN else self.normalise(arm, layer, x, True)
        branch, multiply_back = self.multiply(layer, y, biased=True)
        factor = self.architecture.factor if own is None else own[:, None]

        def back(slope: np.ndarray) -> np.ndarray:
            of_branch = slope * factor  # before the factor moves
            if own is not None:
                self.move(f"factor.{layer}", torch.from_numpy(np.einsum("mru,mru->m", slope, branch)[:, None]))
            below = rectify_back(multiply_back(of_branch))
            below += slope
            return below

        return x + branch * factor, back


def _pass_of(design: Design) -> type[_Pass]:
    return _ResidualPass if isinstance(design, Residual) else _Pass


def _rectify(x: np.ndarray) -> tuple[np.ndarray, Back]:
    """ReLU, beside what it received."""
    out = np.maximum(x, 0)
    return out, lambda slope: slope * (out > 0)


def _activate(activation: str, out: np.ndarray) -> tuple[np.ndarray, Back]:
    """An activation function in place; its slopes follow from what it computed."""
    computed = torch.from_numpy(out)
    IN_PLACE[activation](computed)

    def back(slope: np.ndarray) -> np.ndarray:
        given = torch.from_numpy(slope)
        SLOPES[activation](given, computed, grad_input=given)
        return slope

    return out, back


IN_PLACE = {
    "tanh": lambda z: np.tanh(z.numpy(), out=z.numpy()),  # numpy's takes a tenth of the time of torch's
    "sigmoid": torch.sigmoid_,
    "shifted_relu": lambda z: torch.relu_(z).sub_(MEAN_OF_RELU),
}
SLOPES = {
    "tanh": torch.ops.aten.tanh_backward.grad_input,
    "sigmoid": torch.ops.aten.sigmoid_backward.grad_input,
    "shifted_relu": partial(torch.ops.aten.threshold_backward.grad_input, threshold=-MEAN_OF_RELU),
}


@dataclass(frozen=True)
class Plan:
    """How one pass treats a normaliser, in all layers: what the compiled loops are told of it.

    codes: over and live of the mean; over, live and about-the-mean of the size. gradients: whether it goes through the
    mean and through the size. kept: names of the running statistics that move, and the parts that they belong to.
    """

    codes: tuple[int, ...] = (0, 0, 0, 0, 0)
    gradients: tuple[bool, bool] = (False, False)
    kept: tuple[tuple[str, Mean], ...] = ()


def plan_of(normaliser: Normaliser | None, context: Context) -> Plan:
    """What the compiled loops are told of a normaliser in such a pass."""
    if normaliser is None:
        return Plan()
    mean, size = normaliser.centre, normaliser.divide
    reads = [part is not None and context.reads(part) for part in (mean, size)]
    over = [CODES[part.over] if part else 0 for part in (mean, size)]
    codes = over[0], int(reads[0]), over[1], int(reads[1]), int(size is not None and size.about_mean)
    gradients = tuple(bool(read and part.gradient) for read, part in zip(reads, (mean, size), strict=True))
    named = (("mean", mean), ("variance", size))
    return Plan(codes, gradients, tuple((name, part) for name, part in named if part and context.keeps(part)))


@no_type_check
@dataclass(frozen=True)
class _Layout:
    """How values (member, row, unit) are parted, with the ghosts of the mini-batch as members: (ghost, row, unit).

    positions: rows of one example.
    """

    shape: tuple[int, int, int]
    ghosts: int
    positions: int
    dtype: np.dtype

    @property
    def parted(self) -> tuple[int, int, int]:
        """The shape of the values."""
        return self.shape[0] * self.ghosts, self.rows, self.units

    @property
    def rows(self) -> int:
        """Those that share statistics over the batch."""
        return self.shape[1] // self.ghosts

    @property
    def units(self) -> int:
        """Units of the layer."""
        return self.shape[2]

    def each(self, values: np.ndarray | None, otherwise: float) -> np.ndarray:
        """Values (member, unit) for each ghost."""
        if values is None:
            return constant(otherwise, (self.parted[0], self.units), self.dtype)
        return values if self.ghosts == 1 else values.repeat(self.ghosts, 0)

    def together(self, values: np.ndarray) -> Tensor:
        """Sums over the ghosts of each member."""
        return torch.from_numpy(values if self.ghosts == 1 else values.reshape(-1, self.ghosts, self.units).sum(1))


@no_type_check
@lru_cache(maxsize=64)
def _layout(
    normaliser: Normaliser | None, parted: bool, shape: tuple[int, int, int], positions: int, dtype: np.dtype
) -> _Layout:
    """The layout that a normaliser asks for. Raises ValueError where ghosts do not fill the batch."""
    ghosts = ghosts_of(normaliser, shape[1] // positions) if normaliser and parted else 1
    return _Layout(shape, ghosts, positions, dtype)


@no_type_check
def _statistics(plan: Plan, running: Running | None, lay: _Layout) -> dict[str, np.ndarray]:
    """Mean, mean of the size and squared size: as they are kept, or room for those of the values at hand."""
    mean_over, mean_live, size_over, size_live, about_mean = plan.codes
    shared = lay.parted[0], 1, lay.units

    def room(name: str, over: int, live: int, otherwise: float) -> np.ndarray:
        if live:
            return np.empty(shared if over in SHARED else (shared[0], lay.rows // lay.positions, lay.units), lay.dtype)
        if not over:
            return constant(otherwise, shared, lay.dtype)
        return np.repeat(getattr(kept(running), name).numpy()[:, None], lay.ghosts, 0)

    mean, variance = room("mean", mean_over, mean_live, 0.0), room("variance", size_over, size_live, 1.0)
    about = constant(0.0, shared, lay.dtype)
    if size_live and about_mean:
        about = mean if mean_live and mean_over == size_over else np.empty_like(variance)
    return {"mean": mean, "about": about, "variance": variance}


@lru_cache(maxsize=64)
def constant(value: float, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array of one value, for the compiled loops to read."""
    return np.full(shape, value, dtype)


CODES = {over: code for code, over in enumerate(OVER, start=1)}
SHARED = {CODES[over] for over in FROM_BATCH}  # these are the same for all examples


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
