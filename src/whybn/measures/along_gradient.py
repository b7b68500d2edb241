"""Walks along one gradient (after Santurkar et al. 2018, section 3.2): the loss there, and the gradient there."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Parameters
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, gradients


@dataclass(frozen=True)
class Walk:
    """What was met along -gradient from one point, on one mini-batch.

    loss, cosine, ratio, change: (step length, member). cosine is that of the angle between the gradient there and
    here, ratio is the norm of the gradient there over the norm here, change is the norm of their difference.
    norm: (member,), the norm here. The distance walked is the step length times norm; change over that distance is
    the effective smoothness (Santurkar et al. 2018, section 3.2).
    """

    loss: Float[Tensor, "length member"]
    cosine: Float[Tensor, "length member"]
    ratio: Float[Tensor, "length member"]
    norm: Float[Tensor, "member"]
    change: Float[Tensor, "length member"]


def inner(one: Parameters, other: Parameters) -> Float[Tensor, "member"]:
    """Inner product over all parameters of each member."""
    return sum((one[name] * other[name]).flatten(1).sum(1) for name in one)


def walk(
    ensemble: Ensemble,
    inputs: Float[Tensor, "member batch input"],
    targets: Tensor,
    lengths: Sequence[float] | Float[Tensor, "length member"],
    training: bool = True,
) -> Walk:
    """Follow the gradient of this mini-batch for each step length (a learning rate), the same for all members or
    each its own.

    Every point is evaluated on the same mini-batch with its own batch statistics (train mode), or all with the
    running ones where `training` is False; the running statistics stay as they are. All parameters move, also scale
    and shift.
    """
    context = Context(training=training)
    _, start = gradients(ensemble, inputs, targets, context)
    norm = inner(start, start).sqrt()
    if not isinstance(lengths, Tensor):
        lengths = torch.tensor(lengths, dtype=norm.dtype)[:, None].expand(-1, len(norm))
    found: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    for length in lengths:
        moved = ensemble.pick(torch.arange(len(ensemble.seeds)))
        for name, value in moved.parameters.items():
            value.addcmul_(length.view(-1, *[1] * (value.dim() - 1)), start[name], value=-1)
        loss, there = gradients(moved, inputs, targets, context)
        norm_there = inner(there, there).sqrt()
        gap = {name: there[name] - start[name] for name in start}
        found.append((loss, inner(start, there) / (norm * norm_there), norm_there / norm, inner(gap, gap).sqrt()))
    loss, cosine, ratio, change = (torch.stack(column) for column in zip(*found, strict=True))
    return Walk(loss, cosine, ratio, norm, change)
