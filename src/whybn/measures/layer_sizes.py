"""How large what leaves each layer is, and what its linear map alone makes of what it gets."""

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.training import Ensemble
from whybn.measures.sameness import size, traced


def layer_sizes(
    ensemble: Ensemble, inputs: Float[Tensor, "member example input"]
) -> tuple[Float[Tensor, "layer member"], Float[Tensor, "layer member"]]:
    """Size of what leaves each hidden layer, and the factor by which its linear map alone changes a size.

    What leaves a layer has passed its normaliser and its activation function; it enters the next one. The factor is the
    size of the map's outputs, before any normaliser, over that of what it multiplies. Train mode; running statistics stay
    as they are. In double precision, as a long step may leave values that cannot be squared in single precision.
    """
    trace = traced(ensemble, inputs)
    leaving = torch.stack([size(values.double()) for values in trace.activations])
    mapped = torch.stack([size(values.double()) for values in trace.linear])
    return leaving, mapped / torch.cat([size(inputs.double())[None], leaving[:-1]])
