"""Small networks learn one curve from all of its input range, from a part of it, and piece by piece.

The curve, its noise and the networks are the same everywhere; only the inputs that the training data cover change.
No network here has Batch Norm: the question is what covariate shift does before any layer is normalised.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, batch_order, curve_for, target_function
from whybn.lab.networks import Architecture, forward, initialise
from whybn.lab.normalisers import Context
from whybn.lab.optimisers import Optimiser
from whybn.lab.training import Ensemble, assemble, train

PARTS = ("whole", "partial", "relearning")
BUDGET = 9
LARGE_BUDGET = 50

NETWORK = Architecture(inputs=1, outputs=1, depth=3, width=32)
OPTIMISERS = {
    "sgd": (Optimiser(), 0.1),
    "momentum": (Optimiser(momentum=0.9), 0.02),
    "adam": (Optimiser(adam=True), 0.003),
}  # each with its learning rate


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8  # data sets, each with its own noise
    networks: int = 16  # initialisations per data set (partial range)
    networks_whole: int = 5  # initialisations per data set (whole range)
    whole_range: tuple[float, float] = (-1.0, 1.0)
    partial_range: tuple[float, float] = (-0.45, 0.25)
    shifted_range: tuple[float, float] = (0.3, 0.9)  # the shifted test data
    examples: int = 64  # training points of a data set
    noise: float = 0.05  # standard deviation of the targets
    steps: int = 1500
    batch: int = 32
    pieces: tuple[int, ...] = (1, 2, 4)  # relearning: how many pieces the range arrives in, left to right
    relearning_examples: int = 96
    phase: int = 500  # relearning: steps before the next piece arrives
    after: int = 1500  # relearning: steps after the last piece
    relearning_networks: int = 3  # relearning: initialisations per data set
    tolerance: float = 0.2  # relearning: root mean squared error on the whole curve that counts as learned
    every: int = 20  # relearning: steps between two checks


FULL = Settings()
QUICK = replace(
    FULL,
    seeds=3,
    networks=4,
    networks_whole=2,
    relearning_networks=2,
    steps=300,
    phase=60,
    after=400,
    tolerance=0.4,
)
LARGE = replace(FULL, seeds=16, steps=3000, phase=1000, after=3000)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one part.

    whole, partial: grid (point,), target (point,), predictions (seed, network, point), data_x and data_y
    (seed, example) and range (2,) and, for partial, shifted_x, shifted_y (example,): test points of seed 0.
    relearning: for each optimiser NAME of OPTIMISERS, NAME_total (seed, network, schedule): steps until the whole
    curve is learned, infinite where it never was; arrival (schedule,): step at which the last piece arrives; pieces
    (schedule,).
    """
    return _relearn(settings) if part == "relearning" else _learn(settings, part)


def _seeds(settings: Settings) -> list[int]:
    return list(range(settings.first_seed, settings.first_seed + settings.seeds))


def _grid() -> torch.Tensor:
    return torch.linspace(-1, 1, 161)


def _predict(ensemble: Ensemble, grid: torch.Tensor) -> torch.Tensor:
    members = len(ensemble.seeds)
    inputs = grid[None, :, None].expand(members, -1, -1)
    with torch.no_grad():
        return forward(ensemble.architecture, ensemble.parameters, inputs, Context(training=False))[..., 0]


def _learn(settings: Settings, part: str) -> dict[str, np.ndarray]:
    low, high = settings.whole_range if part == "whole" else settings.partial_range
    networks = settings.networks_whole if part == "whole" else settings.networks
    seeds = _seeds(settings)
    points = curve_for(seeds, low, high, settings.examples, settings.noise)
    order = [
        batch_order(seed, own, settings.batch, settings.steps) for seed, own in zip(seeds, points.training, strict=True)
    ]
    data = replace(points, order=torch.stack(order, 1))
    data_seeds = [seed for seed in seeds for _ in range(networks)]
    network_seeds = [1000 * seed + number for seed in seeds for number in range(networks)]
    start = initialise(NETWORK, network_seeds, "default")
    optimiser, rate = OPTIMISERS["adam"]
    trained = train(
        assemble(NETWORK, start, network_seeds, data_seeds=data_seeds),
        data,
        [rate] * len(data_seeds),
        optimiser,
    )
    grid = _grid()
    found = {
        "grid": grid,
        "target": target_function(grid),
        "predictions": _predict(trained.ensemble, grid).view(len(seeds), networks, -1),
        "data_x": data.inputs[data.training][..., 0],
        "data_y": data.targets[data.training][..., 0],
        "range": torch.tensor([low, high]),
    }
    if part == "partial":
        shifted = curve_for(seeds[:1], *settings.shifted_range, settings.examples, settings.noise)
        found |= {"shifted_x": shifted.inputs[:, 0], "shifted_y": shifted.targets[:, 0]}
    return {name: value.numpy() for name, value in found.items()}


def _relearn(settings: Settings) -> dict[str, np.ndarray]:
    seeds = _seeds(settings)
    data = _schedules(settings, seeds)
    networks, schedules = settings.relearning_networks, len(settings.pieces)
    members = [
        (1000 * seed + network, row * schedules + schedule)
        for row, seed in enumerate(seeds)
        for network in range(networks)
        for schedule in range(schedules)
    ]
    network_seeds, data_rows = [list(column) for column in zip(*members, strict=True)]
    grid = _grid()
    target = target_function(grid)
    found = {}
    for name, (optimiser, rate) in OPTIMISERS.items():
        total = torch.full((len(members),), torch.inf)

        def check(step: int, ensemble: Ensemble, members: torch.Tensor, total: torch.Tensor = total) -> None:
            error = (_predict(ensemble, grid) - target).square().mean(1).sqrt()
            learned = members[error < settings.tolerance]
            total[learned] = total[learned].clamp(max=step)

        start = assemble(NETWORK, initialise(NETWORK, network_seeds, "default"), network_seeds, data_seeds=data_rows)
        checks = range(0, len(data.order) + 1, settings.every)
        train(start, data, [rate] * len(data_rows), optimiser, check, checks)
        found[f"{name}_total"] = total.view(len(seeds), networks, schedules).numpy()
    arrival = [(pieces - 1) * settings.phase for pieces in settings.pieces]
    return found | {"arrival": np.array(arrival), "pieces": np.array(settings.pieces)}


def _schedules(settings: Settings, seeds: list[int]) -> Data:
    """One row of the order for every seed and schedule: first the leftmost piece only, at last the whole range."""
    points = curve_for(seeds, *settings.whole_range, settings.relearning_examples, settings.noise)
    steps = (max(settings.pieces) - 1) * settings.phase + settings.after
    rows = []
    for seed, own in zip(seeds, points.training, strict=True):
        left_to_right = own[points.inputs[own, 0].argsort()]
        for pieces in settings.pieces:
            seen = [left_to_right[: (number + 1) * len(own) // pieces] for number in range(pieces)]
            lengths = [settings.phase] * (pieces - 1) + [steps]
            batch = len(own) // max(settings.pieces)  # the first piece of the finest schedule fills one batch
            phases = [batch_order(seed, part, batch, length) for part, length in zip(seen, lengths, strict=True)]
            rows.append(torch.cat(phases)[:steps])
    training = points.training.repeat_interleave(len(settings.pieces), 0)
    return replace(points, order=torch.stack(rows, 1), training=training, test=training)
