"""The reference network by other recipes: initialisation, optimiser, warm-up, place of Batch Norm, what is trained.

Each recipe changes one thing in plain gradient descent from He initialisation and gets its own grid of learning rates,
the same for both arms. All recipes share seeds, data splits and mini-batches.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Architecture, initialise, with_arm
from whybn.lab.optimisers import Optimiser
from whybn.lab.training import assemble, evaluate, train

PARTS = ("plain", "batch_norm")
BUDGET = 6
LARGE_BUDGET = 115
SGD = (-2.0, 1 / 3)  # common logarithm of the lowest and highest learning rate


@dataclass(frozen=True)
class Recipe:
    """One way to train: initialisation, optimiser, decades of learning rates, and where Batch Norm stands.

    normalised_only: it makes no sense for a network without Batch Norm.
    """

    scheme: str = "he"
    optimiser: Optimiser = field(default_factory=Optimiser)
    decades: tuple[float, float] = SGD
    after_activation: bool = False
    normalised_only: bool = False


RECIPES = {
    "he": Recipe(),
    "glorot": Recipe("glorot"),
    "default": Recipe("default"),
    "momentum": Recipe(optimiser=Optimiser(momentum=0.9), decades=(-3.0, -1 / 3)),
    "adam": Recipe(optimiser=Optimiser(adam=True), decades=(-10 / 3, -2 / 3)),
    "warm_up": Recipe(optimiser=Optimiser(warm_up=80)),
    "after": Recipe(after_activation=True, normalised_only=True),
    "affine": Recipe(optimiser=Optimiser(trainable=("scale", "shift")), decades=(-1.0, 4 / 3), normalised_only=True),
}

COUNTED = ("he", "affine")  # recipes whose accuracy is kept, too


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    width: int = 32  # units in a hidden layer
    steps: int = 240
    rates_per_decade: int = 3


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=20, rates_per_decade=1)
LARGE = replace(FULL, width=64, seeds=16, steps=480)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm.

    Of each recipe: NAME_rates (rate,), NAME_loss (seed, rate): loss on the whole training set with its own statistics
    (train mode) after the last step, NaN where the member has diverged. steps (), warm_up (): numbers of steps. The
    recipes `after` (Batch Norm after the activation) and `affine` (only scales and shifts are trained) exist only with
    Batch Norm. Of the recipes COUNTED also NAME_accuracy (seed, rate), the same of accuracy.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    data = digits_for(seeds, settings.batch, settings.steps)
    found: dict[str, object] = {"steps": settings.steps, "warm_up": RECIPES["warm_up"].optimiser.warm_up}
    for name, recipe in RECIPES.items():
        if recipe.normalised_only and part == "plain":
            continue
        architecture = replace(
            with_arm(replace(REFERENCE, width=settings.width), part), after_activation=recipe.after_activation
        )
        low, high = recipe.decades
        rates = np.logspace(low, high, round((high - low) * settings.rates_per_decade) + 1)
        loss, accuracy = _train_all(data, architecture, recipe, seeds, rates)
        found |= {f"{name}_rates": rates, f"{name}_loss": loss}
        if name in COUNTED:
            found[f"{name}_accuracy"] = accuracy
    return {name: np.asarray(value) for name, value in found.items()}


def _train_all(
    data: Data, architecture: Architecture, recipe: Recipe, seeds: list[int], rates: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss and accuracy of every seed and rate after training, (seed, rate), all trained in one ensemble."""
    members = [seed for seed in seeds for _ in rates]
    start = assemble(architecture, initialise(architecture, members, recipe.scheme), members)
    trained = train(start, data, rates.tolist() * len(seeds), recipe.optimiser)
    loss, accuracy = evaluate(trained.ensemble, data, data.training, training=True)
    shape = (len(seeds), len(rates))
    return loss.view(shape), accuracy.view(shape)
