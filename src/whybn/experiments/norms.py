"""The reference network normalised by other sizes than the standard deviation, over learning rates.

After Santurkar et al. (2018, section 3.3): subtract the mean of each unit over the mini-batch and divide by the mean
absolute deviation (L1) or by the largest one (L-infinity), beside Batch Norm itself (L2) and no normalisation. Every arm
starts from the same weights and sees the same mini-batches.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import assemble, evaluate, train

PARTS = ("plain", "batch_norm", "l1_norm", "linf_norm")
BUDGET = 6
LARGE_BUDGET = 50


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    width: int = 32  # units in a hidden layer
    steps: int = 320
    rate_decades: tuple[float, float] = (-2.0, 0.5)  # common logarithm of the lowest and highest learning rate
    rates: int = 6


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=20, rates=3)
LARGE = replace(FULL, width=64, seeds=16, steps=640)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN.

    rates (rate,). steps (): length of the training. loss (seed, rate): on the whole training set after the last step,
    with its own statistics (train mode).
    """
    rates = np.logspace(*settings.rate_decades, settings.rates)
    own = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    seeds = [seed for seed in own for _ in rates]
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(own, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    trained = train(start, data, rates.tolist() * len(own)).ensemble
    loss, _ = evaluate(trained, data, data.training, training=True)
    shape = (len(own), len(rates))
    loss = torch.where(loss.isfinite(), loss, torch.nan)
    return {
        "rates": rates,
        "steps": np.array(settings.steps),
        "loss": loss.view(shape).numpy(),
    }
