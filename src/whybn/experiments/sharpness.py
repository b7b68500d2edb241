"""Small tanh and ReLU networks trained on a few hundred digits at once, and the sharpness of the place they are at.

Full-batch gradient descent without momentum on the squared error, without and with Batch Norm, at several learning
rates. Every step and every measurement uses the same examples, all at once, so that Batch Norm always has the
statistics of the full batch. Sharpness is the largest eigenvalue of the Hessian: of all parameters, and, for the
weights of the hidden layers alone, in units of each layer's own weight norm. The trainings start from PyTorch's own
initial weights, from which the networks without Batch Norm do best here; sharpness at the start is measured for
other initial weights, too.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import Ensemble, assemble, train
from whybn.measures.curvature import Hessian, top_eigenvalue

PARTS = ("tanh_plain", "tanh_batch_norm", "relu_plain", "relu_batch_norm")
BUDGET = 14
LARGE_BUDGET = 55


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    examples: int = 200  # training images, all in every step
    depth: int = 3
    width: int = 32
    steps: int = 400
    rates: tuple[float, ...] = (0.2, 0.5, 2.0)
    every: int = 25  # steps between two measurements
    products: int = 12  # Hessian-vector products for each of them, begun at the last vector
    first_products: int = 25  # for the first one, begun at the gradient
    last_products: int = 40  # for the curvature relative to the weights, measured once
    schemes: tuple[str, ...] = ("default", "glorot", "he")  # initial weights; the trainings start from the first


FULL = Settings()
QUICK = replace(
    FULL, seeds=2, examples=40, steps=20, rates=(0.2, 0.5, 1.0), every=10, products=4, first_products=6, last_products=6
)
LARGE = replace(FULL, examples=800)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one activation and arm; NaN where the member has diverged.

    rates (rate,), step (time,). loss, sharpness (time, seed, rate): squared error on the training images, and the
    largest eigenvalue of its Hessian. relative (seed, rate): after the last step, that of the Hessian with respect to
    the weights of the hidden layers, in units of each layer's weight norm. schemes (scheme,), start (scheme, seed):
    sharpness before the first step from other initial weights.
    """
    activation, arm = part.split("_", 1)
    architecture = Architecture(depth=settings.depth, width=settings.width, activation=activation, arm=arm)
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    each_seed = [seed for seed in seeds for _ in settings.rates]
    each_rate = list(settings.rates) * len(seeds)
    data = full_batch(settings, seeds)
    start = assemble(architecture, initialise(architecture, each_seed, settings.schemes[0]), each_seed)
    notes = Notes(settings, data)
    moments = range(0, settings.steps + 1, settings.every)
    trained = train(start, data, each_rate, probe=notes, probe_at=moments)
    shape = (-1, len(seeds), len(settings.rates))
    return {
        "rates": np.array(settings.rates),
        "step": np.array(list(moments)),
        "schemes": np.array(settings.schemes),
        "start": np.stack([at_start(settings, architecture, seeds, data, scheme) for scheme in settings.schemes]),
        "relative": relative_sharpness(settings, trained.ensemble, data).view(shape[1:]).numpy(),
        **{name: torch.stack(rows).view(shape).numpy() for name, rows in notes.found.items()},
    }


def full_batch(settings: Settings, seeds: list[int]) -> Data:
    """The digits with one-hot targets, each seed's first training images in every step."""
    data = digits_for(seeds, 1, 1)
    index = data.training[:, : settings.examples]
    targets = torch.nn.functional.one_hot(data.targets, 10).to(data.inputs.dtype)
    return replace(data, targets=targets, order=index.expand(settings.steps, -1, -1), training=index)


def at_start(settings: Settings, architecture: Architecture, seeds: list[int], data: Data, scheme: str) -> np.ndarray:
    """Sharpness of each seed's untrained network, with respect to all parameters."""
    parameters = initialise(architecture, seeds, scheme)
    batch = data.at(data.training)
    hessian = Hessian(architecture, parameters, *batch, list(parameters))
    return top_eigenvalue(hessian, hessian.gradient(), settings.first_products)[0].numpy()


def relative_sharpness(settings: Settings, trained: Ensemble, data: Data) -> torch.Tensor:
    """Largest curvature (member,) in units of the hidden weights' own norms; NaN where the member has diverged."""
    index = data.training[trained.seed_rows]
    hidden = [f"weight.{layer}" for layer in range(trained.architecture.depth)]
    batch = data.at(index)
    hessian = Hessian(trained.architecture, trained.parameters, *batch, hidden, relative=True)
    return top_eigenvalue(hessian, hessian.gradient(), settings.last_products)[0]


class Notes:
    """The probe. It begins each search for the top eigenvector where the last one ended."""

    def __init__(self, settings: Settings, data: Data) -> None:
        self.settings, self.data = settings, data
        self.found: dict[str, list[torch.Tensor]] = {"loss": [], "sharpness": []}
        self.vectors = torch.empty(0)  # (member, parameter), once the first measurement has been made

    def __call__(self, step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        """Measure loss and sharpness of the members still alive."""
        index = self.data.training[ensemble.seed_rows]
        batch = self.data.at(index)
        hessian = Hessian(ensemble.architecture, ensemble.parameters, *batch, list(ensemble.parameters))
        if step == 0:
            self.vectors = hessian.gradient()
        products = self.settings.products if step else self.settings.first_products
        sharpness, self.vectors[members] = top_eigenvalue(hessian, self.vectors[members], products)
        for name, values in (("loss", hessian.loss.detach()), ("sharpness", sharpness)):
            everyone = torch.full((len(self.vectors),), torch.nan)
            self.found[name].append(everyone.index_copy_(0, members, values))
