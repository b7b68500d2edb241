"""Noise of the statistics of a mini-batch, against torch.nn modules and against what statistics foretells."""

import numpy as np
import torch
from torch import nn

from whybn.lab.data import digits_for
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import assemble
from whybn.measures.batch_noise import statistic_noise


def test_equals_a_loop_over_modules() -> None:
    architecture = Architecture(depth=2, width=6, arm="batch_norm")
    data = digits_for([4], batch=8, steps=3)
    ensemble = assemble(architecture, initialise(architecture, [4]), [4])
    mean, spread = statistic_noise(ensemble, data.inputs, data.training, data.order)
    norm = nn.BatchNorm1d(6).train()

    def entering(index: torch.Tensor) -> list[torch.Tensor]:
        first = data.inputs[index] @ ensemble.parameters["weight.0"][0]
        with torch.no_grad():
            return [first, torch.relu(norm(first)) @ ensemble.parameters["weight.1"][0]]

    whole = entering(data.training[0])
    for layer in range(2):
        centre, width = whole[layer].mean(0), whole[layer].std(0, correction=0)
        drawn = [entering(data.order[step, 0])[layer] for step in range(3)]
        off_mean = torch.stack([(batch.mean(0) - centre) / width for batch in drawn])
        off_spread = torch.stack([(batch.std(0, correction=0) - width) / width for batch in drawn])
        np.testing.assert_allclose(mean[layer], off_mean.square().mean().sqrt(), rtol=1e-4)
        np.testing.assert_allclose(spread[layer], off_spread.square().mean().sqrt(), rtol=1e-4)


def test_the_first_mean_strays_by_one_over_the_root_of_the_size() -> None:
    architecture = Architecture(depth=1, width=16, arm="batch_norm")
    for size in (2, 16):
        data = digits_for([0], batch=size, steps=60)
        ensemble = assemble(architecture, initialise(architecture, [0]), [0])
        mean, _ = statistic_noise(ensemble, data.inputs, data.training, data.order)
        assert abs(mean.item() * size**0.5 - 1) < 0.1
