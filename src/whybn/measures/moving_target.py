"""How much the gradient of a layer changes when the layers below it take their step (Santurkar et al. 2018)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Parameters
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, gradients
from whybn.measures.shift import stitch


@dataclass(frozen=True)
class Change:
    """G is the gradient of a layer's weights, G' that after the step of the layers below.

    relative: (layer, member), the norm of G - G' over the norm of G. cosine: (layer, member), of the angle between
    the two. Layers are those that have one below: hidden layer 2, 3, ... and the output layer.
    """

    relative: Float[Tensor, "layer member"]
    cosine: Float[Tensor, "layer member"]


def moving_target(
    ensemble: Ensemble, inputs: Float[Tensor, "member batch input"], targets: Tensor, rates: Float[Tensor, "member"]
) -> Change:
    """Internal covariate shift by definition 2.1 of Santurkar et al. 2018, for plain gradient descent.

    The layers below move by one step of length `rates`, with all their parameters, scale and shift included; the
    mini-batch stays the same and every pass uses its own batch statistics (train mode). Only the weight matrix of the
    layer enters G, so that all arms are compared in the same parameters.
    """
    context = Context(training=True)
    now = ensemble.parameters
    _, start = gradients(ensemble, inputs, targets, context)
    later: Parameters = {
        name: torch.addcmul(value, rates.view(-1, *[1] * (value.dim() - 1)), start[name], value=-1)
        for name, value in now.items()
    }
    moved = ensemble.pick(torch.arange(len(ensemble.seeds)))
    relative, cosine = [], []
    for layer in range(1, ensemble.architecture.depth + 1):
        moved.parameters = stitch(later, now, layer)
        _, after = gradients(moved, inputs, targets, context)
        before, after = start[f"weight.{layer}"].flatten(1), after[f"weight.{layer}"].flatten(1)
        relative.append((before - after).norm(dim=1) / before.norm(dim=1))
        cosine.append(torch.cosine_similarity(before, after, dim=1, eps=0.0))
    return Change(torch.stack(relative), torch.stack(cosine))
