"""The reference network trained at many learning rates, without and with Batch Norm, probed along its gradients.

At every probe the gradient of the mini-batch that comes next is followed, over multiples of the training's own step
and over fixed distances: the loss there, and how far the gradient there is from the gradient here. Both arms start
from the same weights and see the same mini-batches. The first step, which needs no training, is followed from many more
random starts.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Architecture, initialise, with_arm
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.measures.along_gradient import walk

PARTS = ("plain", "batch_norm")
BUDGET = 5
LARGE_BUDGET = 55


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    steps: int = 400
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rates: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # learning rates, the same for both arms
    equal_rate: float = 0.05  # the one at which the arms are compared at equal rate
    every: int = 20  # steps between two probes
    starts: int = 64  # seeds from whose initial weights the first gradient is followed; the first of them are trained
    multiples: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0, 4.0)  # of the training's own step
    distances: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)  # walked in the space of all parameters


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=60, rates=(0.02, 0.05, 0.5), starts=6, distances=(0.01, 0.1, 1.0))
LARGE = replace(FULL, width=64, seeds=16, steps=800)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; NaN where the member has diverged.

    rates (rate,), equal_rate (), probe_at (time,), multiples (multiple,), distances (distance,).
    loss (time, seed, rate): on the whole training set with its own statistics (train mode), at the probes;
    final_loss (seed, rate): the same after the last step.
    norm (time, seed, rate): norm of the gradient of the next mini-batch. walk_loss, change (time, multiple, seed,
    rate): loss, and norm of the gradient's change, at multiples of the training step along it; far_change (time,
    distance, seed, rate): the change at fixed distances. eval_norm, eval_change: as norm and change, but with running
    statistics (eval mode) all the way. first_change (start, rate): the largest change along multiples of the training
    step from the initial weights.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    each_seed = [seed for seed in seeds for _ in settings.rates]
    each_rate = list(settings.rates) * len(seeds)
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(seeds, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, each_seed), each_seed)
    notes = Notes(settings, data, torch.tensor(each_rate))
    moments = [*range(0, settings.steps, settings.every), settings.steps]
    train(start, data, each_rate, probe=notes, probe_at=moments)
    return {
        "rates": np.array(settings.rates),
        "equal_rate": np.array(settings.equal_rate),
        "probe_at": np.array(moments[:-1]),
        "multiples": np.array(settings.multiples),
        "distances": np.array(settings.distances),
        "first_change": first_change(settings, architecture),
        **notes.arrays(),
    }


def first_change(settings: Settings, architecture: Architecture) -> np.ndarray:
    """Largest change of the first gradient along multiples of the training step: (start, rate)."""
    seeds = list(range(settings.first_seed, settings.first_seed + settings.starts))
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    data = digits_for(seeds, settings.batch, 1)
    multiples = torch.tensor(settings.multiples)[:, None].expand(-1, len(seeds))
    walks = [walk(start, *data.at(data.order[0]), rate * multiples) for rate in settings.rates]
    return torch.stack([along.change.amax(0) for along in walks], dim=1).numpy()


class Notes:
    """The probe: every member at its own learning rate."""

    def __init__(self, settings: Settings, data: Data, rates: torch.Tensor) -> None:
        self.settings, self.data, self.rates = settings, data, rates
        self.found: dict[str, list[torch.Tensor]] = {}

    def __call__(self, step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        """Read the loss, and follow the gradient of the mini-batch that comes next."""
        settings, data = self.settings, self.data
        loss = evaluate(ensemble, data, data.training, training=True)[0]
        if step == settings.steps:
            self.keep("final_loss", loss, members)
            return
        self.keep("loss", loss, members)
        index = data.order[step][ensemble.seed_rows]
        batch = data.at(index)
        own = torch.tensor(settings.multiples)[:, None] * self.rates[members]
        near = walk(ensemble, *batch, own)
        far = walk(ensemble, *batch, torch.tensor(settings.distances)[:, None] / near.norm)
        wrong = walk(ensemble, *batch, own, training=False)
        walked = {"norm": near.norm, "walk_loss": near.loss, "change": near.change}
        walked["far_change"] = far.change
        walked |= {"eval_norm": wrong.norm, "eval_change": wrong.change}
        for name, values in walked.items():
            self.keep(name, values, members)

    def keep(self, name: str, values: torch.Tensor, members: torch.Tensor) -> None:
        """Note `values`, whose last axis is that of the members still alive."""
        row = torch.full((*values.shape[:-1], len(self.rates)), torch.nan)
        row[..., members] = values
        self.found.setdefault(name, []).append(row.unflatten(-1, (-1, len(self.settings.rates))))

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything noted, stacked over time."""
        stacked = {name: torch.stack(rows).numpy() for name, rows in self.found.items()}
        return {**stacked, "final_loss": stacked["final_loss"][0]}
