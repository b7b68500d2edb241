"""One step of plain gradient descent, of lengths from short to far too long, and what it does to each layer.

All arms take it from the same weights, on the same mini-batch, before any training and after a short one at a small rate.
Read are the size of what leaves each layer and what its linear map alone multiplies by, after the step over before; the
loss; and the gradient that comes next. Then the networks train on at the small rate.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, evaluate, gradients, train
from whybn.measures.along_gradient import inner
from whybn.measures.layer_sizes import layer_sizes

PARTS = ("plain", "mean_only", "size_only", "spread_only", "batch_norm", "mean_stopped")
BUDGET = 3
LARGE_BUDGET = 7


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    batch: int = 32
    images: int = 256  # training images on which sizes are taken
    width: int = 32  # units in a hidden layer
    moments: tuple[int, ...] = (0, 80)  # steps of training before the long step
    length_decades: tuple[float, float] = (-1.5, 1.5)  # common logarithm of the shortest and longest step
    lengths: int = 7
    long: int = 5  # which of them is followed up
    rate: float = 0.03  # learning rate before the long step and after it
    later: int = 80  # steps after the long one until the loss is read again


FULL = Settings()
QUICK = replace(FULL, seeds=2, moments=(0, 5), lengths=3, long=1, later=4)
LARGE = replace(FULL, width=64)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN. Lengths are learning rates. Losses are on all training images, sizes on
    some of them, in train mode; `layer` counts hidden layers from the input.

    moments (moment,), lengths (length,); length (): of the step that is followed up; rate (), later (): of training, and how
    many steps of it follow.
    growth (moment, length, layer, seed): size of what leaves a layer, after the step over before. map_growth (moment,
    length, layer, seed): the same of the factor of its linear map alone. next_gradient (moment, length, seed): norm of the
    gradient of the mini-batch that comes next, after the step over before. loss_before (moment, seed); loss (moment, length,
    seed): after the step. after_short, after_long (moment, seed): later, after a step at the rate of training, and after the
    long one.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    lengths = np.logspace(*settings.length_decades, settings.lengths)
    data = digits_for(seeds, settings.batch, max(settings.moments) + 1 + settings.later)
    design = with_arm(replace(REFERENCE, width=settings.width), INGREDIENTS[part])
    start = assemble(design, initialise(design, seeds), seeds)
    rows = []
    for moment in settings.moments:
        here = train(start, _between(data, 0, moment), [settings.rate] * len(seeds)).ensemble
        rows.append(
            _steps(settings, here, data, moment, lengths) | _afterwards(settings, here, data, moment, lengths[settings.long])
        )
    return {
        "moments": np.array(settings.moments),
        "lengths": lengths,
        "length": np.array(lengths[settings.long]),
        "rate": np.array(settings.rate),
        "later": np.array(settings.later),
    } | {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _between(data: Data, first: int, last: int) -> Data:
    """The same data with the mini-batches from step `first` to step `last`, which is left out."""
    return replace(data, order=data.order[first:last])


def _moved(here: Ensemble, data: Data, moment: int, length: float) -> Ensemble:
    """The networks after one step of this length on the mini-batch of step `moment`."""
    return train(here, _between(data, moment, moment + 1), [length] * len(here.seeds)).ensemble


def _steps(settings: Settings, here: Ensemble, data: Data, moment: int, lengths: np.ndarray) -> dict[str, np.ndarray]:
    """What one step of each length does to the networks."""
    images, _ = data.at(data.training[here.seed_rows, : settings.images])
    coming = data.at(data.order[moment + 1][here.seed_rows])

    def read(ensemble: Ensemble) -> tuple[torch.Tensor, ...]:
        _, slopes = gradients(ensemble, *coming, Context(training=True))
        slopes = {name: slope.double() for name, slope in slopes.items()}
        loss, _ = evaluate(ensemble, data, data.training, training=True)
        return *layer_sizes(ensemble, images), inner(slopes, slopes).sqrt(), loss

    size, factor, gradient, loss_before = read(here)
    moved = [read(_moved(here, data, moment, length)) for length in lengths.tolist()]
    sizes, factors, coming_gradients, losses = (torch.stack(column) for column in zip(*moved, strict=True))
    found = {
        "growth": sizes / size,
        "map_growth": factors / factor,
        "next_gradient": coming_gradients / gradient,
        "loss_before": loss_before,
        "loss": losses,
    }
    return {name: values.numpy() for name, values in found.items()}


def _afterwards(settings: Settings, here: Ensemble, data: Data, moment: int, long: float) -> dict[str, np.ndarray]:
    """Losses of the networks that train on, after a short first step and after a long one."""
    rest = _between(data, moment + 1, moment + 1 + settings.later)
    found = {}
    for name, length in (("after_short", settings.rate), ("after_long", long)):
        moved = _moved(here, data, moment, length)
        trained = train(moved, rest, [settings.rate] * len(here.seeds)).ensemble
        found[name] = evaluate(trained, data, data.training, training=True)[0].numpy()
    return found
