"""The main rows of Batch Norm taken apart, in other networks: wider ones, tanh instead of ReLU, convolutions on clothes.

Nothing, the mean, the size, both, and both with a backward pass that takes the mean for a constant: each with the same
scale and shift behind it, from the same He initialisation, on the same mini-batches, at the same learning rates.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.convolution import Convolutional
from whybn.lab.data import Data, digits_for, fashion_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.measures.hidden_layers import middle_sameness

PARTS = ("plain", "mean_only", "size_only", "batch_norm", "mean_stopped")
BUDGET = 70
LARGE_BUDGET = 85
FROM_GAINS = ("mean_only", "size_only")  # the arms that also start from bad gains


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    depth: int = 10  # layers of the fully connected networks; the convolutional ones have eight
    networks: tuple[str, ...] = ("clothes 8", "relu 32", "relu 64", "tanh 32", "tanh 64")  # activation or data, width
    budgets: tuple[int, ...] = (80, 320)  # steps; the loss is read after each
    gain_networks: tuple[str, ...] = ("relu 32", "relu 64")  # which also start from bad gains
    gains: tuple[float, ...] = (0.3, 3.0)  # bad ones, of the initial weights
    rate_decades: tuple[float, float] = (-1.5, 0.5)  # common logarithm of the lowest and highest learning rate
    rates: int = 7
    gain_rates: int = 4  # learning rates from those gains, over the same decades
    loss_images: int = 1000  # training images on which the loss is taken
    start_images: int = 256  # training images on which sameness is taken


FULL = Settings()
QUICK = replace(
    FULL,
    seeds=2,
    depth=3,
    networks=("clothes 8", "relu 32", "tanh 32"),
    gain_networks=("relu 32",),
    budgets=(5, 15),
    rates=3,
    gain_rates=2,
    start_images=64,
)
LARGE = replace(FULL, networks=(*FULL.networks, "relu 128"))


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN. Losses are on `loss_images` training images, with their statistics.

    networks (network,): names. rates (rate,), budgets (budget,). loss (network, budget, seed, rate): from He
    initialisation. Of the plain arm also sameness and pooled_sameness (network, seed): of the pre-activations before the
    first step, the median of the hidden layers; each position of a picture a unit, or one more example. Of the arms
    FROM_GAINS also gain_networks (gain_network,): names; and gain_loss (gain_network, gain, seed, rate): from bad gains,
    after the last step, at `gain_rates` rates over the same decades.
    """
    found = {
        "networks": np.array(settings.networks),
        "rates": np.logspace(*settings.rate_decades, settings.rates),
        "budgets": np.array(settings.budgets),
        "loss": np.stack([_train_all(settings, part, network, 1.0, settings.rates) for network in settings.networks]),
    }
    if part == "plain":
        for name, pooled in {"sameness": False, "pooled_sameness": True}.items():
            found[name] = np.stack([_sameness(settings, network, pooled) for network in settings.networks])
    if part in FROM_GAINS:
        found["gain_networks"] = np.array(settings.gain_networks)
        found["gain_loss"] = np.array(
            [
                [_train_all(settings, part, network, gain, settings.gain_rates)[-1] for gain in settings.gains]
                for network in settings.gain_networks
            ]
        )
    return found


def _train_all(settings: Settings, part: str, network: str, gain: float, count: int) -> np.ndarray:
    """One network from one gain, all seeds at `count` rates: (budget, seed, rate)."""
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    design, data = _network(settings, network, part, seeds)
    rates = np.logspace(*settings.rate_decades, count)
    each = [seed for seed in seeds for _ in rates]
    loss = torch.full((len(settings.budgets), len(each)), torch.nan)
    index = data.training[:, : settings.loss_images]

    def read(step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        loss[settings.budgets.index(step), members] = evaluate(ensemble, data, index, training=True)[0]

    start = assemble(design, initialise(design, each, "he", [gain] * len(each)), each)
    train(start, data, rates.tolist() * len(seeds), probe=read, probe_at=settings.budgets)
    return loss.view(len(settings.budgets), len(seeds), len(rates)).numpy()


def _sameness(settings: Settings, network: str, pooled: bool) -> np.ndarray:
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    design, data = _network(settings, network, "plain", seeds)
    return middle_sameness(design, seeds, data.inputs[data.training[:, : settings.start_images]], pooled)


def _network(settings: Settings, network: str, part: str, seeds: list[int]) -> tuple[Architecture, Data]:
    kind, width = network.split()
    arm, steps = INGREDIENTS[part], max(settings.budgets)
    if kind == "clothes":
        return Convolutional(width=int(width), arm=arm), fashion_for(seeds, settings.batch, steps)
    design = Architecture(depth=settings.depth, width=int(width), activation=kind, arm=arm)
    return design, digits_for(seeds, settings.batch, steps)
