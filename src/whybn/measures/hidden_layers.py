"""How alike examples are in the hidden layers of an untrained network, of whatever kind."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.networks import Design, initialise
from whybn.lab.normalisers import Context
from whybn.lab.residual import Residual
from whybn.lab.training import assemble
from whybn.measures.sameness import sameness, traced


def middle_sameness(
    design: Design, seeds: Sequence[int], inputs: Float[Tensor, "seed example input"], pooled: bool = False
) -> Float[np.ndarray, "seed"]:
    """Sameness of what enters the activation functions, the median of the hidden layers, from He initialisation.

    Of a residual network: of what enters its blocks and the output layer. Each position of a picture counts as a unit of
    its own; pooled: as one more example, as it does for Batch Norm.
    """
    start = assemble(design, initialise(design, seeds), seeds)
    if isinstance(design, Residual):
        layers: list[Tensor] = []
        with torch.no_grad():
            design.compute(start.parameters, inputs, Context(training=True), states=layers)
    else:
        layers = traced(start, inputs).preactivations
    if not pooled:
        layers = [layer.reshape(len(layer), inputs.shape[1], -1) for layer in layers]
    return np.median([sameness(layer).numpy() for layer in layers], axis=0)
