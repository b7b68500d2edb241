"""The reference network layer by layer, with parts of Batch Norm: how large its values are, how alike it makes the
examples, how sharp the loss is, and how much of gradient and curvature lies along what all examples share.

All of it at the start and along training, on some hundred training images at once, in train mode: at one small rate
that all arms have in common, and at the rate at which each ends lowest in the experiment that takes Batch Norm apart. Two
more arms start from other weights: smaller ones without a normaliser, and larger ones where the mean alone is subtracted,
so that they begin as flat, and as sharp, as the other does from He's.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import REFERENCE, initialise
from whybn.lab.training import Ensemble, assemble, evaluate, train
from whybn.measures.common_direction import by_name, common_directions, common_share
from whybn.measures.curvature import Hessian, top_eigenvalue
from whybn.measures.sameness import cosines, sameness, size, spread, traced

PARTS = (
    "plain",
    "mean_only",
    "size_only",
    "spread_only",
    "batch_norm",
    "layer_norm",
    "plain_quieter",
    "mean_only_louder",
)
BUDGET = 13
LARGE_BUDGET = 30
# Of a ReLU's mean square at a normal input, 1/pi is its squared mean. A gain of LOUDER makes up for its subtraction.
LOUDER = (1 - 1 / np.pi) ** -0.5
GAINS = {"plain_quieter": 1 / LOUDER, "mean_only_louder": LOUDER}
ARMS = INGREDIENTS | {"plain_quieter": INGREDIENTS["plain"], "mean_only_louder": INGREDIENTS["mean_only"]}
# Learning rates beside the common one: the best of `taken_apart`, and one at which only Batch Norm trains.
OWN_RATES = {
    "plain": (0.046,),
    "mean_only": (0.215,),
    "size_only": (0.1,),
    "spread_only": (0.046,),
    "batch_norm": (0.215, 1.0),
    "layer_norm": (0.046,),
}
BY_GAIN = ("plain", "batch_norm")  # parts whose sizes are measured from several gains
ALIKE = ("plain", "mean_only")  # parts whose digits are compared one by one
ELSEWHERE = ("plain", "mean_only", "batch_norm")  # parts that are measured in other networks, too
DIGITS = 10


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    width: int = 32  # units in a hidden layer
    batch: int = 32
    images: int = 256  # training images on which everything is measured
    common_rate: float = 10 ** (-5 / 3)  # a learning rate at which all arms train
    moments: tuple[int, ...] = (0, 8, 20, 80, 160, 320)  # steps before which it is measured
    first_products: int = 12  # Hessian-vector products at the start, begun at the gradient
    products: int = 6  # for each later measurement, begun at the last vector
    gains: tuple[float, ...] = (0.5, 1.0, 2.0)  # of the initial weights
    layers: tuple[int, ...] = (1, 4, 7, 10)  # hidden layers, from 1, in which digits are compared
    shapes: tuple[tuple[int, int], ...] = ((64, 10), (32, 5))  # width and depth of other networks, measured at the start
    rate_decades: tuple[float, float] = (-2.0, 0.0)  # common logarithm of the lowest and highest rate from other gains
    rates: int = 7


FULL = Settings()
QUICK = replace(FULL, seeds=2, images=40, moments=(0, 4, 8), first_products=5, products=3, rates=3)
LARGE = replace(FULL, width=64)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN.

    path_rates (rate,), moments (time,). path_loss, sharpness (rate, time, seed): on the images, the largest eigenvalue of
    all parameters' Hessian. top_share, gradient_share (rate, time, seed): how much of its eigenvector, and of the
    gradient, in the weights of the hidden layers lies along the common directions. size, sameness, spread (rate, time,
    layer, seed): of a layer's linear outputs, before the normaliser.
    Of the parts BY_GAIN also gains (gain,) and gain_size (gain, layer, seed), at the start. Of ALIKE layers (layer,),
    cosine (seed, layer, digit, digit) and pixels (seed, digit, row, column): ten images, one of each digit, and the
    cosine between each two, of linear outputs at the start. Of ELSEWHERE shapes (network, 2), other_sharpness,
    other_share, other_sameness (network, seed): sharpness, top share, and sameness of the last hidden layer at the start.
    Of GAINS rates (rate,), loss (1, seed, rate): on all training images, after the last step.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    data = digits_for(seeds, settings.batch, max(settings.moments))
    found = _paths(settings, part, data, seeds)
    if part in BY_GAIN:
        found |= _by_gain(settings, part, data, seeds)
    if part in ALIKE:
        found |= _alike(settings, part, data, seeds)
    if part in ELSEWHERE:
        found |= _elsewhere(settings, part, data, seeds)
    if part in GAINS:
        found |= _from_other_weights(settings, part, data, seeds)
    return {name: np.asarray(value) for name, value in found.items()}


def _start(part: str, seeds: list[int], width: int, gain: float = 1.0, depth: int = REFERENCE.depth) -> Ensemble:
    gains = [gain * GAINS.get(part, 1.0)] * len(seeds)
    network = replace(REFERENCE, width=width, depth=depth, arm=ARMS[part])
    return assemble(network, initialise(network, seeds, "he", gains), seeds)


class Notes:
    """The probe. It begins each search for the top eigenvector where the last one ended."""

    def __init__(self, settings: Settings, data: Data) -> None:
        self.settings, self.data = settings, data
        self.found: list[dict[str, torch.Tensor]] = []  # for each moment, (..., seed)
        self.vectors = torch.empty(0)  # (seed, parameter), once the first measurement has been made

    def __call__(self, _step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        """Measure the members still finite."""
        settings, first = self.settings, not self.found
        inputs, targets = self.data.at(self.data.training[:, : settings.images][ensemble.seed_rows])
        trace = traced(ensemble, inputs)
        hessian = Hessian(ensemble.architecture, ensemble.parameters, inputs, targets, list(ensemble.parameters))
        gradient = hessian.gradient()
        if first:
            self.vectors = gradient
        products = settings.first_products if first else settings.products
        sharpness, top = top_eigenvalue(hessian, self.vectors[members], products)
        self.vectors = self.vectors.index_copy(0, members, top)
        directions = common_directions(inputs, trace)
        now = {
            "path_loss": hessian.loss.detach(),
            "sharpness": sharpness,
            "top_share": common_share(by_name(top, ensemble.parameters), directions),
            "gradient_share": common_share(by_name(gradient, ensemble.parameters), directions),
            "size": torch.stack([size(values) for values in trace.linear]),
            "sameness": torch.stack([sameness(values) for values in trace.linear]),
            "spread": torch.stack([spread(values) for values in trace.linear]),
        }
        self.found.append({name: self._everyone(values, members) for name, values in now.items()})

    def _everyone(self, values: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
        """The values of all seeds, NaN for those that diverged."""
        return values.new_full((*values.shape[:-1], len(self.vectors)), torch.nan).index_copy_(-1, members, values)

    def arrays(self) -> dict[str, torch.Tensor]:
        """Everything noted, stacked over time."""
        return {name: torch.stack([one[name] for one in self.found]) for name in self.found[0]}


def _paths(settings: Settings, part: str, data: Data, seeds: list[int]) -> dict[str, object]:
    """What is measured along training, at each rate."""
    start = _start(part, seeds, settings.width)
    first = Notes(settings, data)
    first(0, start, torch.arange(len(seeds)))
    rates = (settings.common_rate, *OWN_RATES.get(part, ()))
    paths = []
    for rate in rates:
        notes = Notes(settings, data)
        notes.found, notes.vectors = list(first.found), first.vectors
        train(start, data, [rate] * len(seeds), probe=notes, probe_at=settings.moments[1:])
        paths.append(notes.arrays())
    found = {name: torch.stack([path[name] for path in paths]) for name in paths[0]}
    return {"path_rates": rates, "moments": settings.moments, **found}


def _by_gain(settings: Settings, part: str, data: Data, seeds: list[int]) -> dict[str, object]:
    """Sizes layer by layer at the start, from several gains."""
    inputs, _ = data.at(data.training[:, : settings.images])
    traces = [traced(_start(part, seeds, settings.width, gain), inputs) for gain in settings.gains]
    sizes = torch.stack([torch.stack([size(values) for values in trace.linear]) for trace in traces])
    return {"gains": settings.gains, "gain_size": sizes}


def _alike(settings: Settings, part: str, data: Data, seeds: list[int]) -> dict[str, object]:
    """How alike one image of each digit is to the others, among as many images as everywhere."""
    first = [(data.targets[data.training] == digit).int().argmax(1) for digit in range(DIGITS)]
    ten = data.training.gather(1, torch.stack(first, 1))
    index = torch.cat([ten, data.training[:, : settings.images - DIGITS]], 1)
    trace = traced(_start(part, seeds, settings.width), data.at(index)[0])
    cosine = [cosines(trace.linear[layer - 1][:, :DIGITS]) for layer in settings.layers]
    pixels = data.inputs[ten].unflatten(-1, (8, 8))
    return {"layers": settings.layers, "cosine": torch.stack(cosine, 1), "pixels": pixels}


def _elsewhere(settings: Settings, part: str, data: Data, seeds: list[int]) -> dict[str, object]:
    """The start of networks of other shapes."""
    rows = []
    for width, depth in settings.shapes:
        notes = Notes(settings, data)
        notes(0, _start(part, seeds, width, depth=depth), torch.arange(len(seeds)))
        rows.append(notes.found[0])
    return {
        "shapes": settings.shapes,
        "other_sharpness": torch.stack([row["sharpness"] for row in rows]),
        "other_share": torch.stack([row["top_share"] for row in rows]),
        "other_sameness": torch.stack([row["sameness"][-1] for row in rows]),
    }


def _from_other_weights(settings: Settings, part: str, data: Data, seeds: list[int]) -> dict[str, object]:
    """The loss after the last step at many rates, which `taken_apart` has from He's weights alone."""
    rates = np.logspace(*settings.rate_decades, settings.rates)
    each = [seed for seed in seeds for _ in rates]
    trained = train(_start(part, each, settings.width), data, rates.tolist() * len(seeds)).ensemble
    loss, _ = evaluate(trained, data, data.training, training=True)
    return {"rates": rates, "loss": loss.view(1, len(seeds), len(rates))}
