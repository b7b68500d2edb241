"""The convolutional network on pictures of clothes, trained with mini-batches of two to thirty-two pictures.

Every combination of arm, batch size and learning rate sees the same number of pictures. A part of the training pictures
is set aside to choose the learning rate; the test pictures never take part in a choice.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.convolution import Convolutional
from whybn.lab.data import Data, fashion_for, set_aside
from whybn.lab.networks import initialise, on_gpu
from whybn.lab.training import assemble, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 11
LARGE_BUDGET = 145


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    depth: int = 8  # convolutional layers
    channels: int = 8  # filters in each of them
    examples_seen: int = 3200  # pictures that each training uses, counted as often as it uses them
    held_out: int = 500  # training pictures set aside to choose the learning rate
    sizes: tuple[int, ...] = (2, 8, 32)  # pictures in a mini-batch
    rate_decades: tuple[float, float] = (-2.0, 0.0)  # common logarithm of the lowest and highest learning rate
    rates: int = 5
    whole: bool = False  # all 70,000 pictures instead of 5,000, on a GPU if there is one


FULL = Settings()
QUICK = replace(FULL, seeds=2, depth=3, examples_seen=320, sizes=(2, 32), rates=3)
LARGE = replace(FULL, channels=16, examples_seen=16_000, held_out=5000, whole=True)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    sizes (size,). validation_error, test_error (size, seed, rate): share of pictures answered wrongly in eval mode, of
    those set aside and of the test pictures; NaN where the member has diverged.
    """
    rates = np.logspace(*settings.rate_decades, settings.rates)
    found = [_errors(settings, part, size, rates) for size in settings.sizes]
    validation, test = (np.stack(column) for column in zip(*found, strict=True))
    return {"sizes": np.array(settings.sizes), "validation_error": validation, "test_error": test}


def _errors(settings: Settings, arm: str, size: int, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of wrong answers on the pictures set aside and on the test pictures: (seed, rate) each."""
    each = [seed for seed in _seeds(settings) for _ in rates]
    architecture = Convolutional(depth=settings.depth, width=settings.channels, arm=arm)
    start = assemble(architecture, on_gpu(initialise(architecture, each), wanted=settings.whole), each)
    data, held_out = (part.to(start.seed_rows.device) for part in _data(settings, size))
    trained = train(start, data, rates.tolist() * settings.seeds).ensemble

    def error(index: torch.Tensor) -> np.ndarray:
        _, accuracy = evaluate(trained, data, index, training=False)
        return 1 - accuracy.view(settings.seeds, -1).numpy(force=True)

    return error(held_out), error(data.test)


def _seeds(settings: Settings) -> range:
    return range(settings.first_seed, settings.first_seed + settings.seeds)


def _data(settings: Settings, size: int) -> tuple[Data, torch.Tensor]:
    """The pictures in mini-batches of `size`, and those set aside: (seed, picture)."""
    whole = fashion_for(_seeds(settings), size, 1, settings.whole)
    return set_aside(whole, _seeds(settings), settings.held_out, size, settings.examples_seen // size)
