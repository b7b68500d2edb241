"""The compiled pass against the reference: whatever it knows it computes as autograd does, and the rest it refuses."""

import itertools
from dataclasses import replace

import pytest
import torch

from whybn.lab import backpropagation
from whybn.lab.arms import ARMS, BATCH_NORM
from whybn.lab.convolution import Convolutional
from whybn.lab.data import Data, digits_for, fashion_for
from whybn.lab.networks import Architecture, Design, initialise, losses
from whybn.lab.noise import Noise
from whybn.lab.normalisers import FROM_BATCH, OVER, Arm, Context, Mean, Normaliser, Size
from whybn.lab.training import assemble

CLOSE = {"rtol": 1e-9, "atol": 1e-11}
SEEDS = [3, 3, 5]
HELD = {"gradient": False, "every": None}

needs_numba = pytest.mark.skipif(backpropagation.compiled is None, reason="numba is not installed, or not wanted")


def parts(kind: type) -> list:
    """Every mean, or every size about zero and about the mean: live, with its gradient stopped, frozen."""
    about = [{}] if kind is Mean else [{"about_mean": True}, {"about_mean": False}]
    found = [kind(over, gradient, **more) for over in OVER for gradient in (True, False) for more in about]
    return [None, *found, *[kind(over, **HELD, **more) for over in FROM_BATCH for more in about]]


FACTORIAL = [Normaliser(mean, size) for mean, size in itertools.product(parts(Mean), parts(Size)) if mean or size]


def double(parameters: dict) -> dict:
    return {name: value.double() for name, value in parameters.items()}


def both_ways(design: Design, data: Data, context: Context, scheme: str = "he") -> None:
    """Loss, gradients and running statistics of one pass, by either arithmetic."""
    parameters = double(initialise(design, SEEDS, scheme))
    generator = torch.Generator().manual_seed(1)
    for name, value in parameters.items():
        if name.split(".")[0] in ("scale", "shift", "bias"):
            value.add_(torch.randn(value.shape, generator=generator), alpha=0.3)
    rows = assemble(design, parameters, SEEDS).seed_rows
    inputs, targets = data.inputs[data.order[0]][rows].double(), data.targets[data.order[0]][rows]
    kept = []
    for _ in range(2):
        statistics = design.fresh_statistics(parameters)
        for layer in statistics:
            layer.mean += 0.1
            layer.variance *= 1.7
        kept.append(statistics)
    found: dict = {}
    assert backpropagation.knows(design, inputs)
    loss = backpropagation.backpropagate(design, parameters, inputs, targets, context, kept[0], found.__setitem__)
    leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    expected = losses(design.compute(leaves, inputs, context, kept[1]), targets)
    wanted = torch.autograd.grad(expected.sum(), list(leaves.values()))
    torch.testing.assert_close(loss, expected.detach(), **CLOSE)
    assert found.keys() == leaves.keys()
    for name, slope in zip(leaves, wanted, strict=True):
        torch.testing.assert_close(found[name], slope, **CLOSE, msg=lambda text, name=name: f"{name}: {text}")
    for one, other in zip(*kept, strict=True):
        torch.testing.assert_close(one.mean, other.mean, **CLOSE)
        torch.testing.assert_close(one.variance, other.variance, **CLOSE)
    quiet = replace(context, step=None)
    outputs = backpropagation.outputs(design, parameters, inputs, quiet, kept[0])
    torch.testing.assert_close(outputs, design.compute(parameters, inputs, quiet, kept[1]), **CLOSE)


@needs_numba
@pytest.mark.parametrize("affine", [True, False])
def test_every_point_of_the_factorial_equals_autograd(affine: bool) -> None:
    data = digits_for([3, 5], 12, 1)
    for normaliser in FACTORIAL:
        both_ways(Architecture(depth=2, width=8, arm=Arm(normaliser, affine=affine)), data, Context(training=True, step=7))


@needs_numba
@pytest.mark.parametrize("normaliser", FACTORIAL[::7], ids=str)
def test_convolutions_equal_autograd(normaliser: Normaliser) -> None:
    data = fashion_for([3, 5], 6, 1)
    both_ways(Convolutional(depth=4, width=8, arm=Arm(normaliser, affine=True)), data, Context(training=True, step=0))


@needs_numba
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", [Architecture, Convolutional])
@pytest.mark.parametrize("name", ARMS)
def test_named_arms_equal_autograd_in_both_modes(name: str, kind: type, training: bool) -> None:
    design = kind(depth=3, width=8, arm=name)
    data = digits_for([3, 5], 12, 1) if kind is Architecture else fashion_for([3, 5], 12, 1)
    if not backpropagation.knows(design, data.inputs):
        assert design.arm.normaliser.divide.order != 2
        return
    noise = Noise(SEEDS, 4) if training else None
    if design.arm.noisy and training:
        # Each pass draws from streams of its own.
        contexts = [Context(training=True, step=4, noise=Noise(SEEDS, 4)) for _ in range(2)]
        parameters = initialise(design, SEEDS)
        inputs = data.inputs[data.order[0]][[0, 0, 1]]
        one = backpropagation.outputs(design, parameters, inputs, contexts[0], design.fresh_statistics(parameters))
        other = design.compute(parameters, inputs, contexts[1], design.fresh_statistics(parameters))
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
        return
    both_ways(design, data, Context(training=training, step=4 if training else None, noise=noise))


@needs_numba
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
@pytest.mark.parametrize("after", [False, True])
def test_activations_before_and_after_equal_autograd(activation: str, after: bool) -> None:
    data = digits_for([3, 5], 12, 1)
    design = Architecture(depth=3, width=8, activation=activation, arm=BATCH_NORM, after_activation=after)
    both_ways(design, data, Context(training=True, step=0), "default")
    if not after:
        both_ways(replace(design, arm="plain"), data, Context(training=True, step=0), "default")


@needs_numba
@pytest.mark.parametrize("ghost", [4, 12])
def test_ghosts_equal_autograd(ghost: int) -> None:
    normaliser = replace(BATCH_NORM.normaliser, ghost=ghost)
    design = Architecture(depth=2, width=8, arm=Arm(normaliser, affine=True))
    both_ways(design, digits_for([3, 5], 12, 1), Context(training=True, step=0))
    both_ways(design, digits_for([3, 5], 12, 1), Context(training=True, calibrate=True))


@needs_numba
def test_regression_equals_autograd() -> None:
    outputs, targets = torch.randn(3, 5, 2, dtype=torch.float64, requires_grad=True), torch.randn(3, 5, 2).double()
    loss, slopes = backpropagation.losses_and_slopes(outputs.detach().clone(), targets)
    expected = losses(outputs, targets)
    torch.testing.assert_close(loss, expected.detach())
    torch.testing.assert_close(slopes, torch.autograd.grad(expected.sum(), outputs)[0])
