"""The reference network's loss and gradient along single gradients, from three moments of its training.

Both arms start from the same weights, see the same mini-batches and use the same learning rate, at which both train well.
Each step length is a multiple of the training's own, from far shorter to far longer, in even factors.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import Ensemble, assemble, train
from whybn.measures.along_gradient import walk

PARTS = ("plain", "batch_norm")
BUDGET = 1
LARGE_BUDGET = 7


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rate: float = 0.05  # learning rate of both arms
    walk_at: tuple[int, ...] = (10, 80, 300)  # early, middle, late
    walk_batches: int = 8  # mini-batches whose gradients are followed from each of these points
    doublings: tuple[int, int] = (-5, 2)  # the shortest and the longest walk, as powers of two of the training's step
    per_doubling: int = 4  # steps between a length and its double


FULL = Settings()
QUICK = replace(FULL, seeds=3, walk_at=(5, 10, 20), walk_batches=2, per_doubling=1)
LARGE = replace(FULL, width=64, seeds=16)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; all members have the same settings.

    rate (). walk_at (moment,), lengths (length,), loss, cosine, ratio (moment, length, seed, batch): along the
    gradients of the mini-batches that come next; cosine and ratio compare the gradient there with the one at the
    start. start_loss (moment, seed, batch): loss before the walk.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    steps = max(settings.walk_at)
    data = digits_for(seeds, settings.batch, steps + settings.walk_batches)
    first, last = settings.doublings
    powers = torch.arange(first * settings.per_doubling, last * settings.per_doubling + 1) / settings.per_doubling
    lengths = settings.rate * 2**powers
    found: dict[int, list[torch.Tensor]] = {}

    def probe(step: int, ensemble: Ensemble, _members: torch.Tensor) -> None:
        each = ensemble.pick(torch.arange(len(seeds)).repeat_interleave(settings.walk_batches))
        index = data.order[step : step + settings.walk_batches].transpose(0, 1).flatten(0, 1)
        met = walk(each, *data.at(index), [0.0, *lengths.tolist()])
        table = torch.stack([met.loss, met.cosine, met.ratio])
        found[step] = table.unflatten(-1, (len(seeds), settings.walk_batches))

    start = assemble(architecture, initialise(architecture, seeds), seeds)
    trained = train(start, data, [settings.rate] * len(seeds), probe=probe, probe_at=settings.walk_at)
    if (trained.diverged_at >= 0).any():
        raise ArithmeticError(f"{part} diverged at rate {settings.rate}; this experiment compares networks that train")
    loss, cosine, ratio = torch.stack([found[step] for step in settings.walk_at], 1)
    return {
        "rate": np.array(settings.rate),
        "walk_at": np.array(settings.walk_at),
        "lengths": lengths.numpy(),
        "start_loss": loss[:, 0].numpy(),
        "loss": loss[:, 1:].numpy(),
        "cosine": cosine[:, 1:].numpy(),
        "ratio": ratio[:, 1:].numpy(),
    }
