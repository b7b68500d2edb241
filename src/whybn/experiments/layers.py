"""The reference network at one place of the map of trainability, layer by layer, without and with Batch Norm.

The initial weights are a little smaller than He's; the learning rate is one at which both networks can train from
there. Read are the loss on the way and, before the first step and after the last, what enters every layer's activation
function and how large the gradient for its weights is, on the mini-batch that comes next. The live figure trains the
same pair of networks.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, Trace, forward, initialise, with_arm
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, evaluate, gradients, train

PARTS = ("plain", "batch_norm")
BUDGET = 1
LARGE_BUDGET = 2


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    steps: int = 320
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rate: float = 0.1  # learning rate
    gain_decades: float = -0.25  # common logarithm of the factor on He's initial weights; 0 is He initialisation
    loss_every: int = 10  # steps between two losses on the whole training set
    bins: int = 1001  # of the histograms, even in the inverse hyperbolic sine of the value: each half a pixel of the figure
    reach: float = 1000.0  # largest value in them


FULL = Settings()
QUICK = replace(FULL, seeds=3, steps=40)
LARGE = replace(FULL, width=64)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; `layer` counts hidden layers from the input.

    rate (), gain (). loss_step (check,), loss (check, seed): on the whole training set with its own
    statistics (train mode). moments (moment,): steps at which layers are read. edges (bin + 1,), share (moment, layer,
    bin): part of all pre-activations of all seeds in each bin, those beyond the last edges left out. spread, gradient
    (moment, layer, seed): root mean squares of the pre-activations, and of the gradient over a layer's weights.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture, gain = with_arm(replace(REFERENCE, width=settings.width), part), 10**settings.gain_decades
    data = digits_for(seeds, settings.batch, settings.steps + 1)
    edges = np.sinh(np.linspace(-1, 1, settings.bins + 1) * np.arcsinh(settings.reach))
    moments = (0, settings.steps)
    loss: list[torch.Tensor] = []
    layers: list[tuple[np.ndarray, ...]] = []

    def read(step: int, ensemble: Ensemble, _members: torch.Tensor) -> None:
        if step % settings.loss_every == 0:
            loss.append(evaluate(ensemble, data, data.training, training=True)[0])
        if step in moments:
            index = data.order[step]
            layers.append(_layers(ensemble, *data.at(index), edges))

    start = assemble(architecture, initialise(architecture, seeds, gains=[gain] * len(seeds)), seeds)
    checks = range(0, settings.steps + 1, settings.loss_every)
    along = replace(data, order=data.order[: settings.steps])
    rates = [settings.rate] * len(seeds)
    trained = train(start, along, rates, probe=read, probe_at={*checks, *moments})
    if (trained.diverged_at >= 0).any():
        raise ArithmeticError(f"{part} diverged at rate {settings.rate}; this experiment looks at networks that do not")
    share, spread, gradient = (np.stack(column) for column in zip(*layers, strict=True))
    return {
        "rate": np.array(settings.rate),
        "gain": np.array(gain),
        "loss_step": np.array(checks),
        "loss": torch.stack(loss).numpy(),
        "moments": np.array(moments),
        "edges": edges,
        "share": share,
        "spread": spread,
        "gradient": gradient,
    }


def _layers(
    ensemble: Ensemble, inputs: torch.Tensor, targets: torch.Tensor, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Histograms (layer, bin) over all members; spread and gradient (layer, member)."""
    trace, context = Trace([], [], []), Context(training=True)
    forward(ensemble.architecture, ensemble.parameters, inputs, context, trace=trace)
    _, slopes = gradients(ensemble, inputs, targets, context)
    share = [np.histogram(values.numpy(), edges)[0] / values.numel() for values in trace.preactivations]
    spread = [values.square().mean((1, 2)).sqrt().numpy() for values in trace.preactivations]
    gradient = [slopes[f"weight.{layer}"].square().mean((1, 2)).sqrt().numpy() for layer in range(len(share))]
    return np.stack(share), np.stack(spread), np.stack(gradient)
