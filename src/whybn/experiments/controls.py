"""Batch Norm with noise or a drift behind it and with frozen statistics, beside live Batch Norm and none, over rates.

Every arm starts from the same weights and sees the same mini-batches, seed by seed, at every learning rate of one
common grid. The noise is that of Santurkar et al. (2018); the drift reaches as far, but slowly. Frozen statistics are
computed once, on the whole training set before the first step, and scale and shift stay trainable.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.arms import ARMS
from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Architecture, Trace, forward, initialise
from whybn.lab.noise import noise_at
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, calibrate, evaluate, train
from whybn.measures.shift import distribution_shift

PARTS = ("plain", "batch_norm", "noisy_batch_norm", "drifting", "noisy_plain", "frozen_batch_norm")
BUDGET = 31
LARGE_BUDGET = 90


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    batch: int = 32
    width: int = 32  # units in a hidden layer
    steps: int = 320
    rate_decades: tuple[float, float] = (-3.0, 0.5)  # common logarithm of the lowest and highest learning rate
    rates: int = 8
    noisy_rates: int = 6  # the largest so many of them, in the noisy and drifting arms
    depths: tuple[int, ...] = (10, 20, 10, 10)  # hidden layers of each network (frozen, and noise alone: only ten)
    gains: tuple[float, ...] = (1.0, 1.0, 0.3, 3.0)  # of its weights (noisy and drifting arms: only 1)
    gap: int = 10  # steps between the two states whose layers' inputs are compared
    shift_at: tuple[int, ...] = (20, 80, 300)  # steps t of the pairs (t, t + gap)
    probe_images: int = 128  # training images on which inputs are compared


FULL = Settings()
QUICK = replace(FULL, seeds=2, steps=16, rates=3, noisy_rates=2, gap=4, shift_at=(8,), probe_images=64)
LARGE = replace(FULL, width=64)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; what has diverged is NaN.

    rates (rate,); depths, gains (network,). loss (network, seed, rate): on the whole training set after the last step,
    in train mode with its own statistics (frozen statistics stay frozen), without noise. noisy_loss, in the noisy and
    drifting arms only: the same with the noise, or the drift, of the step that would come next.
    diverged_at (network, seed, rate): step of divergence, -1 where there was none. gap (): steps p between the states
    that are compared. steps (): length of the training.
    shift (network, time, seed, rate): how far the inputs of hidden layer 2, 3, ... and of the output layer move from t
    to t+p, in deviations, mean over layers; the noise of each step is part of it. NaN from other gains than 1 and where
    `_shift_is_read` says no.
    """
    rates = np.logspace(*settings.rate_decades, settings.rates)
    networks = list(zip(settings.depths, settings.gains, strict=True))
    if ARMS[part].noise:
        rates = rates[-settings.noisy_rates :]
        networks = [(depth, gain) for depth, gain in networks if gain == 1]
    if ARMS[part].held or part == "noisy_plain":
        networks = [(depth, gain) for depth, gain in networks if depth == REFERENCE.depth]
    found = [
        _train_all(settings, replace(REFERENCE, arm=ARMS[part], depth=depth, width=settings.width), gain, rates)
        for depth, gain in networks
    ]
    return {
        "rates": rates,
        "depths": np.array([depth for depth, _ in networks]),
        "gains": np.array([gain for _, gain in networks]),
        "gap": np.array(settings.gap),
        "steps": np.array(settings.steps),
        **{name: np.stack([one[name] for one in found]) for name in found[0]},
    }


def _train_all(settings: Settings, architecture: Architecture, gain: float, rates: np.ndarray) -> dict[str, np.ndarray]:
    """One network from all seeds at all learning rates."""
    own = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    shape = (len(own), len(rates))
    seeds = [seed for seed in own for _ in rates]
    data = digits_for(own, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, seeds, "he", [gain] * len(seeds)), seeds)
    start.statistics = calibrate(architecture, start.parameters, data.inputs[data.training][start.seed_rows])
    watched = settings.shift_at if gain == 1 and _shift_is_read(architecture) else ()
    notes = Notes(settings, data, len(seeds), watched, noisy=architecture.arm.noise is not None)
    trained = train(start, data, rates.tolist() * len(own), probe=notes, probe_at=notes.moments)
    return {
        **{name: loss.view(shape).numpy() for name, loss in notes.losses.items()},
        "diverged_at": trained.diverged_at.view(shape).numpy(),
        "shift": notes.shift.view(-1, *shape).numpy(),
    }


def _shift_is_read(architecture: Architecture) -> bool:
    """Whether somebody asks how far the inputs of such networks move: of those with noise, only of the reference ones."""
    arm = architecture.arm
    return not arm.held and (arm.noise is None or (arm.uses_batch and architecture.depth == REFERENCE.depth))


class Notes:
    """The probe: shift of the inputs on the way, loss at the end, in noisy arms with the noise off and on."""

    def __init__(self, settings: Settings, data: Data, members: int, watched: tuple[int, ...], *, noisy: bool) -> None:
        self.settings, self.data, self.watched = settings, data, watched
        self.inputs: dict[int, torch.Tensor] = {}  # inputs at t, (layer, member, image, unit), that wait for t + gap
        self.shift = torch.full((len(settings.shift_at), members), torch.nan)
        names = ("loss", "noisy_loss") if noisy else ("loss",)
        self.losses = {name: torch.full((members,), torch.nan) for name in names}
        self.moments = {settings.steps, *watched, *(step + settings.gap for step in watched)}

    def __call__(self, step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        """Read what this step is asked for."""
        if step in self.watched:
            self.inputs[step] = spread(self.read(step, ensemble), members, len(self.losses["loss"]))
        earlier = step - self.settings.gap
        if earlier in self.inputs:
            before, after = self.inputs.pop(earlier)[:, members], self.read(step, ensemble)
            moved = [distribution_shift(one, other) for one, other in zip(before, after, strict=True)]
            self.shift[self.settings.shift_at.index(earlier), members] = torch.stack(moved).mean(0)
        if step == self.settings.steps:
            for name, loss in self.losses.items():
                noise = step if name == "noisy_loss" else None
                loss[members], _ = evaluate(ensemble, self.data, self.data.training, training=True, noise_step=noise)

    def read(self, step: int, ensemble: Ensemble) -> torch.Tensor:
        """Inputs of every layer but the first, (layer, member, image, unit), with the noise of this step."""
        index = self.data.training[:, : self.settings.probe_images][ensemble.seed_rows]
        noise = noise_at(ensemble.architecture.arm.noise, ensemble.seeds, step)
        trace = Trace([], [], [])
        with torch.no_grad():
            context, statistics = Context(training=True, noise=noise), ensemble.statistics
            forward(ensemble.architecture, ensemble.parameters, self.data.inputs[index], context, statistics, trace)
        return torch.stack(trace.activations)


def spread(inputs: torch.Tensor, members: torch.Tensor, total: int) -> torch.Tensor:
    """Inputs of the members still finite, (layer, member, image, unit), in the places of all; NaN elsewhere."""
    whole = torch.full((len(inputs), total, *inputs.shape[2:]), torch.nan)
    whole[:, members] = inputs
    return whole
