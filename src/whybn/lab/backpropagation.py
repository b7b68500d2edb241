"""Backpropagation written out for fully connected ensembles: one pass forward and back without autograd.

Autograd keeps every tensor and every gradient of a step until its end; those of an ensemble no longer fit into the
processor's cache. Here a gradient is handed on as soon as it is known, and its memory is used again. What needs second
derivatives, or other networks, uses autograd (training.gradients).
"""

from collections.abc import Callable
from typing import no_type_check

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import IN_PLACE, Architecture, Parameters, Statistics, losses_and_slopes
from whybn.lab.normalisers import EPSILON, Context, batch_norm, frozen_batch_norm, ghosts_in

WRITTEN_OUT = (None, batch_norm, frozen_batch_norm)  # the normalisers this pass knows

Back = Callable[[Tensor], Tensor]  # from the slope of the loss along what a part computed to that along what it received
Move = Callable[[str, Tensor], None]


def is_written_out(architecture: Architecture) -> bool:
    """Whether `backpropagate` knows these networks."""
    return architecture.normaliser.function in WRITTEN_OUT and not architecture.after_activation


@torch.no_grad()
@np.errstate(over="ignore", invalid="ignore")  # a member that diverges is a result
def backpropagate(
    architecture: Architecture,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch input"],
    targets: Tensor,
    context: Context,
    statistics: Statistics,
    move: Move,
) -> Float[Tensor, "member"]:
    """Loss of each member in train mode, as networks.forward and networks.losses have it; moves running statistics.

    move(name, slope) is called once for each parameter, with the gradient of the loss. It may move the parameter at
    once, as nothing reads it any more.
    """
    x, backs = inputs, []
    for layer in range(architecture.depth):
        x, back = _linear(parameters, layer, x, move)
        backs.append(back)
        if architecture.normaliser.function is not None:
            x, back = _batch_norm(architecture, parameters, layer, x, context, statistics, move)
            backs.append(back)
        if architecture.normaliser.noisy and context.noise is not None:
            x, back = _noise(x, context)
            backs.append(back)
        x, back = _activation(architecture.activation, x)
        backs.append(back)
    outputs, back = _linear(parameters, architecture.depth, x, move)
    loss, slope = losses_and_slopes(outputs, targets)
    slope = back(slope)
    while backs:
        slope = backs.pop()(slope)  # and with it goes what the part has kept
    return loss


# Tests check the shapes of every call, which takes longer than these parts do, for each layer of each step.


@no_type_check
def _linear(parameters: Parameters, layer: int, x: Tensor, move: Move) -> tuple[Tensor, Back]:
    weight, bias = parameters[f"weight.{layer}"], parameters.get(f"bias.{layer}")

    def back(slope: Tensor) -> Tensor:
        below = torch.bmm(slope, weight.mT) if layer else slope  # nobody asks for the slope along the images
        if bias is not None:
            move(f"bias.{layer}", slope.sum(1))
        move(f"weight.{layer}", product(x.mT, slope))
        return below

    y = product(x, weight)
    return y if bias is None else y.add_(bias[:, None]), back


@no_type_check
def product(one: Float[Tensor, "member i j"], other: Float[Tensor, "member j k"]) -> Float[Tensor, "member i k"]:
    """The matrix product of each member, by NumPy where it can: its library has kernels for matrices as small as these.

    For a transposed second factor it has none that is faster than torch's.
    """
    if one.device.type != "cpu":
        return torch.bmm(one, other)
    return torch.from_numpy(np.matmul(one.numpy(), other.numpy()))


@no_type_check
def _batch_norm(
    architecture: Architecture,
    parameters: Parameters,
    layer: int,
    z: Tensor,
    context: Context,
    statistics: Statistics,
    move: Move,
) -> tuple[Tensor, Back]:
    """Batch Norm with the statistics of the mini-batch, or of each ghost of it, or, frozen, with those it has.

    After Ioffe and Szegedy (2015, section 3). Every ghost is treated as a member of its own.
    """
    live = architecture.normaliser.function is batch_norm
    scale, shift, running = parameters[f"scale.{layer}"], parameters[f"shift.{layer}"], statistics[layer]
    ghosts = ghosts_in(z, architecture.ghost) if live else 1

    def each(values: Tensor) -> Tensor:
        return values if ghosts == 1 else values.repeat_interleave(ghosts, 0)

    def together(values: Tensor) -> Tensor:
        return values if ghosts == 1 else values.unflatten(0, (-1, ghosts)).sum(1)

    centred = z.view(len(z) * ghosts, -1, z.shape[2])
    examples = centred.shape[1]
    mean = centred.sum(1).mul_(1 / examples) if live else running.mean
    centred.sub_(mean[:, None])
    variance = (centred * centred).sum(1).mul_(1 / examples) if live else running.variance
    if live:
        weight = context.momentum / ghosts
        running.mean.mul_(1 - context.momentum).add_(together(mean), alpha=weight)
        unbiased = weight * examples / (examples - 1)
        running.variance.mul_(1 - context.momentum).add_(together(variance), alpha=unbiased)
    inverse = (variance + EPSILON).rsqrt_()
    factor = each(scale) * inverse

    def back(slope: Tensor) -> Tensor:
        slope = slope.view(centred.shape)
        of_shift, of_scale = slope.sum(1), (slope * centred).sum(1).mul_(inverse)
        if live:  # the statistics depend on every example
            level, tilt = (of_shift * factor).mul_(-1 / examples), (of_scale * inverse).mul_(factor)
            torch.addcmul(level[:, None], slope, factor[:, None], out=slope)
            slope.addcmul_(centred, tilt[:, None], value=-1 / examples)
        else:
            slope.mul_(factor[:, None])
        move(f"scale.{layer}", together(of_scale))
        move(f"shift.{layer}", together(of_shift))
        return slope.view(z.shape)

    return torch.addcmul(each(shift)[:, None], centred, factor[:, None]).view(z.shape), back


@no_type_check
def _noise(z: Tensor, context: Context) -> tuple[Tensor, Back]:
    shift, factor = context.noise(z)
    return torch.addcmul(shift, factor, z, out=z), factor.mul_


@no_type_check
def _activation(name: str, z: Tensor) -> tuple[Tensor, Back]:
    """The activation function in place; the slopes of all that there are follow from their outputs."""
    outputs, aten = IN_PLACE[name](z), torch.ops.aten
    slopes = {
        "relu": lambda slope: aten.threshold_backward.grad_input(slope, outputs, 0, grad_input=slope),
        "tanh": lambda slope: aten.tanh_backward.grad_input(slope, outputs, grad_input=slope),
        "sigmoid": lambda slope: aten.sigmoid_backward.grad_input(slope, outputs, grad_input=slope),
        "identity": lambda slope: slope,
    }
    return outputs, slopes[name]
