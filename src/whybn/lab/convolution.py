"""Ensembles of convolutional networks: every member is a group of one grouped convolution.

Layers of 3 x 3 filters without skip connections; the first two halve the height and the width. A mean over all
positions and a linear map follow. Batch Norm takes its statistics over examples and positions (Ioffe and Szegedy
2015, section 3.2). Axis 0 of every parameter is the member.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Parameters
from whybn.lab.normalisers import ARMS, EPSILON, Arm, Context, Running
from whybn.lab.training import Ensemble, assemble

HALVING = 2  # layers, counted from the first, that move their filters by two pixels


@dataclass(frozen=True)
class Convolutional:
    """`depth` layers of `channels` filters on square images of `side` pixels.

    Arms: plain, batch_norm, noisy_batch_norm (its noise has one distribution a filter, and a draw for every position).
    """

    side: int = 14
    outputs: int = 10
    depth: int = 8
    channels: int = 8
    arm: str = "plain"

    @property
    def normaliser(self) -> Arm:
        """How the arm builds a layer."""
        return ARMS[self.arm]


def initialise(architecture: Convolutional, seeds: Sequence[int]) -> Parameters:
    """Initial parameters, one member per entry of `seeds`; equal seeds give equal draws in every arm.

    filter.k (member, out, in, 3, 3) and weight.output (member, in, out): He et al. 2015, normal. Biases are zero.
    """
    unique = sorted(set(seeds))
    rows = torch.tensor([unique.index(seed) for seed in seeds])
    drawn = [_draw(architecture, seed) for seed in unique]
    return {name: torch.stack([one[name] for one in drawn])[rows] for name in drawn[0]}


def _draw(architecture: Convolutional, seed: int) -> Parameters:
    generator = torch.Generator().manual_seed(seed)
    channels, outputs = architecture.channels, architecture.outputs
    parameters: Parameters = {}
    for layer in range(architecture.depth):
        fan_in = (1 if layer == 0 else channels) * 9
        drawn = torch.randn(channels, fan_in // 9, 3, 3, generator=generator)
        parameters[f"filter.{layer}"] = drawn * (2 / fan_in) ** 0.5
        if architecture.normaliser.function is None:
            parameters[f"bias.{layer}"] = torch.zeros(channels)
        else:
            parameters[f"scale.{layer}"] = torch.ones(channels)
            parameters[f"shift.{layer}"] = torch.zeros(channels)
    parameters["weight.output"] = torch.randn(channels, outputs, generator=generator) * (2 / channels) ** 0.5
    parameters["bias.output"] = torch.zeros(outputs)
    return parameters


def fresh_statistics(architecture: Convolutional, parameters: Parameters) -> list[Running]:
    """Running statistics of each layer before training; none for arms that need none."""
    if not architecture.normaliser.uses_batch:
        return []
    scales = [parameters[f"scale.{layer}"] for layer in range(architecture.depth)]
    return [Running(torch.zeros_like(scale), torch.ones_like(scale)) for scale in scales]


def ensemble(architecture: Convolutional, seeds: Sequence[int], gpu: bool = False) -> Ensemble:
    """One member per entry of `seeds`, ready to train; with `gpu` on one, if the machine has it."""
    device = torch.device("cuda" if gpu and torch.cuda.is_available() else "cpu")
    parameters = {name: value.to(device) for name, value in initialise(architecture, seeds).items()}
    return assemble(architecture, parameters, seeds, fresh_statistics(architecture, parameters), compute=forward)


def forward(
    architecture: Convolutional,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch pixel"],
    context: Context,
    statistics: Sequence[Running] | None = None,
) -> Float[Tensor, "member batch output"]:
    """Outputs of every member for its images, which come as rows of pixels.

    statistics: moved in place in train mode; None in train mode leaves no trace.
    """
    members, batch, _ = inputs.shape
    normalised = architecture.normaliser.function is not None
    x = inputs.transpose(0, 1).reshape(batch, members, architecture.side, architecture.side)
    for layer in range(architecture.depth):
        bias = None if normalised else parameters[f"bias.{layer}"].flatten()
        stride = 2 if layer < HALVING else 1
        z = F.conv2d(x, parameters[f"filter.{layer}"].flatten(0, 1), bias, stride, padding=1, groups=members)
        if normalised:
            z = _batch_norm(z, parameters, layer, statistics[layer] if statistics else None, context)
        if architecture.normaliser.noisy and context.noise is not None:
            z = _with_noise(z, members, context)
        x = torch.relu_(z)
    pooled = x.mean((2, 3)).view(batch, members, -1).transpose(0, 1)
    return torch.baddbmm(parameters["bias.output"][:, None], pooled, parameters["weight.output"])


def _batch_norm(z: Tensor, parameters: Parameters, layer: int, running: Running | None, context: Context) -> Tensor:
    """Batch Norm of all members at once: a channel of one member is one channel."""
    return F.batch_norm(
        z,
        None if running is None else running.mean.view(-1),
        None if running is None else running.variance.view(-1),
        parameters[f"scale.{layer}"].flatten(),
        parameters[f"shift.{layer}"].flatten(),
        context.training,
        context.momentum,
        EPSILON,
    )


def _with_noise(z: Tensor, members: int, context: Context) -> Tensor:
    """Noise for every value of (batch, member x filter, height, width); positions are drawn as examples are."""
    batch, channels, height, width = z.shape
    filters = channels // members
    shape = (members, batch, height, width, filters)

    def back(noise: Tensor) -> Tensor:
        return noise.view(shape).permute(1, 0, 4, 2, 3).reshape(z.shape)

    shift, factor = context.noise(z.new_empty(members, batch * height * width, filters))
    return torch.addcmul(back(shift), back(factor), z)
