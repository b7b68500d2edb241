"""How much the gradient of a layer changes when the layers below it take their step, in three kinds of network.

Definition 2.1 of Santurkar et al. (2018), along trainings without and with Batch Norm: a shallow network of sigmoid
units, the reference network, and a deep network of linear units that fits the labels by squared error. Both arms start
from the same weights, see the same mini-batches and use the same learning rates.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Architecture, initialise, with_arm
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.measures.moving_target import moving_target

NETWORKS = {
    "sigmoid": Architecture(depth=3, width=64, activation="sigmoid"),
    "relu": REFERENCE,
    "linear": Architecture(depth=25, width=32, activation="identity"),
}
PARTS = ("sigmoid", "relu", "linear")
SCHEMES = {"sigmoid": "glorot", "relu": "he", "linear": "glorot"}
BUDGET = 5
LARGE_BUDGET = 18


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    steps: int = 400
    sigmoid_rates: tuple[float, ...] = (0.1, 0.3)  # learning rates of both arms in the shallow network of sigmoid units
    relu_rates: tuple[float, ...] = (0.03, 0.1)  # in the reference network
    linear_rates: tuple[float, ...] = (0.001, 0.003)  # in the deep linear network
    probe_at: tuple[int, ...] = (0, 10, 20, 40, 80, 120, 160, 200, 250, 300, 350, 400)  # steps before which it is read


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=20, probe_at=(0, 20))
LARGE = replace(FULL, seeds=16, steps=800, probe_at=(0, 20, 40, 80, 160, 240, 320, 400, 500, 600, 700, 800))


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one network; every name but the first two is preceded by the arm, as in plain_cosine.

    rates (rate,), probe_at (time,). relative, cosine (time, layer, seed, rate): norm of the change of the gradient
    over the norm of the gradient, and cosine of the angle between before and after, for hidden layer 2, 3, ... and the
    output layer. loss (time, seed, rate): on the whole training set, in train mode. What has diverged is NaN.
    """
    rates = {"sigmoid": settings.sigmoid_rates, "relu": settings.relu_rates, "linear": settings.linear_rates}[part]
    found = {"rates": np.array(rates), "probe_at": np.array(settings.probe_at)}
    for arm in ("plain", "batch_norm"):
        found |= {f"{arm}_{name}": array for name, array in _train_all(settings, part, arm, list(rates)).items()}
    return found


def _train_all(settings: Settings, part: str, arm: str, rates: list[float]) -> dict[str, np.ndarray]:
    """One arm of one network from all seeds at all learning rates."""
    own = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    seeds = [seed for seed in own for _ in rates]
    architecture = with_arm(NETWORKS[part], arm)
    data = digits_for(own, settings.batch, settings.steps + 1)
    if part == "linear":
        data = replace(data, targets=torch.nn.functional.one_hot(data.targets).float())
    each = rates * len(own)
    notes = Notes(settings, data, architecture.depth, torch.tensor(each))
    start = assemble(architecture, initialise(architecture, seeds, SCHEMES[part]), seeds)
    train(start, replace(data, order=data.order[: settings.steps]), each, probe=notes, probe_at=settings.probe_at)
    return {name: value.view(*value.shape[:-1], len(own), -1).numpy() for name, value in notes.found.items()}


class Notes:
    """The probe: every array has one column per member."""

    def __init__(self, settings: Settings, data: Data, depth: int, rates: torch.Tensor) -> None:
        self.times, self.data, self.rates = settings.probe_at, data, rates
        shapes = {"relative": (len(self.times), depth), "cosine": (len(self.times), depth), "loss": (len(self.times),)}
        self.found = {name: torch.full((*shape, len(rates)), torch.nan) for name, shape in shapes.items()}

    def __call__(self, step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        """Read the mini-batch that comes next."""
        row, index = self.times.index(step), self.data.order[step][ensemble.seed_rows]
        change = moving_target(ensemble, *self.data.at(index), self.rates[members])
        self.found["relative"][row][:, members] = change.relative
        self.found["cosine"][row][:, members] = change.cosine
        self.found["loss"][row, members] = evaluate(ensemble, self.data, self.data.training, training=True)[0]
