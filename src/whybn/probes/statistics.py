"""How far the running statistics of Batch Norm stand from the batch, and how large a batch its statistics need."""

from dataclasses import dataclass
from functools import partial
from math import ceil, nan
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from whybn.probes.kinds import by_unit, unit_axis, uses_batch
from whybn.probes.refusals import RefusedError
from whybn.probes.subject import Loss, Subject, undisturbed_randomness

# Statistics count as noisy when they stray by more than this, in standard deviations of the unit: as the mean of sixteen
# independent values does.
NOISY = 0.25
SMALLEST = 1e-12  # a variance below this is none


@dataclass(frozen=True)
class BatchStatistics:
    """One Batch Norm and this batch; distances are root mean squares over units, in the unit's standard deviations here.

    mean_gap: between the running mean and that of the batch. spread_ratio: the running standard deviation over that of
    the batch, the geometric mean over units. NaN where there are no running statistics. mean_noise, spread_noise: how far
    mean and standard deviation of another batch of this size would stray. enough: the smallest number of examples for
    which neither strays by more than NOISY. constant: the share of units that have the same value for every example;
    they have no standard deviation and are left out of the rest.
    """

    name: str
    examples: int
    mean_gap: float
    spread_ratio: float
    mean_noise: float
    spread_noise: float
    enough: int
    constant: float


def statistics(model: nn.Module, batch: Any, loss: Loss) -> tuple[BatchStatistics, ...]:
    """What `model`'s Batch Norms take from this batch, against what they remember; the model is left as it is.

    The noise follows from how much the examples of the batch differ: for means over positions and examples, examples are
    independent and the positions of one need not be. Raises RefusedError for what cannot be measured, and for a model
    without a Batch Norm that normalises by the batch.
    """
    with undisturbed_randomness():
        return statistics_of(Subject(model, batch, loss))


def statistics_of(subject: Subject) -> tuple[BatchStatistics, ...]:
    """The same of a copy that has been made."""
    found: list[BatchStatistics] = []
    names = subject.module_names()
    handles = [
        module.register_forward_pre_hook(partial(_compare, found, names))
        for module in subject.copy.modules()
        if isinstance(module, _BatchNorm)
    ]
    try:
        subject.loss()
    finally:
        for handle in handles:
            handle.remove()
    if not found:
        raise RefusedError("no Batch Norm of the model normalises by the batch in train mode")
    return tuple(found)


def _compare(found: list[BatchStatistics], names: dict[nn.Module, str], module: nn.Module, arguments: tuple) -> None:
    if not uses_batch(module):
        return
    values = arguments[0].detach().double()
    flat = by_unit(values, unit_axis(module, values))
    mean, variance = flat.mean(0), flat.var(0, correction=0)
    kept = variance > SMALLEST
    examples = len(values)
    mean_one, spread_one = _strays(values, mean, variance, kept)
    gap, ratio = nan, nan
    if module.running_mean is not None and kept.any():
        before = module.running_mean.double(), module.running_var.double()
        gap = _root_mean_square(((before[0] - mean) / variance.sqrt())[kept])
        ratio = float((0.5 * (before[1] / variance).log()[kept].mean()).exp())
    found.append(
        BatchStatistics(
            names[module],
            examples,
            gap,
            ratio,
            mean_one / examples**0.5,
            spread_one / examples**0.5,
            max(2, ceil((max(mean_one, spread_one) / NOISY) ** 2)) if kept.any() else 2,
            float((~kept).double().mean()),
        )
    )


def _strays(values: Tensor, mean: Tensor, variance: Tensor, kept: Tensor) -> tuple[float, float]:
    """How far mean and standard deviation would stray if they were taken from one example, in standard deviations.

    Those of B examples stray by this over the root of B, the standard deviation to first order in its square. Taken from
    the variance, over examples, of each example's mean over its positions.
    """
    shape = [1, -1] + [1] * (values.dim() - 2)
    centred = values - mean.view(shape)
    positions = tuple(range(2, values.dim()))

    def variance_between(quantity: Tensor) -> Tensor:
        return (quantity.mean(positions) if positions else quantity).var(0)

    from_mean = variance_between(centred) / variance
    from_square = variance_between(centred.square()) / (4 * variance.square())
    return _root_mean_square(from_mean[kept].sqrt()), _root_mean_square(from_square[kept].sqrt())


def _root_mean_square(values: Tensor) -> float:
    return float(values.square().mean().sqrt()) if len(values) else torch.nan
