"""What else might do instead of Batch Norm on the reference network, and statistics that are taken anew ever more seldom.

Standardised weights, a squashing function, and a slow start for the network with nothing; and Batch Norm whose statistics
are read every few steps and taken for constants. All have the same scale and shift in every layer, and start from the
weights, and see the mini-batches, of the arms of `taken_apart`, at their learning rates.
"""

from dataclasses import dataclass, replace

import numpy as np

from whybn.lab.data import digits_for
from whybn.lab.ingredients import INGREDIENTS, subtract_and_divide
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.normalisers import Arm, Mean, Size
from whybn.lab.optimisers import Optimiser
from whybn.lab.training import assemble, calibrate, evaluate, train

PARTS = ("standardised_weights", "squashed", "warm_up", "every_2", "every_20", "every_80")
BUDGET = 6
LARGE_BUDGET = 14


def _every(steps: int) -> Arm:
    """Batch Norm whose statistics are those of every so many steps, as constants."""
    held = {"gradient": False, "every": steps}
    return subtract_and_divide(Mean(**held), Size(**held))


ARMS = {
    "standardised_weights": Arm(affine=True, weights="standardised"),
    "squashed": Arm(affine=True, squash=True),
    "warm_up": INGREDIENTS["plain"],
    "every_2": _every(2),
    "every_20": _every(20),
    "every_80": _every(80),
}
WARM_UP = Optimiser(warm_up=80)  # a quarter of the training


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    width: int = 32  # units in a hidden layer
    steps: int = 320
    rate_decades: tuple[float, float] = (-2.0, 1 / 3)  # common logarithm of the lowest and highest learning rate
    rates: int = 8


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=30, rates=3)
LARGE = replace(FULL, width=64)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN.

    rates (rate,); budgets (budget,): the steps of the one training. loss (budget, seed, rate): on the whole training set
    after it, in train mode.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    rates = np.logspace(*settings.rate_decades, settings.rates)
    data = digits_for(seeds, settings.batch, settings.steps)
    each = [seed for seed in seeds for _ in rates]
    design = with_arm(replace(REFERENCE, width=settings.width), ARMS[part])
    start = assemble(design, initialise(design, each), each)
    start.statistics = calibrate(design, start.parameters, data.inputs[data.training][start.seed_rows])
    trained = train(start, data, rates.tolist() * len(seeds), WARM_UP if part == "warm_up" else None)
    loss, _ = evaluate(trained.ensemble, data, data.training, training=True)
    return {
        "rates": rates,
        "budgets": np.array([settings.steps]),
        "loss": loss.view(1, len(seeds), len(rates)).numpy(),
    }
