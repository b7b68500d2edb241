"""How far the statistics of a mini-batch stray from those of the whole training set, layer by layer."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from whybn.lab.networks import Trace, forward
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble


def statistic_noise(
    ensemble: Ensemble,
    inputs: Float[Tensor, "example input"],
    population: Int[Tensor, "seed chosen"],
    batches: Int[Tensor, "draw seed batch"],
) -> tuple[Float[Tensor, "layer member"], Float[Tensor, "layer member"]]:
    """Noise of the mean and of the spread of what enters each normaliser, in standard deviations of the population.

    For each unit: distance of its mean (of its standard deviation) over a mini-batch from that over `population`,
    divided by its standard deviation there; of this the root of the mean square over draws and units. Both passes are
    in train mode, so that each layer receives what it receives in training. For independent examples the mean of B of
    them strays by 1 / sqrt(B) in the first layer, whatever their distribution.
    """
    with torch.no_grad():
        whole = [_statistics(layer) for layer in _linear(ensemble, inputs[population[ensemble.seed_rows]])]
        squares = torch.zeros(2, len(whole), len(ensemble.seeds), dtype=inputs.dtype)
        for batch in batches:
            for layer, values in enumerate(_linear(ensemble, inputs[batch[ensemble.seed_rows]])):
                for row, (drawn, true) in enumerate(zip(_statistics(values), whole[layer], strict=True)):
                    squares[row, layer] += ((drawn - true) / whole[layer][1]).square().mean(1)
    mean, spread = (squares / len(batches)).sqrt()
    return mean, spread


def _statistics(values: Float[Tensor, "member batch unit"]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each unit, the latter kept off zero."""
    return values.mean(1), values.std(1, correction=0).clamp_min(1e-6)


def _linear(ensemble: Ensemble, inputs: Float[Tensor, "member batch input"]) -> list[Tensor]:
    """Outputs of every layer's linear map, in train mode."""
    trace = Trace([], [], [])
    forward(ensemble.architecture, ensemble.parameters, inputs, Context(training=True), trace=trace)
    return trace.linear
