"""Large mini-batches whose statistics come from smaller groups, so that only the noise of the statistics differs.

Every training takes the same steps on the same mini-batches of 128 images. Batch Norm normalises groups of them by
themselves, from four images to all of them. Losses on training, test and set-aside images are taken along the way, in
eval mode, with statistics computed anew over the training images.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.arms import BATCH_NORM, PLAIN
from whybn.lab.data import Data, digits_for, set_aside
from whybn.lab.networks import Architecture, initialise, with_arm
from whybn.lab.normalisers import Arm
from whybn.lab.training import Ensemble, assemble, calibrate, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 10
LARGE_BUDGET = 50


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    depth: int = 4  # hidden layers
    width: int = 32  # units in a hidden layer
    batch: int = 128  # images in a mini-batch
    sizes: tuple[int, ...] = (4, 8, 16, 32, 64, 128)  # images that share their statistics
    rates: tuple[float, ...] = (0.1, 0.3, 1.0)  # learning rates
    held_out: int = 280  # training images set aside to choose the learning rate
    look_at: tuple[int, ...] = (20, 30, 45, 70, 100, 150, 220, 300)  # steps after which losses are taken


FULL = Settings()
QUICK = replace(FULL, seeds=2, sizes=(8, 128), look_at=(5, 10, 20))
LARGE = replace(FULL, width=64, depth=8)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    sizes (size,): the whole mini-batch alone without Batch Norm. rates (rate,), look_at (time,). training_loss,
    test_loss, validation_loss (size, time, seed, rate): NaN where the member has diverged.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    data, held_out = _data(settings, seeds)
    images = {"training_loss": data.training, "test_loss": data.test, "validation_loss": held_out}
    sizes = settings.sizes if part == "batch_norm" else (settings.batch,)
    found: dict[str, list[torch.Tensor]] = {name: [] for name in images}
    for size in sizes:
        architecture = Architecture(depth=settings.depth, width=settings.width, arm=part)
        if part == "batch_norm":
            architecture = with_arm(architecture, _in_ghosts(size))
        losses = _losses(settings, architecture, seeds, data, images)
        for name, values in losses.items():
            found[name].append(values)
    arrays = {name: torch.stack(values).numpy() for name, values in found.items()}
    constants = {"sizes": sizes, "rates": settings.rates, "look_at": settings.look_at}
    return {name: np.array(values) for name, values in constants.items()} | arrays


def _data(settings: Settings, seeds: list[int]) -> tuple[Data, torch.Tensor]:
    """The digits without the images set aside, and these: (seed, image)."""
    whole = digits_for(seeds, settings.batch, 1)
    return set_aside(whole, seeds, settings.held_out, settings.batch, max(settings.look_at))


def _in_ghosts(size: int) -> Arm:
    """Batch Norm of each `size` neighbours in the mini-batch by themselves (Hoffer, Hubara and Soudry 2017)."""
    return replace(BATCH_NORM, normaliser=replace(BATCH_NORM.normaliser, ghost=size))


def _losses(
    settings: Settings, architecture: Architecture, seeds: list[int], data: Data, images: dict[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """Losses along one training of every seed at every rate: (time, seed, rate)."""
    each = [seed for seed in seeds for _ in settings.rates]
    found = {name: torch.full((len(settings.look_at), len(each)), torch.nan) for name in images}
    whole = with_arm(architecture, BATCH_NORM if architecture.arm.normaliser else PLAIN)

    def look(step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        population = data.inputs[data.training[ensemble.seed_rows]]
        anew = calibrate(whole, ensemble.parameters, population)
        tested = replace(ensemble, architecture=whole, statistics=anew)
        for name, index in images.items():
            loss, _ = evaluate(tested, data, index, training=False)
            found[name][settings.look_at.index(step), members] = loss

    start = assemble(architecture, initialise(architecture, each), each)
    train(start, data, list(settings.rates) * len(seeds), probe=look, probe_at=settings.look_at)
    return {name: values.view(len(settings.look_at), len(seeds), -1) for name, values in found.items()}
