"""Ensembles of fully connected networks: stacked parameters, one batched matrix product per layer.

A member is one network: it has a seed (its initial weights), a gain and later a learning rate. Axis 0 of every
tensor is the member. A member computes what the same network built from `torch.nn` modules computes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from whybn.lab.normalisers import ARMS, Arm, Context, Running

Parameters = dict[str, Tensor]  # weight.k (member, in, out); bias.k, scale.k, shift.k (member, out)
Statistics = list[Running]  # one per hidden layer; empty for arms without running statistics

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda z: z}
# The same where nobody looks at what went in: no second tensor to write and to read back from memory.
IN_PLACE = {"relu": torch.relu_, "tanh": torch.tanh_, "sigmoid": torch.sigmoid_, "identity": lambda z: z}
INITIALISATIONS = ("he", "glorot", "default")


@dataclass(frozen=True)
class Architecture:
    """A fully connected network: `depth` hidden layers of `width` units and a linear output layer.

    after_activation: the normaliser of a layer comes after its activation function instead of before it.
    Raises ValueError for an unknown arm or activation, and for `after_activation` without a normaliser.
    """

    inputs: int = 64
    outputs: int = 10
    depth: int = 10
    width: int = 32
    activation: str = "relu"
    arm: str = "plain"
    after_activation: bool = False
    ghost: int | None = None  # examples that share the statistics of Batch Norm in train mode; None means all

    def __post_init__(self) -> None:
        if self.arm not in ARMS:
            raise ValueError(f"unknown arm {self.arm!r}; known: {', '.join(ARMS)}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"unknown activation {self.activation!r}; known: {', '.join(ACTIVATIONS)}")
        if self.after_activation and self.normaliser.function is None:
            raise ValueError(f"{self.arm!r} has no normaliser that could come after the activation")

    @property
    def normaliser(self) -> Arm:
        """How the arm builds a layer."""
        return ARMS[self.arm]

    def fans(self, layer: int) -> tuple[int, int]:
        """Inputs and outputs of linear layer `layer`, counted from 0; the output layer is number `depth`."""
        return (
            self.inputs if layer == 0 else self.width,
            self.outputs if layer == self.depth else self.width,
        )


# The network of the hero map, of the landscape and of the walks: readers learn it once.
REFERENCE = Architecture()


def with_arm(architecture: Architecture, arm: str) -> Architecture:
    """The same network with another arm."""
    return replace(architecture, arm=arm)


def initialise(
    architecture: Architecture, seeds: Sequence[int], scheme: str = "he", gains: Sequence[float] | None = None
) -> Parameters:
    """Initial parameters, one member per entry of `seeds`; equal seeds give equal draws in every arm.

    scheme: "he" (He et al. 2015, normal, standard deviation sqrt(2 / fan-in)), "glorot" (Glorot and Bengio 2010,
    uniform) or "default" (torch.nn.Linear's own). gains multiply every weight matrix, one number per member.
    Raises ValueError for an unknown scheme.
    """
    if scheme not in INITIALISATIONS:
        raise ValueError(f"unknown initialisation {scheme!r}; known: {', '.join(INITIALISATIONS)}")
    unique = sorted(set(seeds))
    rows = torch.tensor([unique.index(seed) for seed in seeds])
    drawn = [_draw(architecture, seed, scheme) for seed in unique]
    parameters = {name: torch.stack([one[name] for one in drawn])[rows] for name in drawn[0]}
    if gains is not None:
        factors = torch.tensor(gains)[:, None, None]
        for layer in range(architecture.depth + 1):
            parameters[f"weight.{layer}"] *= factors
    return parameters


def _draw(architecture: Architecture, seed: int, scheme: str) -> Parameters:
    generator = torch.Generator().manual_seed(seed)
    normalised = architecture.normaliser.function is not None
    parameters: Parameters = {}
    for layer in range(architecture.depth + 1):
        fan_in, fan_out = architecture.fans(layer)
        # Drawn as (out, in), the layout of torch.nn, and in one order for all arms, so that arms share them.
        if scheme == "he":
            weight = torch.randn(fan_out, fan_in, generator=generator) * (2 / fan_in) ** 0.5
        else:
            bound = (6 / (fan_in + fan_out)) ** 0.5 if scheme == "glorot" else fan_in**-0.5
            weight = (2 * torch.rand(fan_out, fan_in, generator=generator) - 1) * bound
        offset = 2 * torch.rand(fan_out, generator=generator) - 1
        parameters[f"weight.{layer}"] = weight.T.contiguous()
        if normalised and layer < architecture.depth:
            parameters[f"scale.{layer}"] = torch.ones(fan_out)
            parameters[f"shift.{layer}"] = torch.zeros(fan_out)
        if not normalised or layer == architecture.depth or architecture.after_activation:
            # Right before a normaliser a bias would be inert.
            parameters[f"bias.{layer}"] = offset * fan_in**-0.5 if scheme == "default" else torch.zeros(fan_out)
    return parameters


def fresh_statistics(architecture: Architecture, parameters: Parameters) -> Statistics:
    """Running statistics before training, mean 0 and variance 1, as torch.nn starts them."""
    if not architecture.normaliser.uses_batch:
        return []
    scales = [parameters[f"scale.{layer}"] for layer in range(architecture.depth)]
    return [Running(torch.zeros_like(scale), torch.ones_like(scale)) for scale in scales]


@dataclass
class Trace:
    """What a forward pass saw in each hidden layer; every entry has shape (member, batch, unit)."""

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

    statistics: moved in place in train mode; None in train mode leaves no trace. Eval mode of an arm with running
    statistics needs them: ValueError otherwise. trace: filled with what each layer computed.
    """
    arm = architecture.normaliser
    needs_statistics = arm.uses_batch and (not context.training or architecture.arm == "frozen_batch_norm")
    if needs_statistics and not statistics:
        raise ValueError(f"{architecture.arm} needs running statistics in this mode; pass those of the training run")
    kept = trace is not None or architecture.after_activation
    activation = (ACTIVATIONS if kept else IN_PLACE)[architecture.activation]
    if architecture.ghost is not None:
        context = replace(context, ghost=architecture.ghost)
    x = inputs
    for layer in range(start, architecture.depth):
        if arm.function is None:
            z = linear = torch.baddbmm(parameters[f"bias.{layer}"][:, None], x, parameters[f"weight.{layer}"])
        else:
            linear = fed = torch.bmm(x, parameters[f"weight.{layer}"])
            if architecture.after_activation:
                linear = linear + parameters[f"bias.{layer}"][:, None]
                fed = activation(linear)
            running = statistics[layer] if arm.uses_batch and statistics else None
            z = arm.function(fed, parameters[f"scale.{layer}"], parameters[f"shift.{layer}"], running, context)
        if arm.noisy and context.noise is not None:
            shift, factor = context.noise(z)
            z = torch.addcmul(shift, factor, z)
        x = z if architecture.after_activation else activation(z)
        if trace is not None:
            trace.linear.append(linear)
            trace.preactivations.append(z)
            trace.activations.append(x)
    last = architecture.depth
    return torch.baddbmm(parameters[f"bias.{last}"][:, None], x, parameters[f"weight.{last}"])


def calibrate(architecture: Architecture, parameters: Parameters, inputs: Float[Tensor, "member batch input"]) -> Statistics:
    """Statistics of every layer over all of `inputs`, each layer seeing the normalised layers below it."""
    statistics = fresh_statistics(architecture, parameters)
    if statistics:
        with torch.no_grad():
            forward(architecture, parameters, inputs, Context(training=True, momentum=1.0), statistics)
    return statistics


def losses(outputs: Float[Tensor, "member batch output"], targets: Tensor) -> Float[Tensor, "member"]:
    """Mean loss of each member: cross-entropy for integer targets (member, batch), else squared error."""
    if targets.dtype == torch.int64:
        # Along an axis that is not the last the framework takes many examples at once, and a fifth of the time.
        return F.cross_entropy(outputs.mT.contiguous(), targets, reduction="none").mean(1)
    return (outputs - targets).square().mean((1, 2))


def losses_and_slopes(
    outputs: Float[Tensor, "member batch output"], targets: Tensor
) -> tuple[Float[Tensor, "member"], Float[Tensor, "member batch output"]]:
    """`losses` and their gradients along the outputs."""
    if targets.dtype == torch.int64:
        right = targets[:, None]
        logarithms = F.log_softmax(outputs.mT.contiguous(), 1)
        loss = -logarithms.gather(1, right)[:, 0].mean(1)
        slopes = logarithms.exp_()
        slopes.scatter_add_(1, right, -torch.ones_like(slopes[:, :1]))
        return loss, slopes.div_(targets.shape[1]).mT
    misses = outputs - targets
    return misses.square().mean((1, 2)), misses.mul_(2 / misses[0].numel())
