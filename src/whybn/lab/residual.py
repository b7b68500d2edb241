"""Ensembles of residual networks: each block adds its branch to what it received.

A branch is the normaliser of the arm (or none), ReLU, linear map. Parameters are stacked as in `networks`.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.arms import PLAIN
from whybn.lab.networks import (
    Parameters,
    Statistics,
    draw_weights,
    effective_weight,
    fresh,
    layer_parameters,
    normalised,
    settle_arm,
)
from whybn.lab.normalisers import Arm, Context

BRANCHES = ("whole", "skip_init", "shrunk")


@dataclass(frozen=True)
class Residual:
    """A linear map to `width` units, `blocks` residual blocks, and ReLU with a linear output layer.

    arm: an Arm, or the name of one; its normaliser comes first in each branch. branch: added as it is ("whole"), times
    a trained number that starts at zero ("skip_init"; De and Smith 2020, section 4), or times one over the root of the
    number of blocks ("shrunk"). Raises ValueError for an unknown arm, one with
    noise, and an unknown branch.
    """

    inputs: int = 64
    outputs: int = 10
    blocks: int = 30
    width: int = 32
    arm: Arm | str = PLAIN
    branch: str = "whole"

    def __post_init__(self) -> None:
        settle_arm(self, refused=("noise",))
        if self.branch not in BRANCHES:
            raise ValueError(f"unknown branch {self.branch!r}; known: {', '.join(BRANCHES)}")

    @property
    def factor(self) -> float:
        """What a branch is multiplied by before it is added, where that is not trained."""
        return self.blocks**-0.5 if self.branch == "shrunk" else 1.0

    def draw(self, generator: torch.Generator, scheme: str) -> Parameters:
        """Initial parameters of one network; equal draws in every arm and branch."""
        last = self.blocks + 1
        parameters: Parameters = {}
        for layer in range(last + 1):
            fan_in = self.inputs if layer == 0 else self.width
            fan_out = self.outputs if layer == last else self.width
            parameters[f"weight.{layer}"] = draw_weights(fan_in, fan_out, generator, scheme)
            parameters[f"bias.{layer}"] = torch.zeros(fan_out)
            if 0 < layer < last:
                parameters |= layer_parameters(self.arm, layer, self.width)
                if self.branch == "skip_init":
                    parameters[f"factor.{layer}"] = torch.zeros(1)
        return parameters

    def fresh_statistics(self, parameters: Parameters) -> Statistics:
        """Running statistics of each block; none for arms that need none."""
        weights = [parameters[f"weight.{block}"] for block in range(1, self.blocks + 1)]
        return [fresh(weight) for weight in weights] if self.arm.uses_batch else []

    def is_hidden(self, name: str) -> bool:
        """Whether a parameter is the weight matrix of a block."""
        kind, _, layer = name.partition(".")
        return kind == "weight" and 0 < int(layer) <= self.blocks

    def compute(
        self,
        parameters: Parameters,
        inputs: Float[Tensor, "member batch input"],
        context: Context,
        statistics: Statistics | None = None,
        states: list[Tensor] | None = None,
    ) -> Float[Tensor, "member batch output"]:
        """Outputs of every member. states: filled with what enters the first block and leaves each block."""

        def linear(x: Tensor, layer: int) -> Tensor:
            weight = effective_weight(self.arm, parameters[f"weight.{layer}"])
            return torch.baddbmm(parameters[f"bias.{layer}"][:, None], x, weight)

        x = linear(inputs, 0)
        found = [x]
        for block in range(1, self.blocks + 1):
            running = statistics[block - 1] if statistics else None
            branch = linear(torch.relu(normalised(self.arm, x, parameters, block, running, context)), block)
            if self.branch == "skip_init":
                branch = parameters[f"factor.{block}"][:, None] * branch
            x = x + self.factor * branch
            found.append(x)
        if states is not None:
            states.extend(found)
        return linear(torch.relu(x), self.blocks + 1)
