"""Deep residual networks without normalisation, with Batch Norm, and with branches that start at nothing (SkipInit).

What grows from block to block at the start, and which learning rates train, from the same initial weights.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import initialise
from whybn.lab.normalisers import Context
from whybn.lab.residual import Residual
from whybn.lab.training import assemble, evaluate, train

NETWORKS = {"plain": Residual(), "batch_norm": Residual(arm="batch_norm"), "skip_init": Residual(branch="skip_init")}
PARTS = ("plain", "batch_norm", "skip_init")
BUDGET = 7
LARGE_BUDGET = 29


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    batch: int = 32
    blocks: int = 30
    steps: int = 160
    rate_decades: tuple[float, float] = (-3.0, 0.0)  # common logarithm of the lowest and highest learning rate
    rates: int = 7


FULL = Settings()
QUICK = replace(FULL, seeds=2, blocks=6, steps=10, rates=3)
LARGE = replace(FULL, blocks=60, steps=320)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one kind of network.

    size (block, seed): mean square of what enters the first block and leaves each, over that of what enters the first,
    at the start, on one mini-batch. rates (rate,), loss (seed, rate): on the whole training set with its own statistics
    after the last step, NaN where the network has diverged. steps ().
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    network = replace(NETWORKS[part], blocks=settings.blocks)
    data = digits_for(seeds, settings.batch, settings.steps)
    rates = np.logspace(*settings.rate_decades, settings.rates)
    states: list[torch.Tensor] = []
    with torch.no_grad():
        inputs = data.inputs[data.order[0]]
        network.compute(initialise(network, seeds), inputs, Context(training=True), states=states)
    squares = torch.stack([state.square().mean((1, 2)) for state in states])
    each = [seed for seed in seeds for _ in rates]
    start = assemble(network, initialise(network, each), each)
    trained = train(start, data, rates.tolist() * len(seeds)).ensemble
    loss = evaluate(trained, data, data.training, training=True)[0].view(len(seeds), len(rates))
    return {
        "size": (squares / squares[0]).numpy(),
        "rates": rates,
        "loss": loss.numpy(),
        "steps": np.array(settings.steps),
    }
