"""Ensembles of networks in layers: stacked parameters, one batched matrix product per layer.

A member is one network: it has a seed (its initial weights), a gain and later a learning rate. Axis 0 of every
tensor is the member. A member computes what the same network built from `torch.nn` modules computes. Here are the fully
connected ones, and what they share with those of `convolution`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from whybn.lab.arms import PLAIN, arm_called
from whybn.lab.normalisers import EPSILON, GROUPS, Arm, Context, Running, normalise

Parameters = dict[str, Tensor]  # weight.k (member, in, out); bias.k, scale.k, shift.k (member, out); alpha.k (member, 1)
Statistics = list[Running]  # one per normalised layer; empty for arms without running statistics

MEAN_OF_RELU = (2 * torch.pi) ** -0.5  # of a standard normal input
ACTIVATIONS = {
    "relu": torch.relu,
    "shifted_relu": lambda z: torch.relu(z) - MEAN_OF_RELU,  # so that its mean is zero
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda z: z,
}
INITIALISATIONS = ("he", "glorot", "default")
START_OF_ALPHA = 0.5  # of DyT, as Zhu et al. 2025 start it


@runtime_checkable
class Design(Protocol):
    """What starting, training and measuring ask of a kind of network."""

    arm: Arm

    def draw(self, generator: torch.Generator, scheme: str) -> Parameters:
        """Initial parameters of one network, without the axis of members."""

    def fresh_statistics(self, parameters: Parameters) -> Statistics:
        """Running statistics before training, mean 0 and squared size 1; none for arms that need none."""

    def is_hidden(self, name: str) -> bool:
        """Whether a parameter is the weight matrix of a hidden layer."""

    def compute(
        self, parameters: Parameters, inputs: Tensor, context: Context, statistics: Statistics | None = None
    ) -> Tensor:
        """Outputs of every member, (member, batch, output)."""


def settle_arm(design: Design, refused: Collection[str] = ()) -> None:
    """Let an arm be given by its name. Raises ValueError for an unknown one, TypeError for what is no arm.

    refused: fields of an arm that this kind of network does not know; ValueError where one differs from a plain arm's.
    """
    arm = arm_called(design.arm) if isinstance(design.arm, str) else design.arm
    if not isinstance(arm, Arm):
        raise TypeError(f"an arm is an Arm or the name of one, not {arm!r}")
    parts = arm.normaliser.parts if arm.normaliser else ()
    if any(part.over == "group" for part in parts) and design.width % GROUPS:
        raise ValueError(f"{design.width} units cannot be parted into {GROUPS} groups; use a multiple")
    for name in refused:
        if getattr(arm, name) != getattr(PLAIN, name):
            raise ValueError(f"{type(design).__name__} networks know no arm with {name}={getattr(arm, name)!r}")
    object.__setattr__(design, "arm", arm)  # the class is frozen for everybody else


@dataclass(frozen=True)
class Architecture:
    """A fully connected network: `depth` hidden layers of `width` units and a linear output layer.

    arm: an Arm, or the name of one in `arms.ARMS`. after_activation: the normaliser of a layer comes after its
    activation function instead of before it. Raises ValueError for an unknown arm or activation, and for
    `after_activation` without a normaliser.
    """

    inputs: int = 64
    outputs: int = 10
    depth: int = 10
    width: int = 32
    activation: str = "relu"
    arm: Arm | str = PLAIN
    after_activation: bool = False

    def __post_init__(self) -> None:
        settle_arm(self)
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"unknown activation {self.activation!r}; known: {', '.join(ACTIVATIONS)}")
        if self.after_activation and (self.arm.normaliser is None or self.arm.noise):
            raise ValueError("this arm has no normaliser that could come after the activation, or noise behind it")

    def fans(self, layer: int) -> tuple[int, int]:
        """Inputs and outputs of linear map `layer`, counted from 0; the output layer is number `depth`."""
        return (
            self.inputs if layer == 0 else self.width,
            self.outputs if layer == self.depth else self.width,
        )

    def positions(self, _layer: int) -> int:
        """Rows that a hidden layer has for one example."""
        return 1

    def received(self, x: Tensor, _layer: int) -> Tensor:
        """What the linear map of a hidden layer multiplies, from what the layer before computed."""
        return x

    def pooled(self, x: Tensor) -> Tensor:
        """What the output layer multiplies: one row for each example."""
        return x

    def draw(self, generator: torch.Generator, scheme: str) -> Parameters:
        """Initial parameters of one network. Drawn in one order for all arms, so that arms share them."""
        parameters: Parameters = {}
        for layer in range(self.depth + 1):
            fan_in, fan_out = self.fans(layer)
            parameters[f"weight.{layer}"] = draw_weights(fan_in, fan_out, generator, scheme)
            offset = 2 * torch.rand(fan_out, generator=generator) - 1
            hidden = layer < self.depth
            if hidden:
                parameters |= layer_parameters(self.arm, layer, fan_out)
            if not hidden or not self.arm.affine or self.after_activation:
                parameters[f"bias.{layer}"] = offset * fan_in**-0.5 if scheme == "default" else torch.zeros(fan_out)
        return parameters

    def fresh_statistics(self, parameters: Parameters) -> Statistics:
        """Running statistics before training, mean 0 and squared size 1, as torch.nn starts them."""
        weights = [parameters[f"weight.{layer}"] for layer in range(self.depth)]
        return [fresh(weight) for weight in weights] if self.arm.uses_batch else []

    def is_hidden(self, name: str) -> bool:
        """Whether a parameter is the weight matrix of a hidden layer."""
        kind, _, layer = name.partition(".")
        return kind == "weight" and int(layer) < self.depth

    def compute(
        self, parameters: Parameters, inputs: Tensor, context: Context, statistics: Statistics | None = None
    ) -> Tensor:
        """As `forward`."""
        return forward(self, parameters, inputs, context, statistics)


# The network of the hero map, of the landscape and of the walks: readers learn it once.
REFERENCE = Architecture()


def with_arm(design: Design, arm: Arm | str) -> Design:
    """The same network with another arm."""
    return replace(design, arm=arm)


def initialise(design: Design, seeds: Sequence[int], scheme: str = "he", gains: Sequence[float] | None = None) -> Parameters:
    """Initial parameters, one member per entry of `seeds`; equal seeds give equal draws in every arm.

    scheme: "he" (He et al. 2015, normal, standard deviation sqrt(2 / fan-in)), "glorot" (Glorot and Bengio 2010,
    uniform) or "default" (torch.nn.Linear's own). gains multiply every weight matrix, one number per member.
    Raises ValueError for an unknown scheme.
    """
    if scheme not in INITIALISATIONS:
        raise ValueError(f"unknown initialisation {scheme!r}; known: {', '.join(INITIALISATIONS)}")
    unique = sorted(set(seeds))
    rows = torch.tensor([unique.index(seed) for seed in seeds])
    drawn = [design.draw(torch.Generator().manual_seed(seed), scheme) for seed in unique]
    parameters = {name: torch.stack([one[name] for one in drawn])[rows] for name in drawn[0]}
    if gains is not None:
        factors = torch.tensor(gains)[:, None, None]
        for name, value in parameters.items():
            if name.startswith("weight."):
                value.mul_(factors)
    return parameters


def on_gpu(parameters: Parameters, wanted: bool) -> Parameters:
    """The same on a GPU, where one is wanted and the machine has it."""
    return {name: value.cuda() for name, value in parameters.items()} if wanted and torch.cuda.is_available() else parameters


def draw_weights(fan_in: int, fan_out: int, generator: torch.Generator, scheme: str) -> Float[Tensor, "in out"]:
    """Weights of one linear map, drawn as (out, in), the layout of torch.nn."""
    if scheme == "he":
        drawn = torch.randn(fan_out, fan_in, generator=generator) * (2 / fan_in) ** 0.5
    else:
        bound = (6 / (fan_in + fan_out)) ** 0.5 if scheme == "glorot" else fan_in**-0.5
        drawn = (2 * torch.rand(fan_out, fan_in, generator=generator) - 1) * bound
    return drawn.T.contiguous()


def layer_parameters(arm: Arm, name: int | str, units: int) -> Parameters:
    """Scale, shift and steepness of a layer, where its arm has them."""
    found: Parameters = {}
    if arm.affine:
        found |= {f"scale.{name}": torch.ones(units), f"shift.{name}": torch.zeros(units)}
    if arm.squash:
        found[f"alpha.{name}"] = torch.full((1,), START_OF_ALPHA)
    return found


def fresh(weight: Float[Tensor, "member in out"]) -> Running:
    """Running statistics of the layer that these weights lead to."""
    mean = weight.new_zeros(len(weight), weight.shape[2])
    return Running(mean, torch.ones_like(mean))


@dataclass
class Trace:
    """What a forward pass saw in each hidden layer; every entry has shape (member, row, unit)."""

    linear: list[Tensor]  # outputs of the linear map
    # What enters the activation function: after the normaliser, where there is one. (With `after_activation`: what
    # leaves the normaliser.)
    preactivations: list[Tensor]
    activations: list[Tensor]  # what the next layer receives


def forward(
    architecture: Architecture,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch input"],
    context: Context,
    statistics: Statistics | None = None,
    trace: Trace | None = None,
    start: int = 0,
) -> Float[Tensor, "member batch output"]:
    """Outputs of every member. `inputs` enter hidden layer `start` (0 is the first), so layers can be stitched.

    statistics: moved in place in a training step (`context`). Eval mode of an arm with running statistics needs them,
    and so does train mode where they are held: ValueError otherwise. trace: filled with what each layer computed.
    """
    arm, activation = architecture.arm, ACTIVATIONS[architecture.activation]
    x = inputs
    for layer in range(start, architecture.depth):
        linear = torch.bmm(architecture.received(x, layer), effective_weight(arm, parameters[f"weight.{layer}"]))
        running = statistics[layer] if statistics else None
        positions = architecture.positions(layer)
        if architecture.after_activation:
            linear = linear + parameters[f"bias.{layer}"][:, None]
            x = z = normalised(arm, activation(linear), parameters, layer, running, context, positions)
        else:
            z = normalised(arm, linear, parameters, layer, running, context, positions)
            if not arm.affine:
                z = z + parameters[f"bias.{layer}"][:, None]
            if arm.noise and context.noise is not None:
                z = context.noise.add(z)
            x = activation(z)
        if trace is not None:
            trace.linear.append(linear)
            trace.preactivations.append(z)
            trace.activations.append(x)
    last = architecture.depth
    return torch.baddbmm(parameters[f"bias.{last}"][:, None], architecture.pooled(x), parameters[f"weight.{last}"])


def normalised(
    arm: Arm,
    z: Float[Tensor, "member row unit"],
    parameters: Parameters,
    name: int | str,
    running: Running | None,
    context: Context,
    positions: int = 1,
) -> Float[Tensor, "member row unit"]:
    """What an arm makes of a linear map's outputs: the normaliser, then scale and shift, where it has them.

    name: of the layer, in the names of its parameters. running, positions: as in `normalisers.normalise`.
    """
    if arm.normaliser is not None:
        z = normalise(z, arm.normaliser, running, context, positions)
    if arm.squash:
        z = torch.tanh(parameters[f"alpha.{name}"][:, None] * z)
    if arm.affine:
        z = torch.addcmul(parameters[f"shift.{name}"][:, None], z, parameters[f"scale.{name}"][:, None])
    return z


def effective_weight(arm: Arm, weight: Float[Tensor, "member in out"]) -> Float[Tensor, "member in out"]:
    """The weights that the linear map uses, each unit's of the length that an arm asks for."""
    if arm.weights == "free":
        return weight
    gain = 2.0  # of the squared length: ReLU halves the mean square (He et al. 2015)
    if arm.weights == "standardised":
        weight = weight - weight.mean(1, keepdim=True)
        gain /= 1 - 1 / torch.pi  # and what its mean takes of the rest (Brock, De and Smith 2021, section 4.2)
    return weight * (gain / (weight.square().sum(1, keepdim=True) + EPSILON)).sqrt()


def losses(outputs: Float[Tensor, "member batch output"], targets: Tensor) -> Float[Tensor, "member"]:
    """Mean loss of each member: cross-entropy for integer targets (member, batch), else squared error."""
    if targets.dtype == torch.int64:
        # Along an axis that is not the last the framework takes many examples at once, and a fifth of the time.
        return F.cross_entropy(outputs.mT.contiguous(), targets, reduction="none").mean(1)
    return (outputs - targets).square().mean((1, 2))
