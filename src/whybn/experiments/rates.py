"""Networks of three depths trained at many learning rates, without and with Batch Norm, from He initialisation.

All rates of a seed share their initial weights, data split and mini-batches, and so do the two arms. The loss is read
many times along the way, so that short and long trainings can be told apart.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Architecture, initialise, with_arm
from whybn.lab.training import Ensemble, assemble, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 36
LARGE_BUDGET = 125


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    batch: int = 32
    width: int = 32  # units in a hidden layer
    depths: tuple[int, ...] = (5, 10, 20)  # hidden layers, of the reference network's width
    rate_decades: tuple[float, float] = (-7 / 3, 1 / 3)  # common logarithm of the lowest and highest learning rate
    rates: int = 9
    loss_at: tuple[int, ...] = (20, 40, 80, 160, 320, 480, 640, 800)  # steps; the last ends the training


FULL = Settings()
QUICK = replace(FULL, seeds=2, depths=(2, 3, 4), rates=4, loss_at=(10, 20, 40))
LARGE = replace(FULL, width=64, loss_at=(20, 40, 80, 160, 320, 640, 1120, 1600))


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    depths (depth,), rates (rate,), steps (check,). loss (depth, check, seed, rate): on the whole training set with its
    own statistics (train mode), NaN where the member has diverged.
    """
    rates = np.logspace(*settings.rate_decades, settings.rates)
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    data = digits_for(seeds, settings.batch, settings.loss_at[-1])
    networks = [with_arm(replace(REFERENCE, depth=depth, width=settings.width), part) for depth in settings.depths]
    return {
        "depths": np.array(settings.depths),
        "rates": rates,
        "steps": np.array(settings.loss_at),
        "loss": np.stack([_train_all(settings, data, network, seeds, rates) for network in networks]),
    }


def _train_all(
    settings: Settings, data: Data, architecture: Architecture, seeds: list[int], rates: np.ndarray
) -> np.ndarray:
    """Losses at one depth, (check, seed, rate), all trained in one ensemble."""
    members = [seed for seed in seeds for _ in rates]
    loss = torch.full((len(settings.loss_at), len(members)), torch.nan)

    def read(step: int, ensemble: Ensemble, alive: torch.Tensor) -> None:
        loss[settings.loss_at.index(step), alive] = evaluate(ensemble, data, data.training, training=True)[0]

    start = assemble(architecture, initialise(architecture, members), members)
    train(start, data, rates.tolist() * len(seeds), probe=read, probe_at=settings.loss_at)
    return loss.view(-1, len(seeds), len(rates)).numpy()
