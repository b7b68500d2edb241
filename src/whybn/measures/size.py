"""How large what leaves each layer is, and what its linear map alone makes of what it gets."""

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Trace, forward
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble


def size(values: Float[Tensor, "member row unit"]) -> Float[Tensor, "member"]:
    """Root mean square over rows and units, in double precision, as one long step may leave very large values."""
    return values.double().square().mean((1, 2)).sqrt()


def layer_sizes(
    ensemble: Ensemble, inputs: Float[Tensor, "member batch input"]
) -> tuple[Float[Tensor, "layer member"], Float[Tensor, "layer member"]]:
    """Size of what leaves each hidden layer, and the factor by which its linear map alone changes a size.

    What leaves a layer has passed its normaliser and its activation function; it enters the next one. The factor is the
    size of the map's outputs, before any normaliser, over that of what it multiplies. Train mode; running statistics stay
    as they are.
    """
    trace = Trace([], [], [])
    with torch.no_grad():
        forward(ensemble.architecture, ensemble.parameters, inputs, Context(training=True), trace=trace)
    leaving = torch.stack([size(values) for values in trace.activations])
    mapped = torch.stack([size(values) for values in trace.linear])
    return leaving, mapped / torch.cat([size(inputs)[None], leaving[:-1]])
