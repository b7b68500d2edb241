"""Loss on random planes through a trained network, filter-normalised (Li et al. 2018, section 4)."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Architecture, Parameters, forward, losses
from whybn.lab.normalisers import Context


def filter_normalised_direction(parameters: Parameters, seeds: Sequence[int]) -> Parameters:
    """A Gaussian direction in which the weights into each unit have the norm of that unit's own weights.

    `seeds` holds one seed per member. Biases, scales and shifts do not move, as in Li et al.'s code.
    """
    direction = {}
    generators = [torch.Generator().manual_seed(7_919 * seed + 13) for seed in seeds]
    for name, value in parameters.items():
        if name.startswith("weight"):
            drawn = torch.stack([torch.randn(value.shape[1:], generator=one) for one in generators]).to(value.dtype)
            direction[name] = drawn * value.norm(dim=1, keepdim=True) / drawn.norm(dim=1, keepdim=True)
        else:
            direction[name] = torch.zeros_like(value)
    return direction


def plane_losses(
    architecture: Architecture,
    centre: Parameters,
    directions: tuple[Parameters, Parameters],
    inputs: Float[Tensor, "member example input"],
    targets: Tensor,
    offsets: Sequence[float],
) -> Float[Tensor, "member row column"]:
    """Loss of centre + x * first + y * second for x (column) and y (row) in `offsets`.

    Every point uses the batch statistics of these very examples (train mode): the training objective, not the
    function of a deployed network.
    """
    context = Context(training=True)
    rows = []
    with torch.no_grad():
        for y in offsets:
            row = []
            for x in offsets:
                moved = {
                    name: torch.add(value, directions[0][name], alpha=x).add_(directions[1][name], alpha=y)
                    for name, value in centre.items()
                }
                row.append(losses(forward(architecture, moved, inputs, context), targets))
            rows.append(torch.stack(row, 1))
    return torch.stack(rows, 1)
