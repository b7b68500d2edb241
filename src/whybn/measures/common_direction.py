"""What all examples share, as a direction in the space of weights, and how much of a gradient lies along it.

LeCun, Kanter and Solla (1990) justify centred variables by the eigenvalues of a simple model's Hessian; here the question
is asked of every hidden layer, by measurement.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Parameters, Trace

Directions = list[Float[Tensor, "member _"]]  # one for each hidden layer, in the space of its inputs, of length 1


def common_directions(inputs: Float[Tensor, "member example input"], trace: Trace) -> Directions:
    """For each hidden layer the direction of what it receives on average over the examples.

    trace: of the forward pass of these inputs.
    """
    means = [received.mean(1) for received in (inputs, *trace.activations[:-1])]
    return [mean / mean.norm(dim=1, keepdim=True) for mean in means]


def common_share(vectors: Parameters, directions: Directions) -> Float[Tensor, "member"]:
    """Share of a squared norm, in the weights of the hidden layers alone, that lies along the common directions.

    vectors: a gradient, or another vector in the space of parameters, by their names. Of a matrix G (in, out) the part
    along a direction a is a (a G): a step along it changes what each unit computes for the average input.
    """
    layers = [vectors[f"weight.{layer}"] for layer in range(len(directions))]
    along = [torch.einsum("mi,mio->mo", one, layer) for one, layer in zip(directions, layers, strict=True)]
    shared = torch.stack([part.square().sum(1) for part in along]).sum(0)
    return shared / torch.stack([layer.square().sum((1, 2)) for layer in layers]).sum(0)


def by_name(flat: Float[Tensor, "member parameter"], parameters: Parameters) -> Parameters:
    """A vector in the space of these parameters, laid end to end in their order, parted by their names."""
    pieces = flat.split([value[0].numel() for value in parameters.values()], dim=1)
    return {name: piece.view_as(value) for (name, value), piece in zip(parameters.items(), pieces, strict=True)}
