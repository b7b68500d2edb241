"""The largest eigenvalue of the Hessian of every member's loss, by the Lanczos iteration."""

from collections.abc import Collection

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Architecture, Parameters, forward, losses
from whybn.lab.normalisers import Context

Flat = Float[Tensor, "member parameter"]


class Hessian:
    """The Hessian of the loss on these examples, in train mode, with respect to the parameters called `names`.

    The batch statistics are those of all the examples at once, and they are differentiated through. With `relative`
    the variables are the changes of each parameter tensor in units of its own norm, so that for weights in front of
    Batch Norm nothing depends on their scale.
    """

    def __init__(
        self,
        architecture: Architecture,
        parameters: Parameters,
        inputs: Float[Tensor, "member example input"],
        targets: Tensor,
        names: Collection[str],
        relative: bool = False,
    ) -> None:
        leaves = {name: parameters[name].detach().requires_grad_() for name in names}
        outputs = forward(architecture, {**parameters, **leaves}, inputs, Context(training=True))
        self.loss = losses(outputs, targets)
        self._leaves = list(leaves.values())
        self._slopes = torch.autograd.grad(self.loss.sum(), self._leaves, create_graph=True)
        norms = [leaf.detach().flatten(1).norm(dim=1, keepdim=True).expand(-1, leaf[0].numel()) for leaf in self._leaves]
        self._units = torch.cat(norms, 1) if relative else torch.ones_like(torch.cat(norms, 1))

    def gradient(self) -> Flat:
        """Gradient of every member, in the same variables."""
        return self._units * torch.cat([slope.detach().flatten(1) for slope in self._slopes], 1)

    def times(self, vector: Flat) -> Flat:
        """The product with one vector for each member (Pearlmutter 1994, here by differentiating twice)."""
        pieces = (self._units * vector).split([leaf[0].numel() for leaf in self._leaves], dim=1)
        directions = [piece.view_as(leaf) for piece, leaf in zip(pieces, self._leaves, strict=True)]
        found = torch.autograd.grad(self._slopes, self._leaves, directions, retain_graph=True)
        return self._units * torch.cat([piece.flatten(1) for piece in found], 1)


def top_eigenvalue(hessian: Hessian, start: Flat, products: int) -> tuple[Float[Tensor, "member"], Flat]:
    """Largest eigenvalue of every member and its unit eigenvector, from `products` Lanczos steps begun at `start`.

    The estimate approaches the eigenvalue from below; it is NaN where the Hessian is not finite. Every new vector is
    made orthogonal to all before it (Golub and Van Loan 2013, section 10.3). A good `start`, such as the vector of a
    moment ago, saves products.
    """
    basis = [start / start.norm(dim=1, keepdim=True)]
    diagonal, beside = [], []
    for step in range(products):
        image = hessian.times(basis[-1])
        diagonal.append((image * basis[-1]).sum(1))
        for vector in basis * 2:  # twice, against round-off
            image = image - (image * vector).sum(1, keepdim=True) * vector
        if step < products - 1:
            beside.append(image.norm(dim=1))
            basis.append(image / beside[-1].clamp(min=torch.finfo(image.dtype).tiny)[:, None])
    small = torch.diag_embed(torch.stack(diagonal, 1))
    if beside:
        off = torch.stack(beside, 1)
        small = small + torch.diag_embed(off, 1) + torch.diag_embed(off, -1)
    finite = small.isfinite().all(-1).all(-1)
    values, vectors = torch.linalg.eigh(torch.where(finite[:, None, None], small, 0).double())
    top = torch.einsum("km,kmp->mp", vectors[..., -1].T.to(start.dtype), torch.stack(basis))
    return torch.where(finite, values[:, -1], torch.nan).to(start.dtype), top / top.norm(dim=1, keepdim=True)
