"""A copy of somebody's model, with a batch and a loss: all measurements are made on the copy.

The model itself is never run, so that nothing of it can change. Every evaluation begins at the same weights, buffers
and random numbers: dropout drops the same units at every point of a walk.
"""

import copy
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from whybn.probes.refusals import RefusedError, check_batch, check_model

Loss = Callable[[Any, Any], Tensor]
SEED = 0  # of the random numbers that a model draws while it is measured


@dataclass(frozen=True)
class Slope:
    """A loss and its gradient, one tensor for each parameter that requires one."""

    loss: float
    gradient: list[Tensor]

    def inner(self, other: "Slope") -> float:
        """Inner product of the two gradients, summed in double precision."""
        pairs = zip(self.gradient, other.gradient, strict=True)
        return sum(float((one.double() * two.double()).sum()) for one, two in pairs)


class Subject:
    """The copy, and what can be asked of it. `batch` is a pair (inputs, targets); `loss(outputs, targets)` one number.

    Inputs are a tensor, a tuple of positional arguments or a mapping of keyword arguments. Raises RefusedError for what
    `whybn.probes.refusals` names, and where the model cannot be copied or the loss is no single number.
    """

    def __init__(self, model: nn.Module, batch: Any, loss: Loss) -> None:
        check_model(model)
        check_batch(batch)
        self.original = model
        try:
            self.copy = copy.deepcopy(model)
        except Exception as error:
            raise RefusedError(
                f"the model cannot be copied, and only a copy is ever run: {error} (old torch.nn.utils.weight_norm does "
                "this; torch.nn.utils.parametrizations.weight_norm does not)"
            ) from error
        for module in self.copy.modules():
            if isinstance(module, nn.RNNBase):
                module.flatten_parameters()  # a copy's are scattered, and a GPU wants them in one piece
        if not model.training:
            self.copy.train()
        self._modes = {module: module.training for module in self.copy.modules()}
        self._inputs, self._targets = batch
        self._loss = loss
        named = dict(self.copy.named_parameters())
        theirs = dict(model.named_parameters())
        self._moving = [(named[name], theirs[name]) for name in named if named[name].requires_grad]
        self._kept = [(mine, theirs) for mine, theirs in _buffers(self.copy, model)]

    def module_names(self) -> dict[nn.Module, str]:
        """The name of every module, as the model's own `named_modules` has them."""
        return {module: name or type(module).__name__ for name, module in self.copy.named_modules()}

    def evaluate(self, *, training: bool = True) -> Tensor:
        """The loss at the present place, with its graph: in train mode as the model came, or all in eval mode.

        A model that came in eval mode is put in train mode whole; in one that came in train mode, parts that were kept
        in eval mode stay there.
        """
        for module, mode in self._modes.items():
            module.training = mode and training
        with torch.no_grad():
            for mine, theirs in self._kept:
                mine.copy_(theirs)
        _seed()
        inputs = _cloned(self._inputs)
        if isinstance(inputs, Mapping):
            outputs = self.copy(**inputs)
        else:
            outputs = self.copy(*inputs) if isinstance(inputs, list) else self.copy(inputs)
        loss = self._loss(outputs, _cloned(self._targets))
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            found = f"a tensor of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
            raise RefusedError(f"the loss must return one number, a mean over the batch; it returned {found}")
        return loss

    def loss(self, *, training: bool = True) -> float:
        """The loss at the present place, as a number."""
        with torch.no_grad():
            return float(self.evaluate(training=training))

    def slope(self, *, training: bool = True) -> Slope:
        """Loss and gradient at the present place."""
        with torch.enable_grad():
            loss = self.evaluate(training=training)
            if not loss.requires_grad:
                raise RefusedError("the loss does not depend on the model by operations that PyTorch differentiates")
            leaves = [mine for mine, _ in self._moving]
            found = torch.autograd.grad(loss, leaves, allow_unused=True)
        gradient = [torch.zeros_like(leaf) if one is None else one for leaf, one in zip(leaves, found, strict=True)]
        return Slope(float(loss.detach()), gradient)

    def curvature(self, slope: Slope) -> float:
        """Second derivative of the loss along the whole gradient, in train mode, by differentiating twice.

        NaN where PyTorch cannot do that, for an operation or for want of memory. It can for attention and recurrence, away
        from the fused kernels. Differences of gradients would not do: across the kink of a ReLU they say something else.
        """
        leaves = [mine for mine, _ in self._moving]
        with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH), torch.backends.cudnn.flags(enabled=False):
            loss = self.evaluate()
            try:
                first = torch.autograd.grad(loss, leaves, create_graph=True, allow_unused=True)
                felt = [(one, there) for one, there in zip(first, slope.gradient, strict=True) if one is not None]
                along = sum((one * there).sum() for one, there in felt)
                for leaf in leaves:
                    leaf.grad = None
                if along.requires_grad:
                    along.backward()  # all the way: asked for some leaves only, PyTorch would pass over what it cannot do
            except (RuntimeError, NotImplementedError):
                return nan
        pairs = zip(leaves, slope.gradient, strict=True)
        return sum(float((leaf.grad.double() * there.double()).sum()) for leaf, there in pairs if leaf.grad is not None)

    @contextmanager
    def moved(self, slope: Slope, length: float) -> Iterator[None]:
        """Stand `length` times the gradient downhill of the model's own weights, then return to them."""
        with torch.no_grad():
            for (mine, theirs), one in zip(self._moving, slope.gradient, strict=True):
                mine.copy_(theirs - length * one)
        try:
            yield
        finally:
            with torch.no_grad():
                for mine, theirs in self._moving:
                    mine.copy_(theirs)


@contextmanager
def undisturbed_randomness() -> Iterator[None]:
    """Leave the random numbers of PyTorch (all devices), NumPy and Python where they were, whatever happens inside."""
    python, numpy, cpu = random.getstate(), np.random.get_state(), torch.default_generator.get_state()  # noqa: NPY002 - others draw from it
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002 - others draw from it
        torch.default_generator.set_state(cpu)
        if cuda:
            torch.cuda.set_rng_state_all(cuda)


def _seed() -> None:
    """Begin the random numbers anew; those of CUDA only where it is in use, because asking would start it."""
    random.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002 - a model may draw from the global generator
    torch.default_generator.manual_seed(SEED)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(SEED)


def _buffers(mine: nn.Module, theirs: nn.Module) -> list[tuple[Tensor, Tensor]]:
    original = dict(theirs.named_buffers())
    return [(buffer, original[name]) for name, buffer in mine.named_buffers()]


def _cloned(value: Any) -> Any:
    """The same with every tensor cloned, because a model may write into what it is given."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, Mapping):
        return {key: _cloned(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_cloned(one) for one in value]
    return value
