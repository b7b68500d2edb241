"""The network that the page on a network of one's own shows: ten hidden layers of thirty-two ReLU units, with the weights
that PyTorch gives its modules, before any training.

Size, sameness and spread behind each layer, the gradient that arrives there, and the units that are silent for a whole
batch. The inputs are random, as in the lines of code on that page.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from whybn.probes.layers import Layer, layers
from whybn.probes.subject import undisturbed_randomness

PARTS = ("plain",)
BUDGET = 1
LARGE_BUDGET = 2


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    hidden: int = 10  # layers
    width: int = 32  # units
    inputs: int = 64
    batch: int = 64
    classes: int = 10


FULL = Settings()
QUICK = replace(FULL, seeds=3)
LARGE = replace(FULL, width=64)


def run(settings: Settings, _part: str) -> dict[str, np.ndarray]:
    """size, sameness, spread, gradient (layer, seed): of every layer, the output layer among them. dead (hidden, seed)."""
    met = [_met(settings, settings.first_seed + number) for number in range(settings.seeds)]
    signals = {
        key: np.array([[getattr(layer.after, key) for layer in seed] for seed in met]).T
        for key in ("size", "sameness", "spread")
    }
    gradient = np.array([[layer.gradient for layer in seed] for seed in met]).T
    dead = np.array([[layer.dead for layer in seed[:-1]] for seed in met]).T
    return {**signals, "gradient": gradient, "dead": dead}


def _met(settings: Settings, seed: int) -> tuple[Layer, ...]:
    with undisturbed_randomness():
        torch.manual_seed(seed)
        widths = [settings.inputs] + [settings.width] * settings.hidden
        hidden = [module for pair in pairwise(widths) for module in (nn.Linear(*pair), nn.ReLU())]
        model = nn.Sequential(*hidden, nn.Linear(settings.width, settings.classes))
        inputs = torch.randn(settings.batch, settings.inputs)
        return layers(model, (inputs, torch.randint(settings.classes, (settings.batch,))), cross_entropy)
