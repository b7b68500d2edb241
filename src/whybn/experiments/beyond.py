"""Subtracting and dividing beyond the reference network: other depths and widths, skips, shifted units, other optimisers.

Each part is one network or one way to train it, with the arms that a prediction asks for. Within a part all arms start
from the same He weights and see the same mini-batches, at the same learning rates. Where networks do not learn within 320
steps they get more of them, all arms alike.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import REFERENCE, Design, initialise, with_arm
from whybn.lab.optimisers import Optimiser
from whybn.lab.residual import Residual
from whybn.lab.training import assemble, evaluate, train
from whybn.measures.hidden_layers import middle_sameness

PARTS = (
    "shifted_narrow",
    "shifted_wide",
    "centred_images",
    "shallow",
    "deep",
    "blocks",
    "skip_init",
    "shrunk",
    "no_skips",
    "example_narrow",
    "example_wide",
    "widest",
    "momentum",
    "decay",
    "held_decay",
    "adam",
)
BUDGET = 42
LARGE_BUDGET = 230


@dataclass(frozen=True)
class Trial:
    """What one part trains.

    arms: names in INGREDIENTS. decades: common logarithm of the lowest and highest learning rate. length: times the steps,
    where networks need more of them to learn. often: times the seeds, where eight were too few. centred: each pixel
    less its mean over the training images.
    """

    design: Design
    arms: tuple[str, ...]
    decades: tuple[float, float]
    length: int = 1
    often: int = 1
    optimiser: Optimiser | None = None
    centred: bool = False


PLAIN_AND_MEAN = ("plain", "mean_only")
TRIALS = {
    "shifted_narrow": Trial(replace(REFERENCE, activation="shifted_relu"), PLAIN_AND_MEAN, (-1.5, 0.5), often=2),
    "shifted_wide": Trial(replace(REFERENCE, activation="shifted_relu", width=64), PLAIN_AND_MEAN, (-1.5, 0.5)),
    "centred_images": Trial(REFERENCE, PLAIN_AND_MEAN, (-1.5, 0.5), centred=True),
    "shallow": Trial(replace(REFERENCE, depth=5), PLAIN_AND_MEAN, (-7 / 6, 1 / 6), length=3, often=2),
    "deep": Trial(replace(REFERENCE, depth=20), PLAIN_AND_MEAN, (-11 / 6, -0.5), length=3, often=2),
    "blocks": Trial(Residual(blocks=10), (*PLAIN_AND_MEAN, "batch_norm"), (-13 / 6, 1 / 6), length=2),
    "skip_init": Trial(Residual(blocks=10, branch="skip_init"), PLAIN_AND_MEAN, (-7 / 6, 1 / 6), length=2),
    "shrunk": Trial(Residual(blocks=10, branch="shrunk"), PLAIN_AND_MEAN, (-7 / 6, 1 / 6), length=2),
    "no_skips": Trial(REFERENCE, PLAIN_AND_MEAN, (-1.5, 1 / 6), length=2),
    "example_narrow": Trial(REFERENCE, ("plain", "layer_norm", "rms_norm"), (-1.5, 0.5), often=2),
    "example_wide": Trial(replace(REFERENCE, width=64), ("plain", "rms_norm"), (-1.5, 0.5)),
    "widest": Trial(replace(REFERENCE, width=128), ("plain", "layer_norm"), (-7 / 6, -1 / 6)),
    "momentum": Trial(
        REFERENCE, ("plain", "mean_only", "size_only", "batch_norm"), (-2.5, 0.0), optimiser=Optimiser(momentum=0.9)
    ),
    "decay": Trial(REFERENCE, ("plain", "batch_norm"), (-1.5, 0.5), optimiser=Optimiser(weight_decay=5e-4)),
    "held_decay": Trial(REFERENCE, ("batch_norm",), (-1.5, 0.5), optimiser=Optimiser(weight_decay=5e-4, hold_norms=True)),
    "adam": Trial(REFERENCE, ("plain", "batch_norm"), (-3.0, -1 / 3), optimiser=Optimiser(adam=True)),
}


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8  # twice as many where these were too few
    batch: int = 32
    steps: int = 320  # twice or three times as many for residual networks, and for five and twenty layers
    rates_a_decade: int = 3
    loss_images: int = 1000  # training images on which the loss is taken
    start_images: int = 256  # training images on which sameness is taken


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=10, rates_a_decade=1, start_images=64)
LARGE = replace(FULL, seeds=16, steps=640)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one network; what has diverged is NaN. Losses are on `loss_images` training images, with their statistics.

    rates (rate,); arms (arm,): names; steps (): length of the training. loss (arm, seed, rate): after the last step.
    sameness (seed,): that of the plain network's pre-activations before the first step, the median of its hidden layers.
    """
    trial = TRIALS[part]
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds * trial.often))
    data = digits_for(seeds, settings.batch, settings.steps * trial.length)
    if trial.centred:
        data = centred(data)
    low, high = trial.decades
    rates = np.logspace(low, high, round((high - low) * settings.rates_a_decade) + 1)
    return {
        "rates": rates,
        "arms": np.array(trial.arms),
        "steps": np.array(len(data.order)),
        "loss": np.stack([_train_all(settings, trial, arm, data, seeds, rates) for arm in trial.arms]),
        "sameness": middle_sameness(trial.design, seeds, data.inputs[data.training[:, : settings.start_images]]),
    }


def centred(data: Data) -> Data:
    """The same with each pixel less its mean over the training images; every seed, as it has its own, has its own copy."""
    seeds, images = len(data.training), len(data.inputs)
    copies = torch.cat([data.inputs - data.inputs[own].mean(0) for own in data.training])
    first = (torch.arange(seeds) * images)[:, None]
    moved = {name: getattr(data, name) + first for name in ("order", "training", "test")}
    return replace(data, inputs=copies, targets=data.targets.repeat(seeds), **moved)


def _train_all(settings: Settings, trial: Trial, arm: str, data: Data, seeds: list[int], rates: np.ndarray) -> np.ndarray:
    """Losses of one arm, all seeds at all rates: (seed, rate)."""
    each = [seed for seed in seeds for _ in rates]
    design = with_arm(trial.design, INGREDIENTS[arm])
    start = assemble(design, initialise(design, each), each)
    trained = train(start, data, rates.tolist() * len(seeds), trial.optimiser)
    index = data.training[:, : settings.loss_images]
    loss, _ = evaluate(trained.ensemble, data, index, training=True)
    return loss.view(len(seeds), len(rates)).numpy()
