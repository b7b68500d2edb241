"""What arrives at one unit of the reference network with Batch Norm: one mini-batch, and the running statistics.

The networks are those of `trajectory`, after its last step.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, Trace, forward, initialise, with_arm
from whybn.lab.normalisers import EPSILON, Context
from whybn.lab.training import assemble, train

PARTS = ("batch_norm",)
BUDGET = 1
LARGE_BUDGET = 2


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    steps: int = 400
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rate: float = 0.05  # learning rate
    layer: int = 5  # hidden layer, counted from 1


FULL = Settings()
QUICK = replace(FULL, seeds=3, steps=60)
LARGE = replace(FULL, width=64)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one layer; all members have the same settings.

    linear (seed, example, unit): the pre-activations of the last mini-batch; label (seed, example): its digits.
    running_mean, running_variance (seed, unit): what eval mode uses in their place. epsilon ().
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(seeds, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    trained = train(start, data, [settings.rate] * len(seeds))
    if (trained.diverged_at >= 0).any():
        raise ArithmeticError(f"diverged at rate {settings.rate}; this experiment shows a network that trained")
    ensemble = trained.ensemble
    index = data.order[-1][ensemble.seed_rows]
    trace = Trace([], [], [])
    with torch.no_grad():
        forward(architecture, ensemble.parameters, data.inputs[index], Context(training=True), trace=trace)
    running = ensemble.statistics[settings.layer - 1]
    return {
        "linear": trace.linear[settings.layer - 1].numpy(),
        "label": data.targets[index].numpy(),
        "running_mean": running.mean.numpy(),
        "running_variance": running.variance.numpy(),
        "epsilon": np.array(EPSILON),
    }
