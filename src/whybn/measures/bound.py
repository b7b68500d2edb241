"""What Batch Norm takes out of a gradient on its way back: both sides of a bound, and what the weights lose by it."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.arms import BATCH_NORM
from whybn.lab.networks import Architecture, Parameters, Trace, forward, losses
from whybn.lab.normalisers import EPSILON, Context


@dataclass(frozen=True)
class Bound:
    """Santurkar et al. 2018, theorem 4.1, for every normalised unit, on one mini-batch; each (layer, member, unit).

    before: squared norm of the gradient for the unit's outputs behind Batch Norm. mean_part: the part of it that lies
    along the vector of ones; along_part: the part along the normalised values. factor: squared scale over variance.
    after: squared norm of the gradient for what enters Batch Norm. after <= factor * (before - mean_part -
    along_part), with equality but for the small constant in the variance.

    In the space of the unit's incoming weights: weights_before, the squared norm of their gradient if mean and variance
    were constants; weights_removed, that of its difference from the gradient; weights_by_chance, the ratio of the two on
    average over all directions in which the gradient for the outputs could point, which the layer's inputs alone decide.
    """

    before: Float[Tensor, "layer member unit"]
    mean_part: Float[Tensor, "layer member unit"]
    along_part: Float[Tensor, "layer member unit"]
    factor: Float[Tensor, "layer member unit"]
    after: Float[Tensor, "layer member unit"]
    weights_before: Float[Tensor, "layer member unit"]
    weights_removed: Float[Tensor, "layer member unit"]
    weights_by_chance: Float[Tensor, "layer member unit"]


def gradient_bound(
    architecture: Architecture, parameters: Parameters, inputs: Float[Tensor, "member batch input"], targets: Tensor
) -> Bound:
    """Both sides of the theorem in every hidden layer of a network with Batch Norm, in train mode.

    The loss of the theorem's network without Batch Norm is that of the layers above, at the values that they receive
    here. Raises ValueError for an arm without batch statistics.
    """
    if architecture.arm.normaliser != BATCH_NORM.normaliser:
        raise ValueError("this arm's normaliser is another one; the theorem is about Batch Norm")
    trace = Trace([], [], [])
    leaves = {name: value.detach().requires_grad_() for name, value in parameters.items()}
    outputs = forward(architecture, leaves, inputs, Context(training=True), trace=trace)
    found = torch.autograd.grad(losses(outputs, targets).sum(), trace.linear + trace.preactivations)
    entering, leaving = found[: architecture.depth], found[architecture.depth :]
    received = [inputs, *trace.activations]
    rows = []
    for layer, (inward, outward) in enumerate(zip(entering, leaving, strict=True)):
        linear = trace.linear[layer].detach()
        variance = linear.var(1, unbiased=False) + EPSILON
        normalised = (linear - linear.mean(1, keepdim=True)) / variance.sqrt()[:, None]
        batch = linear.shape[1]
        factor = parameters[f"scale.{layer}"].square() / variance
        rows.append(
            (
                outward.square().sum(1),
                outward.sum(1).square() / batch,
                (outward * normalised).sum(1).square() / batch,
                factor,
                inward.square().sum(1),
                *_of_weights(received[layer].detach(), normalised, outward, factor),
            )
        )
    return Bound(*(torch.stack(column) for column in zip(*rows, strict=True)))


def _of_weights(
    received: Float[Tensor, "member batch input"],
    normalised: Float[Tensor, "member batch unit"],
    outward: Float[Tensor, "member batch unit"],
    factor: Float[Tensor, "member unit"],
) -> tuple[Tensor, Tensor, Tensor]:
    """The last three terms of a layer's Bound, each (member, unit), from what it receives and its outputs' gradient."""
    batch = received.shape[1]
    removed = outward.mean(1, keepdim=True) + normalised * (outward * normalised).mean(1, keepdim=True)
    before, taken = ((received.mT @ slope).square().sum(1) * factor for slope in (outward, removed))
    along_mean = received.sum(1).square().sum(1, keepdim=True)
    along_values = (received.mT @ normalised).square().sum(1)
    by_chance = (along_mean + along_values) / (batch * received.square().sum((1, 2))[:, None])
    return before, taken, by_chance
