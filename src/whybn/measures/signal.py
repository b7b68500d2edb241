"""What becomes of a signal and of its gradient on their way through the layers of a network."""

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Trace, forward, losses
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble


def gradient_by_layer(
    ensemble: Ensemble, inputs: Float[Tensor, "member batch input"], targets: Tensor
) -> Float[Tensor, "layer member"]:
    """Squared norm of the gradient of the loss for the linear outputs of each hidden layer, over a whole mini-batch.

    Train mode; running statistics stay as they are. This is the quantity of Yang et al. 2019 (sections 3 and 4).
    """
    parameters = {name: value.detach().requires_grad_() for name, value in ensemble.parameters.items()}
    trace = Trace([], [], [])
    outputs = forward(ensemble.architecture, parameters, inputs, Context(training=True), trace=trace)
    found = torch.autograd.grad(losses(outputs, targets).sum(), trace.linear)
    return torch.stack([one.square().sum((1, 2)) for one in found])


def growth_per_layer(squares: Float[Tensor, "layer member"]) -> Float[Tensor, "member"]:
    """Factor by which a squared norm grows with each layer on the way back: exp(-slope) of its logarithm over layers.

    A straight line is fitted by least squares; growth 1 means that it stays as it is.
    """
    layers = torch.arange(len(squares), dtype=squares.dtype)
    centred = layers - layers.mean()
    slope = (centred[:, None] * squares.log()).sum(0) / centred.square().sum()
    return torch.exp(-slope)


def relu_growth() -> float:
    """Growth of the squared gradient per ReLU layer with Batch Norm, wide layers, large batch: pi / (pi - 1).

    Source: Yang et al. 2019, abstract and section 3.
    """
    return torch.pi / (torch.pi - 1)


def linear_growth(batch: int) -> float:
    """The same per linear layer, at a batch of any size above 3: (B - 2) / (B - 3). Source: Yang et al. 2019, section 4."""
    return (batch - 2) / (batch - 3)


def soft_rank(activations: Float[Tensor, "member batch unit"]) -> Float[Tensor, "member"]:
    """Soft rank of a mini-batch's activations: tr(M)^2 / ||M||_F^2 with M their inner products among examples.

    It lies between 1 (all examples point the same way) and the true rank. Source: Daneshmand et al. 2020, section 2.
    """
    products = activations @ activations.mT
    trace = products.diagonal(dim1=1, dim2=2).sum(1)
    return trace.square() / products.square().sum((1, 2))
