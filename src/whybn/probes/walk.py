"""The loss along one gradient of somebody's model, in train and in eval mode, and how sharp it is along it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
from torch import nn

from whybn.probes.subject import Loss, Subject, undisturbed_randomness

RATES = tuple(float(rate) for rate in np.logspace(-4, 1, 21))  # four a decade
ROUNDING = 1e-6  # of the loss: a step that is too short to be seen raises nothing


@dataclass(frozen=True)
class Walk:
    """What one step against the gradient of this batch would do, for each learning rate.

    rates: the learning rates, rising. train, evaluation: the loss after the step, (rate,), in either mode, on the same
    batch. train_here, evaluation_here: the loss without a step. gradient: norm of the gradient. sharpness: second
    derivative of the loss along the unit gradient, in train mode; 2 / sharpness is where a parabola would stand as high as
    before. NaN where PyTorch cannot differentiate twice. longest: the last of the rates before the first whose step raises
    the loss in train mode, NaN where even the smallest does; at the end of the rates it means "at least".
    """

    rates: tuple[float, ...]
    train: tuple[float, ...]
    evaluation: tuple[float, ...]
    train_here: float
    evaluation_here: float
    gradient: float
    sharpness: float
    longest: float

    @property
    def best(self) -> float:
        """The rate whose step leaves the lowest loss in train mode, NaN where no step lowers it."""
        finite = [(loss, rate) for loss, rate in zip(self.train, self.rates, strict=True) if isfinite(loss)]
        lowest = min(finite, default=(nan, nan))
        return lowest[1] if lowest[0] < self.train_here else nan

    @property
    def at_least(self) -> bool:
        """Whether the longest step is the last that was tried."""
        return self.longest == self.rates[-1]


def walk(model: nn.Module, batch: Any, loss: Loss, *, rates: Sequence[float] = RATES) -> Walk:
    """Follow the gradient of this batch from the weights of `model`; the model is left as it is.

    `rates` are the learning rates, positive and rising. Each point is evaluated on the same batch and with the same
    random numbers. In train mode normalisers use the statistics of the batch at that point (Santurkar et al. 2018,
    section 3.2); in eval mode the running ones, as they stand. Raises RefusedError for what cannot be measured, ValueError
    for other rates.
    """
    with undisturbed_randomness():
        return walk_of(Subject(model, batch, loss), rates)


def walk_of(subject: Subject, rates: Sequence[float], *, evaluation: bool = True) -> Walk:
    """The same of a copy that has been made; without `evaluation`, eval mode is left out (NaN)."""
    rates = tuple(float(rate) for rate in rates)
    if not rates or rates[0] <= 0 or list(rates) != sorted(set(rates)):
        raise ValueError(f"rates must be positive and rising, not {rates}")
    slope = subject.slope()
    norm = slope.inner(slope) ** 0.5
    evaluation_here = subject.loss(training=False) if evaluation else nan
    train, held = [], []
    for rate in rates:
        with subject.moved(slope, rate):
            train.append(subject.loss())
            held.append(subject.loss(training=False) if evaluation else nan)
    sharpness = subject.curvature(slope) / norm**2 if norm else nan
    longest = _longest(rates, train, slope.loss)
    return Walk(rates, tuple(train), tuple(held), slope.loss, evaluation_here, norm, sharpness, longest)


def _longest(rates: Sequence[float], losses: Sequence[float], here: float) -> float:
    """The last rate before the first that raises the loss, NaN where the first one does."""
    longest = nan
    for rate, loss in zip(rates, losses, strict=True):
        if not loss <= here + ROUNDING * abs(here):
            break
        longest = rate
    return longest
