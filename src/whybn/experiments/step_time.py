"""How long a training step takes, without and with Batch Norm, on the machine that runs this.

The arms take turns, so that a busy machine slows both. These arrays alone differ from run to run.
"""

import time
from dataclasses import dataclass, replace

import numpy as np

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import assemble, train

PARTS = ("turns",)
BUDGET = 2
TIMED = True
ARMS = ("plain", "batch_norm")


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    members: int = 64  # networks trained together, as in the other experiments
    batch: int = 32
    width: int = 32  # units in a hidden layer
    depths: tuple[int, ...] = (5, 10, 20)  # hidden layers, of the reference network's width
    steps: int = 10  # in each turn
    turns: int = 12
    rate: float = 0.01


FULL = Settings()
QUICK = replace(FULL, members=8, depths=(2, 3, 4), steps=2, turns=4)


def run(settings: Settings, _part: str) -> dict[str, np.ndarray]:
    """Arrays: plain, batch_norm (depth, turn): processor seconds of one step of one network."""
    found = {arm: np.empty((len(settings.depths), settings.turns)) for arm in ARMS}
    for row, depth in enumerate(settings.depths):
        for turn in range(settings.turns):
            for arm in ARMS:
                found[arm][row, turn] = _seconds(settings, arm, depth)
    return found


def _seconds(settings: Settings, arm: str, depth: int) -> float:
    """Processor time of one turn, for each step and network."""
    architecture = with_arm(replace(REFERENCE, depth=depth, width=settings.width), arm)
    seeds = [0] * settings.members
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    data = digits_for([0], settings.batch, settings.steps)
    began = time.process_time()
    train(start, data, [settings.rate] * settings.members)
    return (time.process_time() - began) / settings.steps / settings.members
