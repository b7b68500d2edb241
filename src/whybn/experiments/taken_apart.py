"""Batch Norm taken apart on the reference network: which ingredient buys which benefit.

Arms subtract a mean, divide by a size, or both; take them over the mini-batch or over the units of an example; take them
anew at every step, seldom, or once; and let the gradient go through them or not. Two arms leave the layers alone and limit
what a step does. All have the same scale and shift in every layer, start from the same weights and see the same
mini-batches, at the same learning rates.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.ingredients import INGREDIENTS, subtract_and_divide
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.normalisers import Mean, Size
from whybn.lab.optimisers import Optimiser
from whybn.lab.training import Ensemble, assemble, calibrate, evaluate, train

PARTS = (
    "plain",
    "mean_only",
    "size_only",
    "spread_only",
    "batch_norm",
    "mean_stopped",
    "size_stopped",
    "both_stopped",
    "both_seldom",
    "both_frozen",
    "layer_norm",
    "group_norm",
    "mean_and_rms_norm",
    "limited_steps",
    "held_norms",
)
BUDGET = 40
LARGE_BUDGET = 350
IN_OTHER_DEPTHS = ("plain", "mean_only", "size_only", "batch_norm")
SELDOM = {"gradient": False, "every": 5}
ARMS = {
    **INGREDIENTS,
    "both_seldom": subtract_and_divide(Mean(**SELDOM), Size(**SELDOM)),
    "limited_steps": INGREDIENTS["plain"],
    "held_norms": INGREDIENTS["batch_norm"],
}
OPTIMISERS = {"limited_steps": Optimiser(limit=0.01), "held_norms": Optimiser(hold_norms=True)}


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    batch: int = 32
    width: int = 32  # units in a hidden layer
    budgets: tuple[int, ...] = (80, 320)  # steps; the loss is read after each
    rate_decades: tuple[float, float] = (-2.0, 1.0)  # common logarithm of the lowest and highest learning rate
    rates: int = 10
    gains: tuple[float, ...] = (0.3, 3.0)  # bad ones, of the initial weights
    gain_rates: int = 4  # learning rates from those gains, over the same decades
    other_depths: tuple[int, ...] = ()  # hidden layers, beside ten, of the arms IN_OTHER_DEPTHS


FULL = Settings()
QUICK = replace(FULL, seeds=2, budgets=(10, 30), rates=3, gain_rates=2, other_depths=(4,))
LARGE = replace(FULL, width=64, budgets=(80, 640), other_depths=(5, 20))  # in 320 steps twenty plain layers learn nothing


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN. All losses are in train mode, those of training on all its images.

    rates (rate,), budgets (budget,), gains (gain,). loss, test_loss (budget, seed, rate): from He initialisation, on the
    training images and on the test images. gain_loss (gain, seed, rate): on the training images after the last step, at
    `gain_rates` rates over the same decades. Of the arms IN_OTHER_DEPTHS, where there are some, also other_depths (depth,)
    and loss_by_depth (depth, seed, rate): on the training images after the last step.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    data = digits_for(seeds, settings.batch, max(settings.budgets))
    rates = np.logspace(*settings.rate_decades, settings.rates)
    few = np.logspace(*settings.rate_decades, settings.gain_rates)
    loss, test_loss = _train_all(settings, part, data, seeds, rates)
    from_gains = [_train_all(settings, part, data, seeds, few, gain=gain)[0][-1] for gain in settings.gains]
    found = {
        "rates": rates,
        "budgets": np.array(settings.budgets),
        "gains": np.array(settings.gains),
        "loss": loss,
        "test_loss": test_loss,
        "gain_loss": np.stack(from_gains),
    }
    if settings.other_depths and part in IN_OTHER_DEPTHS:
        others = [_train_all(settings, part, data, seeds, rates, depth=depth)[0][-1] for depth in settings.other_depths]
        found |= {"other_depths": np.array(settings.other_depths), "loss_by_depth": np.stack(others)}
    return found


def _train_all(
    settings: Settings,
    part: str,
    data: Data,
    seeds: list[int],
    rates: np.ndarray,
    *,
    gain: float = 1.0,
    depth: int = REFERENCE.depth,
) -> tuple[np.ndarray, np.ndarray]:
    """Losses on training and test images of every seed at every rate: (budget, seed, rate) each."""
    each = [seed for seed in seeds for _ in rates]
    design = with_arm(replace(REFERENCE, depth=depth, width=settings.width), ARMS[part])
    found = torch.full((2, len(settings.budgets), len(each)), torch.nan)

    def read(step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        for row, index in enumerate((data.training, data.test)):
            found[row, settings.budgets.index(step), members] = evaluate(ensemble, data, index, training=True)[0]

    start = assemble(design, initialise(design, each, "he", [gain] * len(each)), each)
    start.statistics = calibrate(design, start.parameters, data.inputs[data.training][start.seed_rows])
    rate_of_each = rates.tolist() * len(seeds)
    train(start, data, rate_of_each, OPTIMISERS.get(part), probe=read, probe_at=settings.budgets)
    loss, test_loss = found.view(2, len(settings.budgets), len(seeds), len(rates)).numpy()
    return loss, test_loss
