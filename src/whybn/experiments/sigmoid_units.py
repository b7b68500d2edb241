"""What every unit of a sigmoid network receives while it trains (after Ioffe and Szegedy 2015, figure 1).

Three hidden layers of one hundred sigmoid units and mini-batches of sixty, as in their figure; the data are the digits.
Both arms start from the same weights, see the same mini-batches and use the same learning rates. Pre-activations are
read on fixed training images: with Batch Norm after scale and shift, with the statistics of these images (train mode).
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import Architecture, Trace, forward, initialise
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.measures.shift import distribution_shift

PARTS = ("plain", "batch_norm")
BUDGET = 6
LARGE_BUDGET = 40


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 60
    steps: int = 1000
    rates: tuple[float, ...] = (0.3, 1.0)  # learning rates of both arms
    snapshot_every: int = 25  # steps between two snapshots
    probe_images: int = 128  # training images on which units are read
    percentiles: tuple[float, ...] = (15.0, 50.0, 85.0)


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=60, snapshot_every=20)
LARGE = replace(FULL, seeds=16, steps=3000)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    rates (rate,), snapshot_at (time,). percentiles (time, percentile, unit, rate): of the pre-activations of each unit
    of the last hidden layer of the first seed. shift (time - 1, layer, seed, rate): distance between the
    pre-activations at two neighbouring snapshots, in deviations at the earlier one, mean over units, for each hidden
    layer. loss (seed, rate): on the whole training set after the last step, in train mode.
    """
    own = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    seeds = [seed for seed in own for _ in settings.rates]
    rates = list(settings.rates) * len(own)
    architecture = Architecture(depth=3, width=100, activation="sigmoid", arm=part)
    data = digits_for(own, settings.batch, settings.steps)
    notes = Notes(settings, data)
    start = assemble(architecture, initialise(architecture, seeds, "glorot"), seeds)
    trained = train(start, data, rates, probe=notes, probe_at=range(0, settings.steps + 1, settings.snapshot_every))
    if (trained.diverged_at >= 0).any():
        raise ArithmeticError(f"{part} diverged at one of the rates {settings.rates}; this experiment needs whole runs")
    loss, _ = evaluate(trained.ensemble, data, data.training, training=True)
    shape = (len(own), len(settings.rates))
    return {
        "rates": np.array(settings.rates),
        "snapshot_at": np.array(notes.steps),
        "percentiles": torch.stack(notes.percentiles).numpy(),
        "shift": torch.stack(notes.shift).view(-1, architecture.depth, *shape).numpy(),
        "loss": loss.view(shape).numpy(),
    }


class Notes:
    """The probe: one entry per snapshot."""

    def __init__(self, settings: Settings, data: Data) -> None:
        self.settings, self.data = settings, data
        self.steps: list[int] = []
        self.percentiles: list[torch.Tensor] = []
        self.shift: list[torch.Tensor] = []
        self.last: list[torch.Tensor] = []  # pre-activations at the newest snapshot: (member, image, unit) per layer

    def __call__(self, step: int, ensemble: Ensemble, _members: torch.Tensor) -> None:
        """Take a snapshot; no member may diverge here."""
        settings, data = self.settings, self.data
        index = data.training[:, : settings.probe_images][ensemble.seed_rows]
        trace = Trace([], [], [])
        with torch.no_grad():
            forward(ensemble.architecture, ensemble.parameters, data.inputs[index], Context(training=True), trace=trace)
        seen = trace.preactivations
        if self.last:
            moved = [distribution_shift(before, after) for before, after in zip(self.last, seen, strict=True)]
            self.shift.append(torch.stack(moved))
        self.last = seen
        of_first_seed = seen[-1][: len(settings.rates)]
        shares = torch.tensor(settings.percentiles) / 100
        self.percentiles.append(of_first_seed.quantile(shares, dim=1).permute(0, 2, 1))
        self.steps.append(step)
