"""Ensembles of recurrent networks: one layer that reads a sequence step by step, and a linear output at its end.

At each step the pre-activation is the linear map of the new input plus that of the previous state; the normaliser of
the arm works on this sum, the activation function is tanh. Scale and shift are shared by all steps; the statistics of
Batch Norm are those of each step (Cooijmans et al. 2016), or of all. Axis 0 of every tensor is the member.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.arms import PLAIN
from whybn.lab.networks import Parameters, Statistics, draw_weights, fresh, layer_parameters, normalised, settle_arm
from whybn.lab.normalisers import Arm, Context


@dataclass(frozen=True)
class Recurrent:
    """A recurrent network that reads `inputs` numbers a step.

    arm: any Arm, or the name of one. sets: running statistics that it keeps, one for each of the first steps; steps
    beyond use the last. Raises ValueError for an unknown arm, and for noise or weights that are not free.
    """

    inputs: int = 8
    outputs: int = 10
    width: int = 32
    arm: Arm | str = PLAIN
    sets: int = 8

    def __post_init__(self) -> None:
        settle_arm(self, refused=("noise", "weights"))  # two maps meet before one normaliser

    def draw(self, generator: torch.Generator, scheme: str) -> Parameters:
        """Initial parameters: the map of the state is orthogonal, the others follow `scheme`."""
        orthogonal, triangle = torch.linalg.qr(torch.randn(self.width, self.width, generator=generator))
        parameters = {
            "weight.input": draw_weights(self.inputs, self.width, generator, scheme),
            "weight.state": orthogonal * triangle.diagonal().sign(),
            "weight.output": draw_weights(self.width, self.outputs, generator, scheme),
            "bias.output": torch.zeros(self.outputs),
        }
        offset = {} if self.arm.affine else {"bias.state": torch.zeros(self.width)}
        return parameters | offset | layer_parameters(self.arm, "state", self.width)

    def fresh_statistics(self, parameters: Parameters) -> Statistics:
        """Running statistics of each set; none for arms that need none."""
        return [fresh(parameters["weight.state"]) for _ in range(self.sets)] if self.arm.uses_batch else []

    def is_hidden(self, name: str) -> bool:
        """Whether a parameter is a weight matrix of the layer."""
        return name in ("weight.input", "weight.state")

    def compute(
        self,
        parameters: Parameters,
        inputs: Float[Tensor, "member batch number"],
        context: Context,
        statistics: Statistics | None = None,
        sums: list[Tensor] | None = None,
    ) -> Float[Tensor, "member batch output"]:
        """Outputs of every member after the last step; `inputs` holds the numbers of all steps, one after another.

        sums: filled with the sums before the normaliser, one tensor (member, batch, unit) for each step.
        """
        members, batch, numbers = inputs.shape
        steps = numbers // self.inputs
        each_step = inputs.reshape(members, batch * steps, self.inputs)
        driven = torch.bmm(each_step, parameters["weight.input"]).view(members, batch, steps, -1)
        state = torch.zeros_like(driven[:, :, 0])
        for step in range(steps):
            z = torch.baddbmm(driven[:, :, step], state, parameters["weight.state"])
            if sums is not None:
                sums.append(z)
            running = statistics[min(step, len(statistics) - 1)] if statistics else None
            z = normalised(self.arm, z, parameters, "state", running, context)
            state = torch.tanh(z if self.arm.affine else z + parameters["bias.state"][:, None])
        return torch.baddbmm(parameters["bias.output"][:, None], state, parameters["weight.output"])
