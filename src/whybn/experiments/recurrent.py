"""A recurrent network that reads a digit row by row, without normalisation, with Batch Norm and with Layer Norm.

Batch Norm keeps its running statistics in two ways: one set for each time step, or one set for all steps. A part of the
training images is set aside to choose the learning rate. The tests include sequences longer than any of the training,
with blank rows before the digit; steps beyond the last step of the training use the statistics of that last step.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for, set_aside
from whybn.lab.networks import initialise
from whybn.lab.normalisers import Context
from whybn.lab.recurrent import Recurrent
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.readings.definitions import best_rate

PARTS = ("plain", "batch_norm", "shared_batch_norm", "layer_norm")
BUDGET = 10
LARGE_BUDGET = 90
PIXELS = 64


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    width: int = 32  # units
    row: int = 8  # pixels read at each time step
    steps: int = 400  # of training
    batch: int = 32
    held_out: int = 280  # training images set aside to choose the learning rate
    rate_decades: tuple[float, float] = (-1.5, 0.5)  # common logarithm of the lowest and highest learning rate
    rates: int = 5
    blank_rows: tuple[int, ...] = (0, 1, 2, 3, 4)  # put before the digit when testing
    probe_images: int = 512  # training images on which the spread of the sums is measured


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=40, rates=3, blank_rows=(0, 2))
LARGE = replace(FULL, width=64, seeds=16, steps=800)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one way to build the network.

    blank_rows (length,). validation_error (seed, rate): share of the images set aside that are answered
    wrongly, in eval mode, NaN where the member has diverged. test_error (length, seed, rate): the same for the test
    images behind so many blank rows. spread (step, seed): standard deviation over images of the sums that enter the
    normaliser (or the activation function), mean over units, in train mode, at the rate that is best on the images
    set aside.
    """
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    rates = np.logspace(*settings.rate_decades, settings.rates)
    data, held_out = _data(settings)
    each = [seed for seed in seeds for _ in rates]
    sets = 1 if part == "shared_batch_norm" else PIXELS // settings.row
    architecture = Recurrent(settings.row, width=settings.width, arm=part.removeprefix("shared_"), sets=sets)
    start = assemble(architecture, initialise(architecture, each, "glorot"), each)
    trained = train(start, data, rates.tolist() * settings.seeds).ensemble
    validation = _error(trained, data, held_out, settings.rates)
    best = int(best_rate(validation))
    longer = [_behind(data.inputs, rows * settings.row) for rows in settings.blank_rows]
    test = [_error(trained, replace(data, inputs=inputs), data.test, settings.rates) for inputs in longer]
    chosen = trained.pick(torch.arange(best, len(each), settings.rates))
    return {
        "blank_rows": np.array(settings.blank_rows),
        "validation_error": validation,
        "test_error": np.stack(test),
        "spread": _spread(chosen, data.inputs[data.training[:, : settings.probe_images]]),
    }


def _data(settings: Settings) -> tuple[Data, torch.Tensor]:
    """The digits without the images set aside, and these: (seed, image)."""
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    whole = digits_for(seeds, settings.batch, 1)
    return set_aside(whole, seeds, settings.held_out, settings.batch, settings.steps)


def _error(ensemble: Ensemble, data: Data, index: torch.Tensor, rates: int) -> np.ndarray:
    """Share of wrong answers in eval mode: (seed, rate)."""
    return 1 - evaluate(ensemble, data, index, training=False)[1].view(-1, rates).numpy()


def _behind(images: torch.Tensor, pixels: int) -> torch.Tensor:
    """The images behind so many blank pixels."""
    return torch.cat([images.min().expand(len(images), pixels), images], 1)


def _spread(ensemble: Ensemble, inputs: torch.Tensor) -> np.ndarray:
    """Spread over images of the sums at each step, mean over units: (step, seed)."""
    sums: list[torch.Tensor] = []
    with torch.no_grad():
        ensemble.architecture.compute(ensemble.parameters, inputs, Context(training=True), sums=sums)
    return torch.stack([each.std(1).mean(1) for each in sums]).numpy()
