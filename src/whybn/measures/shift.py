"""How far the inputs of a layer move while the network trains, and what that costs the layers above."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Architecture, Parameters, forward, losses
from whybn.lab.normalisers import Context


def distribution_shift(
    before: Float[Tensor, "member example unit"], after: Float[Tensor, "member example unit"]
) -> Float[Tensor, "member"]:
    """Mean over units of the Wasserstein-1 distance between a unit's values then and now, in its own deviations.

    For equally many examples the distance is the mean gap between sorted values. A unit that was constant and stays
    so has not moved (0); the deviation is that of `before`, but at least a hundredth of the layer's typical one, so
    that a nearly dead unit does not decide the mean. Members with values that are not finite give NaN.
    """
    # numpy sorts short columns twenty times as fast as torch
    gap = torch.from_numpy(np.abs(np.sort(before.numpy(), axis=1) - np.sort(after.numpy(), axis=1)).mean(1))
    deviation = before.std(1)
    floor = 0.01 * deviation.square().mean(1, keepdim=True).sqrt()
    return (gap / deviation.maximum(floor).clamp(min=torch.finfo(gap.dtype).tiny)).mean(1)


def stitch(lower: Parameters, upper: Parameters, layer: int) -> Parameters:
    """Parameters that are `lower`'s below hidden layer `layer` (0 is the first) and `upper`'s from it on."""
    if lower.keys() != upper.keys():
        raise ValueError("only two states of the same network can be stitched")
    return {name: (lower if int(name.split(".")[1]) < layer else upper)[name] for name in lower}


def misfit(
    architecture: Architecture,
    earlier: Parameters,
    later: Parameters,
    inputs: Float[Tensor, "member example input"],
    targets: Tensor,
) -> Float[Tensor, "boundary member"]:
    """Rise of the loss when the layers below a boundary are already `later` and the layers from it on `earlier`.

    Boundary k, counted from 0, lies below hidden layer k + 1, so the layer that receives new inputs is number
    k + 1; the last entry leaves only the output layer old. Statistics of the batch at hand (train mode).
    """
    context = Context(training=True)

    def loss(parameters: Parameters) -> Tensor:
        with torch.no_grad():
            return losses(forward(architecture, parameters, inputs, context), targets)

    base = loss(earlier)
    return torch.stack([loss(stitch(later, earlier, layer)) - base for layer in range(1, architecture.depth + 1)])
