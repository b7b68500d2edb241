"""Stochastic gradient descent in one compiled call a step: each member goes from its mini-batch to its moved parameters.

`backpropagation` takes all members through one layer, then through the next; what it computes leaves the processor's cache
before it is read again. Here one member goes all the way. The two share their loops. This one knows fewer networks;
it is tested against the other, and against autograd.
"""

from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from whybn.lab import backpropagation
from whybn.lab.arms import PLAIN
from whybn.lab.networks import Architecture, Design, Parameters, Statistics
from whybn.lab.normalisers import GROUPS, Context, check_enough, kept
from whybn.lab.optimisers import Rule

RECTIFIED = {"relu": True, "identity": False}  # the activation functions that it knows


def knows(design: Design, inputs: Tensor, targets: Tensor) -> bool:
    """Whether it trains such networks, here: fully connected, on classes, without noise and ghosts."""
    return (
        backpropagation.knows(design, inputs)
        and type(design) is Architecture
        and design.activation in RECTIFIED
        and not design.after_activation
        and not design.arm.noise
        and (design.arm.normaliser is None or design.arm.normaliser.ghost is None)
        and targets.dtype == torch.int64
    )


class Descent:
    """The steps of one ensemble, whose parameters, running statistics and moments they move in place."""

    def __init__(
        self, design: Architecture, parameters: Parameters, statistics: Statistics, moments: dict[str, list[Tensor]]
    ) -> None:
        """moments: of each parameter, what the optimiser keeps of it.

        Raises ValueError where a parameter, a statistic or a moment has not the form that the design gives it.
        """
        self.design, self.kept = design, statistics
        # Weights, scales, shifts or biases; running means and sizes; first moments of those three, and second ones.
        self.addresses = np.zeros((5 + 2 * 3, design.depth + 1), np.int64)
        self.moved = parameters, moments  # what the addresses lead to stays where it is as long as it is known here
        members = len(parameters["weight.0"])
        for layer in range(design.depth + 1):
            hidden, (into, units) = layer < design.depth, design.fans(layer)
            shift = "shift" if hidden and design.arm.affine else "bias"
            names = f"weight.{layer}", f"scale.{layer}", f"{shift}.{layer}"
            running = [statistics[layer].mean, statistics[layer].variance] if hidden and statistics else [None, None]
            kept = [moments.get(name, [])[which : which + 1] for which in range(2) for name in names]
            found = [*(parameters.get(name) for name in names), *running, *(one[0] if one else None for one in kept)]
            for kind, values in enumerate(found):
                if values is not None:
                    shape = (members, into, units) if kind in (0, 5, 8) else (members, units)
                    self.addresses[kind, layer] = _address(values, shape)

    @no_type_check  # for the tests: as in backpropagation
    def step(
        self,
        inputs: Float[Tensor, "seed batch input"],
        targets: Int[Tensor, "seed batch"],
        which: Int[Tensor, "member"],
        rates: Float[Tensor, "member"],
        context: Context,
        rules: tuple[Rule, Rule],
    ) -> Float[Tensor, "member"]:
        """Loss of each member before the step, on the mini-batch of its seed (`which`); all moves as the rules say."""
        design, normaliser, examples = self.design, self.design.arm.normaliser, inputs.shape[1]
        if normaliser is not None:
            check_enough(normaliser, context, examples)
            if normaliser.held:
                kept(self.kept[0] if self.kept else None)
        plan = backpropagation.plan_of(normaliser, context)
        keeps = {
            name: (context.weight(part), part.unbiased(examples, context) if name == "variance" else 1.0)
            for name, part in plan.kept
        }
        how = (
            (*plan.codes, max(design.width // GROUPS, 1)),
            plan.gradients,
            (*keeps.get("mean", (0.0, 1.0)), *keeps.get("variance", (0.0, 1.0))),
            design.arm == PLAIN,
            RECTIFIED[design.activation],
        )
        sizes = design.depth, design.width, design.outputs
        loss = rates.new_empty(len(which))
        given, found = (one.numpy() for one in (inputs, targets, which, rates)), loss.numpy()
        backpropagation.compiled.descend(*given, self.addresses, sizes, how, rules, found)
        return loss


def _address(values: Tensor, shape: tuple[int, ...]) -> int:
    """Where stacked values begin. Raises ValueError where they are not of this shape, one behind the other."""
    if values.shape != shape or not values.is_contiguous():
        raise ValueError(f"expected {shape}, one number behind the other; got {tuple(values.shape)}, {values.stride()}")
    return values.data_ptr()
