"""Two networks that differ in one thing: the same weights, the same images in the same order, without and with Batch Norm.

They start from He initialisation and train at a rate at which Batch Norm learns well. Read are the loss on the way and, at
the end, what each network answers to ten test images, the first of every digit, and how many of all test images it gets
right: in eval mode, as one would use it.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 1


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    steps: int = 320
    batch: int = 32
    rate: float = 0.3  # learning rate
    loss_every: int = 10  # steps between two losses on the whole training set
    digits: tuple[int, ...] = tuple(range(10))  # of which one test image each is shown


FULL = Settings()
QUICK = replace(FULL, seeds=3, steps=40)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN, and answers nothing (-1).

    rate (). loss_step (check,), loss (check, seed): on the whole training set with its own statistics (train mode).
    accuracy (seed,): share of all test images. shown (seed, digit, pixel): greys from 0 to 1 of the first test image of
    each digit; answers (seed, digit): what the network takes it for.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture = with_arm(REFERENCE, part)
    data = digits_for(seeds, settings.batch, settings.steps)
    checks = range(0, settings.steps + 1, settings.loss_every)
    loss = torch.full((len(checks), len(seeds)), torch.nan)

    def read(step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        loss[step // settings.loss_every, members] = evaluate(ensemble, data, data.training, training=True)[0]

    start = assemble(architecture, initialise(architecture, seeds), seeds)
    trained = train(start, data, [settings.rate] * len(seeds), probe=read, probe_at=checks)
    inputs, labels = data.at(data.test)
    first = torch.stack([(labels == digit).int().argmax(1) for digit in settings.digits], 1)
    shown = torch.take_along_dim(inputs, first[..., None], 1)
    outputs = trained.ensemble.outputs(shown, Context(training=False))
    alive = trained.diverged_at < 0
    return {
        "rate": np.array(settings.rate),
        "loss_step": np.array(checks),
        "loss": loss.numpy(),
        "accuracy": evaluate(trained.ensemble, data, data.test, training=False)[1].numpy(),
        "shown": ((shown - shown.min()) / (shown.max() - shown.min())).numpy(),
        "answers": torch.where(alive[:, None], outputs.argmax(-1), -1).numpy(),
    }
