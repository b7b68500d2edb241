"""A smaller network trained with mini-batches of two to sixty-four images, with four kinds of layer.

Every combination of arm, batch size and learning rate sees the same number of images. A part of the training images
is set aside to choose the learning rate; the test images never take part in a choice. The network with Batch Norm is
tested twice: with its running statistics, and with statistics computed anew over its training images.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for, set_aside
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import Ensemble, assemble, calibrate, evaluate, train
from whybn.measures.batch_noise import statistic_noise
from whybn.readings.definitions import best_rate

PARTS = ("plain", "batch_norm", "layer_norm", "group_norm")
BUDGET = 6
LARGE_BUDGET = 140


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    depth: int = 4  # hidden layers
    width: int = 32  # units in a hidden layer
    examples_seen: int = 4480  # images that each training uses, counted as often as it uses them
    held_out: int = 280  # training images set aside to choose the learning rate
    sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 64)  # images in a mini-batch
    rate_decades: tuple[float, float] = (-2.5, 0.5)  # common logarithm of the lowest and highest learning rate
    rates: int = 7
    noise_size: int = 32  # images in a mini-batch, in the training of the networks whose noise is measured
    noise_draws: int = 32  # mini-batches drawn to measure the noise of the statistics


FULL = Settings()
QUICK = replace(FULL, seeds=2, examples_seen=560, sizes=(2, 8, 32), rates=3, noise_draws=4)
LARGE = replace(FULL, width=64, depth=8, seeds=16, examples_seen=8960)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    sizes (size,), rates (rate,). validation_error, test_error (size, seed, rate): share of images answered wrongly in
    eval mode, NaN where the member has diverged. With Batch Norm also validation_error_recomputed and
    test_error_recomputed, the same with statistics computed anew over the images of the training; and mean_noise,
    spread_noise (size, layer, seed): how far mean and spread of a mini-batch stray, in standard deviations, in networks
    trained on mini-batches of `noise_size` at the rate that is best on the images set aside.
    """
    rates = np.logspace(*settings.rate_decades, settings.rates)
    found: dict[str, list[np.ndarray]] = {}
    noise: dict[str, np.ndarray] = {}
    for size in settings.sizes:
        data, held_out = _data(settings, size)
        trained = _train_all(settings, part, data, rates)
        scores = _errors(trained, data, held_out, settings.seeds)
        for name, value in scores.items():
            found.setdefault(name, []).append(value)
        if trained.statistics and size == settings.noise_size:
            best = int(best_rate(scores["validation_error"]))
            noise = _noise(settings, trained.pick(torch.arange(best, len(trained.seeds), settings.rates)))
    arrays = {name: np.stack(values) for name, values in found.items()}
    return {"sizes": np.array(settings.sizes), "rates": rates, **arrays, **noise}


def _data(settings: Settings, size: int) -> tuple[Data, torch.Tensor]:
    """The digits in mini-batches of `size`, and the images set aside: (seed, image)."""
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    return set_aside(digits_for(seeds, size, 1), seeds, settings.held_out, size, settings.examples_seen // size)


def _train_all(settings: Settings, arm: str, data: Data, rates: np.ndarray) -> Ensemble:
    """Every seed at every rate: members in the order (seed, rate)."""
    architecture = Architecture(depth=settings.depth, width=settings.width, arm=arm)
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    each = [seed for seed in seeds for _ in rates]
    start = assemble(architecture, initialise(architecture, each), each)
    return train(start, data, rates.tolist() * settings.seeds).ensemble


def _errors(trained: Ensemble, data: Data, held_out: torch.Tensor, seeds: int) -> dict[str, np.ndarray]:
    """Share of wrong answers on the images set aside and on the test images: (seed, rate)."""
    states = {"": trained}
    if trained.statistics:
        inputs = data.inputs[data.training[trained.seed_rows]]
        anew = calibrate(trained.architecture, trained.parameters, inputs)
        states["_recomputed"] = replace(trained, statistics=anew)
    return {
        f"{images}_error{name}": 1 - evaluate(state, data, index, training=False)[1].view(seeds, -1).numpy()
        for name, state in states.items()
        for images, index in (("validation", held_out), ("test", data.test))
    }


def _noise(settings: Settings, networks: Ensemble) -> dict[str, np.ndarray]:
    """Noise of the statistics of a mini-batch, for every size: (size, layer, seed)."""
    found = []
    for size in settings.sizes:
        data, _ = _data(replace(settings, examples_seen=size * settings.noise_draws), size)
        found.append(statistic_noise(networks, data.inputs, data.training, data.order))
    mean, spread = (torch.stack(column).numpy() for column in zip(*found, strict=True))
    return {"mean_noise": mean, "spread_noise": spread}
