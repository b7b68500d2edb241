"""Ensembles of recurrent networks: one layer that reads a sequence step by step, and a linear output at its end.

At each step the pre-activation is the linear map of the new input plus that of the previous state; the normaliser of
the arm works on this sum, the activation function is tanh. Scale and shift are shared by all steps; the statistics of
Batch Norm are those of each step (Cooijmans et al. 2016). Axis 0 of every tensor is the member.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Parameters
from whybn.lab.normalisers import ARMS, Arm, Context, Running


@dataclass(frozen=True)
class Recurrent:
    """A recurrent network that reads `inputs` numbers a step. Arms: plain, batch_norm, layer_norm."""

    inputs: int = 8
    outputs: int = 10
    width: int = 32
    arm: str = "plain"

    @property
    def normaliser(self) -> Arm:
        """How the arm treats a pre-activation."""
        return ARMS[self.arm]


def initialise(architecture: Recurrent, seeds: Sequence[int]) -> Parameters:
    """Initial parameters, one member per entry of `seeds`; equal seeds give equal draws in every arm.

    The map of the state is orthogonal, the others are uniform (Glorot and Bengio 2010).
    """
    unique = sorted(set(seeds))
    rows = torch.tensor([unique.index(seed) for seed in seeds])
    drawn = [_draw(architecture, seed) for seed in unique]
    return {name: torch.stack([one[name] for one in drawn])[rows] for name in drawn[0]}


def _draw(architecture: Recurrent, seed: int) -> Parameters:
    generator = torch.Generator().manual_seed(seed)
    inputs, width, outputs = architecture.inputs, architecture.width, architecture.outputs
    orthogonal, triangle = torch.linalg.qr(torch.randn(width, width, generator=generator))

    def glorot(fan_in: int, fan_out: int) -> Tensor:
        return (2 * torch.rand(fan_in, fan_out, generator=generator) - 1) * (6 / (fan_in + fan_out)) ** 0.5

    parameters = {
        "weight.input": glorot(inputs, width),
        "weight.state": orthogonal * triangle.diagonal().sign(),
        "weight.output": glorot(width, outputs),
        "bias.output": torch.zeros(outputs),
    }
    if architecture.normaliser.function is None:
        return parameters | {"bias.state": torch.zeros(width)}
    return parameters | {"scale.state": torch.ones(width), "shift.state": torch.zeros(width)}


def fresh_statistics(architecture: Recurrent, parameters: Parameters, steps: int) -> list[Running]:
    """Running statistics for each step of the sequence; none for arms that need none."""
    if not architecture.normaliser.uses_batch:
        return []
    scale = parameters["scale.state"]
    return [Running(torch.zeros_like(scale), torch.ones_like(scale)) for _ in range(steps)]


def forward(
    architecture: Recurrent,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch number"],
    context: Context,
    statistics: Sequence[Running] | None = None,
    sums: list[Tensor] | None = None,
) -> Float[Tensor, "member batch output"]:
    """Outputs of every member after the last step; `inputs` holds the numbers of all steps, one step after another.

    statistics: one entry per step, moved in place in train mode; steps beyond the last entry use the last. The same
    entry repeated is one set of statistics for all steps. sums: filled with the sums before the normaliser,
    one tensor (member, batch, unit) for each step.
    """
    arm = architecture.normaliser
    members, batch, numbers = inputs.shape
    steps = numbers // architecture.inputs
    each_step = inputs.reshape(members, batch * steps, architecture.inputs)
    driven = torch.bmm(each_step, parameters["weight.input"]).view(members, batch, steps, -1)
    state = torch.zeros_like(driven[:, :, 0])
    for step in range(steps):
        z = torch.baddbmm(driven[:, :, step], state, parameters["weight.state"])
        if sums is not None:
            sums.append(z)
        if arm.function is None:
            z = z + parameters["bias.state"][:, None]
        else:
            running = statistics[min(step, len(statistics) - 1)] if statistics else None
            z = arm.function(z, parameters["scale.state"], parameters["shift.state"], running, context)
        state = torch.tanh(z)
    return torch.baddbmm(parameters["bias.output"][:, None], state, parameters["weight.output"])
