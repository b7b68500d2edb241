"""How large the values of a layer are, and how alike they make the examples.

Size and sameness are what layers multiply: each layer passes on a size, and of it a part that all examples share. What
tells examples apart, the spread, follows from both: spread^2 = size^2 (1 - sameness).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Trace, forward
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble

Values = Float[Tensor, "member example unit"]


def size(values: Values) -> Float[Tensor, "member"]:
    """Root mean square over examples and units."""
    return values.square().mean((1, 2)).sqrt()


def sameness(values: Values) -> Float[Tensor, "member"]:
    """The part of the mean square that all examples share: squared means over examples, relative to mean squares.

    Both are summed over units. 0 where every unit averages to nothing, 1 where all examples are the same. Of examples of
    equal length it is the mean cosine of the angle between two of them, each with itself included.
    """
    return values.mean(1).square().sum(1) / values.square().mean(1).sum(1)


def spread(values: Values) -> Float[Tensor, "member"]:
    """Root mean square over units of the standard deviation over examples."""
    return values.var(1, correction=0).mean(1).sqrt()


def cosines(values: Values) -> Float[Tensor, "member example another"]:
    """Cosine of the angle between the values of each two examples."""
    directions = values / values.norm(dim=2, keepdim=True)
    return directions @ directions.mT


def traced(ensemble: Ensemble, inputs: Float[Tensor, "member example input"]) -> Trace:
    """What every hidden layer computes from these examples, in train mode: the statistics are theirs."""
    trace = Trace([], [], [])
    with torch.no_grad():
        forward(ensemble.architecture, ensemble.parameters, inputs, Context(training=True), trace=trace)
    return trace
