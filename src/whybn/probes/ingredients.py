"""The ingredients of the normalisers switched off, one at a time, and what the same batch gives then."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from whybn.probes.kinds import NORMALISERS, Statistics, is_ordinary, normalised, statistics_of
from whybn.probes.refusals import RefusedError
from whybn.probes.subject import Loss, Subject, undisturbed_randomness
from whybn.probes.walk import RATES, Walk, walk_of

AS_IT_IS, NO_MEAN, NO_DIVISION, FROZEN = "as it is", "without the mean", "without the division", "statistics frozen"


@dataclass(frozen=True)
class Ingredient:
    """What is switched off in all normalisers at once, and the walk along the gradient that this network then has."""

    name: str
    walk: Walk


def ingredients(model: nn.Module, batch: Any, loss: Loss, *, rates: Sequence[float] = RATES) -> tuple[Ingredient, ...]:
    """Walk along the gradient with the model as it is, and with each ingredient of its normalisers switched off.

    Without the mean: it is not subtracted, the divisor stays. Without the division: what is left is not divided. With
    statistics frozen: mean and divisor are constants, those of this batch at the model's own weights, and the gradient
    ignores them. Scale and shift stay. Nothing is trained: it is what this network would lose now, not what one trained
    without would have. The model is left as it is. Raises RefusedError for what cannot be measured, for a model without
    normalisers and for normalisers that compute something of their own.
    """
    with undisturbed_randomness():
        subject = Subject(model, batch, loss)
        return ingredients_of(subject, rates, walk_of(subject, rates))


def ingredients_of(subject: Subject, rates: Sequence[float], whole: Walk) -> tuple[Ingredient, ...]:
    """The same of a copy that has been made, whose own walk is `whole`."""
    normalisers = [module for module in subject.copy.modules() if isinstance(module, NORMALISERS)]
    if not normalisers:
        raise RefusedError("the model has no normaliser of PyTorch's own, so there is nothing to switch off")
    for module in normalisers:
        if not is_ordinary(module):
            kind = type(module).__name__
            raise RefusedError(f"{kind} changes what a normaliser of PyTorch computes; its parts cannot be switched off")
    found = [Ingredient(AS_IT_IS, whole)]
    for name in (NO_MEAN, NO_DIVISION, FROZEN):
        if name == NO_MEAN and all(isinstance(module, nn.RMSNorm) for module in normalisers):
            continue
        with _switched(subject, normalisers, name):
            found.append(Ingredient(name, walk_of(subject, rates, evaluation=False)))
    return tuple(found)


@contextmanager
def _switched(subject: Subject, normalisers: Sequence[nn.Module], name: str) -> Iterator[None]:
    """Replace what the normalisers of the copy return."""
    calls: Counter[nn.Module] = Counter()
    kept = _statistics_here(subject, normalisers, calls) if name == FROZEN else {}

    def replace(module: nn.Module, arguments: tuple, _: object) -> Tensor:
        calls[module] += 1
        if kept and (module, calls[module]) not in kept:
            raise RefusedError(f"{type(module).__name__} runs again on the way back (checkpointing): nothing can be frozen")
        chosen = kept[module, calls[module]] if kept else statistics_of(module, arguments[0])
        return normalised(module, arguments[0], chosen, subtract=name != NO_MEAN, divide=name != NO_DIVISION)

    handles = [module.register_forward_hook(replace) for module in normalisers]
    handles.append(subject.copy.register_forward_pre_hook(lambda *_: calls.clear()))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _statistics_here(
    subject: Subject, normalisers: Sequence[nn.Module], calls: Counter[nn.Module]
) -> dict[tuple[nn.Module, int], Statistics]:
    """The statistics of every call of every normaliser at the model's own weights."""
    kept: dict[tuple[nn.Module, int], Statistics] = {}
    calls.clear()

    def keep(module: nn.Module, arguments: tuple) -> None:
        calls[module] += 1
        kept[module, calls[module]] = statistics_of(module, arguments[0].detach())

    handles = [module.register_forward_pre_hook(keep) for module in normalisers]
    try:
        subject.loss()
    finally:
        for handle in handles:
            handle.remove()
    return kept
