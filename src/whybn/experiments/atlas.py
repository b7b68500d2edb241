"""The reference network trained from every combination of initial gain and learning rate, without and with Batch Norm.

The gain multiplies every initial weight; gain 1 is He initialisation. Two budgets of steps are read from the same
trainings. All combinations of a seed share their initial weights (up to the gain), data split and mini-batches.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import Ensemble, assemble, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 10
LARGE_BUDGET = 80


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    width: int = 32  # units in a hidden layer
    budgets: tuple[int, ...] = (80, 320)  # steps; the loss is read after each
    gain_decades: tuple[float, float] = (-1.0, 1.0)  # common logarithm of the lowest and highest gain
    gains: int = 9
    rate_decades: tuple[float, float] = (-3.0, 2 / 3)
    rates: int = 12


FULL = Settings()
QUICK = replace(FULL, seeds=2, budgets=(20, 60), gains=5, rates=5)
LARGE = replace(FULL, width=64, budgets=(80, 640))


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    gains (gain,), rates (rate,), budgets (budget,). loss (budget, seed, gain, rate): on the whole training set with
    its own statistics (train mode), NaN where the member has diverged. diverged_at (seed, gain, rate): step of
    divergence, -1 where there was none.
    """
    gains = np.logspace(*settings.gain_decades, settings.gains)
    rates = np.logspace(*settings.rate_decades, settings.rates)
    seeds = range(settings.first_seed, settings.first_seed + settings.seeds)
    found = [_train_all(settings, part, seed, gains, rates) for seed in seeds]
    loss, diverged_at = (np.stack(column) for column in zip(*found, strict=True))
    return {
        "gains": gains,
        "rates": rates,
        "budgets": np.array(settings.budgets),
        "loss": loss.swapaxes(0, 1),
        "diverged_at": diverged_at,
    }


def _train_all(
    settings: Settings, arm: str, seed: int, gains: np.ndarray, rates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Every combination for one seed: about a hundred members, which fit into the processor's cache together."""
    shape = (len(gains), len(rates))
    each_gain, each_rate = (axis.ravel().tolist() for axis in np.meshgrid(gains, rates, indexing="ij"))
    seeds = [seed] * len(each_gain)
    architecture = with_arm(replace(REFERENCE, width=settings.width), arm)
    data = digits_for([seed], settings.batch, max(settings.budgets))
    loss = torch.full((len(settings.budgets), len(seeds)), torch.nan)

    def read(step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        loss[settings.budgets.index(step), members] = evaluate(ensemble, data, data.training, training=True)[0]

    start = assemble(architecture, initialise(architecture, seeds, "he", each_gain), seeds)
    trained = train(start, data, each_rate, probe=read, probe_at=settings.budgets)
    return loss.view(-1, *shape).numpy(), trained.diverged_at.view(shape).numpy()
