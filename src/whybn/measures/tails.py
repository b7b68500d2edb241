"""How unevenly a gradient is spread over its parameters and over the examples of its mini-batch."""

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Parameters, forward
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble


def flattened(gradient: Parameters) -> Float[Tensor, "member parameter"]:
    """All entries of a gradient in one row for each member."""
    return torch.cat([value.flatten(1) for value in gradient.values()], 1)


def kurtosis(values: Float[Tensor, "member entry"]) -> Float[Tensor, "member"]:
    """Fourth moment about the mean over the squared variance; 3 for a normal distribution."""
    centred = values - values.mean(1, keepdim=True)
    return centred.pow(4).mean(1) / centred.square().mean(1).square()


def top_share(values: Float[Tensor, "member entry"], share: float) -> Float[Tensor, "member"]:
    """Part of the sum of squares that the largest `share` of the entries hold (at least one entry)."""
    squares = values.square().sort(1, descending=True).values
    count = max(1, round(share * squares.shape[1]))
    return squares[:, :count].sum(1) / squares.sum(1)


def example_norms(
    ensemble: Ensemble, inputs: Float[Tensor, "member batch input"], targets: Tensor
) -> Float[Tensor, "member batch"]:
    """Norm of the gradient of each example's own loss, in train mode.

    With Batch Norm it flows through the statistics of the whole mini-batch: the gradients of all examples add up to
    that of the summed loss.
    """
    leaves = {name: value.detach().requires_grad_() for name, value in ensemble.parameters.items()}
    outputs = forward(ensemble.architecture, leaves, inputs, Context(training=True))
    each = torch.nn.functional.cross_entropy(outputs.mT, targets, reduction="none")
    norms = []
    for example in range(each.shape[1]):
        found = torch.autograd.grad(each[:, example].sum(), list(leaves.values()), retain_graph=True)
        norms.append(flattened(dict(zip(leaves, found, strict=True))).norm(dim=1))
    return torch.stack(norms, 1)
