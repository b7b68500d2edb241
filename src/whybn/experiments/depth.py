"""Networks before and right after their first step: how signals and gradients change from layer to layer.

Wide networks show how the gradient grows with Batch Norm, and what one step makes of it; deep ones how alike their
examples become. For the reference network: how unevenly its first gradient is spread, and what a step along it does.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Architecture, Trace, forward, initialise, with_arm
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, gradients
from whybn.measures.along_gradient import walk
from whybn.measures.signal import gradient_by_layer, growth_per_layer, linear_growth, relu_growth, soft_rank
from whybn.measures.tails import example_norms, flattened, kurtosis, top_share

PARTS = ("growth", "rank", "tails")
BUDGET = 8
LARGE_BUDGET = 60
COMPARED = ("plain", "batch_norm")


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    layers: int = 30  # of the wide networks whose gradients are followed
    width: int = 384
    batches: tuple[int, ...] = (8, 16, 32, 64, 128, 256)  # examples
    first_rates: tuple[float, ...] = (0.01, 0.1, 1.0)  # learning rates of the one step, at the largest batch
    rank_layers: int = 40
    rank_width: int = 128
    rank_batch: int = 64
    batch: int = 32  # of the reference network
    lengths: tuple[float, float] = (-4.0, 1.0)  # common logarithm of the shortest and longest first step
    thresholds: tuple[float, float] = (-1.0, 2.0)  # common logarithm of multiples of the typical entry


FULL = Settings()
QUICK = replace(
    FULL, seeds=2, layers=6, width=32, batches=(8, 32), first_rates=(0.1,), rank_layers=6, rank_width=16, rank_batch=16
)
LARGE = replace(FULL, width=768, batches=(8, 16, 32, 64, 128, 256, 512), rank_layers=80, rank_width=256)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one part; `layer` counts hidden layers from the input.

    growth: batches (size,), rates (rate,), first is 0 for no step. relu, linear (size, seed): growth of the squared
    gradient per layer with Batch Norm before any step; relu_expected (), linear_expected (size,): in the limit of a
    wide network and, for ReLU, of a large batch. Linear networks see noise, the others digits. layers_plain (layer,
    seed), layers_batch_norm (rate, layer, seed): norm of the gradient for the linear outputs of each layer over that of
    the last, ReLU, largest batch, on the mini-batch after the step.
    rank: rank_plain, rank_batch_norm (layer, seed): soft rank of the examples' activations; rank_batch ().
    tails: lengths (length,), thresholds (threshold,); for ARM in plain, batch_norm and SCHEME in he, glorot:
    ARM_SCHEME_loss (length, seed): loss on a mini-batch after one step along its gradient over that before;
    ARM_SCHEME_tail (threshold, seed): share of the gradient's entries beyond so many root mean squares;
    ARM_SCHEME_kurtosis, ARM_SCHEME_top (seed,): kurtosis of its entries, and part of its square in the top hundredth of
    them. ARM_he_example (seed,): part of the squares of the examples' gradients in the largest of them.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    found = {"growth": growth, "rank": rank, "tails": tails}[part](settings, seeds)
    return {name: np.asarray(value) for name, value in found.items()}


def growth(settings: Settings, seeds: list[int]) -> dict[str, object]:
    """Growth of the gradient per layer at each size of batch, and by layer before and after one step."""
    wide = Architecture(depth=settings.layers, width=settings.width)
    columns = [_growth_of(settings, seed, wide) for seed in seeds]
    found = {name: torch.cat([column[name] for column in columns], -1) for name in columns[0]}
    return found | {
        "batches": settings.batches,
        "rates": (0.0, *settings.first_rates),
        "relu_expected": relu_growth(),
        "linear_expected": [linear_growth(batch) for batch in settings.batches],
    }


def _growth_of(settings: Settings, seed: int, wide: Architecture) -> dict[str, torch.Tensor]:
    """The same for one seed: these networks are too large to stand side by side in the processor's cache."""
    network = with_arm(wide, "batch_norm")
    # Linear layers pass on the correlations of their inputs, which the theory leaves out: their inputs are noise.
    linear = replace(network, inputs=wide.width, activation="identity")
    start, other = _start(network, seed), _start(linear, seed)
    squares: dict[str, list[torch.Tensor]] = {"relu": [], "linear": []}
    for batch in settings.batches:
        squares["relu"].append(gradient_by_layer(start, *_batch(digits_for([seed], batch, 1), 0)))
        squares["linear"].append(gradient_by_layer(other, *_noise(seed, batch, linear)))
    found = {name: torch.stack([growth_per_layer(one) for one in rows]) for name, rows in squares.items()}
    data = digits_for([seed], settings.batches[-1], 2)
    found["layers_plain"] = _relative(gradient_by_layer(_start(wide, seed), *_batch(data, 1)))
    _, gradient = gradients(start, *_batch(data, 0), Context(training=True))
    after = []
    for rate in (0.0, *settings.first_rates):
        moved = {name: value - rate * gradient[name] for name, value in start.parameters.items()}
        after.append(_relative(gradient_by_layer(replace(start, parameters=moved), *_batch(data, 1))))
    return found | {"layers_batch_norm": torch.stack(after)}


def _start(network: Architecture, seed: int) -> Ensemble:
    """One network before its first step."""
    return assemble(network, initialise(network, [seed]), [seed])


def _noise(seed: int, batch: int, network: Architecture) -> tuple[torch.Tensor, torch.Tensor]:
    """Normal inputs without correlations, and labels drawn at random."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(1, batch, network.inputs, generator=generator)
    return inputs, torch.randint(network.outputs, (1, batch), generator=generator)


def _relative(squares: torch.Tensor) -> torch.Tensor:
    """Norms over that of the last layer."""
    return (squares / squares[-1]).sqrt()


def _batch(data: Data, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets of one mini-batch, one row per seed."""
    index = data.order[step]
    return data.at(index)


def rank(settings: Settings, seeds: list[int]) -> dict[str, object]:
    """Soft rank of the activations of one mini-batch, layer by layer."""
    inputs, _ = _batch(digits_for(seeds, settings.rank_batch, 1), 0)
    found: dict[str, object] = {"rank_batch": settings.rank_batch}
    for arm in COMPARED:
        network = Architecture(depth=settings.rank_layers, width=settings.rank_width, arm=arm)
        trace = Trace([], [], [])
        with torch.no_grad():
            forward(network, initialise(network, seeds), inputs, Context(training=True), trace=trace)
        found[f"rank_{arm}"] = torch.stack([soft_rank(activations) for activations in trace.activations])
    return found


def tails(settings: Settings, seeds: list[int]) -> dict[str, object]:
    """How uneven the first gradient of the reference network is, and what a step along it does to the loss."""
    lengths = np.logspace(*settings.lengths, 31)
    thresholds = torch.logspace(*settings.thresholds, 31)
    batch = _batch(digits_for(seeds, settings.batch, 1), 0)
    found: dict[str, object] = {"lengths": lengths, "thresholds": thresholds}
    for arm in COMPARED:
        network = with_arm(REFERENCE, arm)
        for scheme in ("he", "glorot"):
            start = assemble(network, initialise(network, seeds, scheme), seeds)
            one = _tails_of(start, batch, lengths, thresholds)
            found |= {f"{arm}_{scheme}_{name}": value for name, value in one.items()}
            if scheme == "he":
                found[f"{arm}_he_example"] = top_share(example_norms(start, *batch), 0.0)
    return found


def _tails_of(
    start: Ensemble, batch: tuple[torch.Tensor, torch.Tensor], lengths: np.ndarray, thresholds: torch.Tensor
) -> dict[str, torch.Tensor]:
    loss, gradient = gradients(start, *batch, Context(training=True))
    # Weights alone: one arm has biases, and where the signal fades they hold most of the gradient.
    entries = flattened({name: slope for name, slope in gradient.items() if name.startswith("weight.")})
    size = entries.abs() / entries.square().mean(1, keepdim=True).sqrt()
    return {
        "loss": walk(start, *batch, lengths.tolist()).loss / loss,
        "tail": torch.stack([(size > threshold).float().mean(1) for threshold in thresholds]),
        "kurtosis": kurtosis(entries),
        "top": top_share(entries, 0.01),
    }
