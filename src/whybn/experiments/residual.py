"""Deep residual networks without normalisation, with Batch Norm, and with branches that start at nothing (SkipInit).

What grows from block to block at the start, and which learning rates train, from the same initial weights.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import losses
from whybn.lab.residual import Residual, descend, forward, initialise

PARTS = ("plain", "batch_norm", "skip_init")
BUDGET = 10


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    blocks: int = 30
    steps: int = 160
    rate_decades: tuple[float, float] = (-3.0, 0.0)  # common logarithm of the lowest and highest learning rate
    rates: int = 7


FULL = Settings()
QUICK = replace(FULL, seeds=2, blocks=6, steps=10, rates=3)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one kind of network.

    size (block, seed): mean square of what enters the first block and leaves each, over that of what enters the first,
    at the start, on one mini-batch. rates (rate,), loss (seed, rate): on the whole training set with its own statistics
    after the last step, NaN where the network has diverged. steps ().
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    network = Residual(blocks=settings.blocks, kind=part)
    data = digits_for(seeds, settings.batch, settings.steps)
    rates = np.logspace(*settings.rate_decades, settings.rates)
    trace: list[torch.Tensor] = []
    with torch.no_grad():
        forward(network, initialise(network, seeds), data.inputs[data.order[0]], trace)
    squares = torch.stack([state.square().mean((1, 2)) for state in trace])
    rows = torch.arange(len(seeds)).repeat_interleave(len(rates))
    start = initialise(network, [seeds[row] for row in rows.tolist()])
    trained = descend(network, start, data, rows, rates.tolist() * len(seeds))
    loss = []
    with torch.no_grad():
        for members in torch.arange(len(rows)).split(8):
            index = data.training[rows[members]]
            one = {name: value[members] for name, value in trained.items()}
            loss.append(losses(forward(network, one, data.inputs[index]), data.targets[index]))
    found = torch.cat(loss).view(len(seeds), len(rates))
    return {
        "size": (squares / squares[0]).numpy(),
        "rates": rates,
        "loss": torch.where(found.isfinite(), found, torch.nan).numpy(),
        "steps": np.array(settings.steps),
    }
