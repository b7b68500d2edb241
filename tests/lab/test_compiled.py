"""The compiled pass against the reference: whatever it knows it computes as autograd does, and the rest it refuses."""

import itertools
import os
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from whybn.lab import backpropagation
from whybn.lab.arms import ARMS, BATCH_NORM
from whybn.lab.convolution import Convolutional
from whybn.lab.data import Data, digits_for, fashion_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import Architecture, Design, initialise, losses
from whybn.lab.noise import noise_at
from whybn.lab.normalisers import FROM_BATCH, OVER, Arm, Context, Mean, Normaliser, Size
from whybn.lab.optimisers import Optimiser
from whybn.lab.residual import BRANCHES, Residual
from whybn.lab.training import assemble, train

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
    noise = noise_at(design.arm.noise, SEEDS, 4) if training else None
    if noise:
        # Each pass draws from streams of its own.
        contexts = [Context(training=True, step=4, noise=noise_at(design.arm.noise, SEEDS, 4)) for _ in range(2)]
        parameters = initialise(design, SEEDS)
        inputs = data.inputs[data.order[0]][[0, 0, 1]]
        one = backpropagation.outputs(design, parameters, inputs, contexts[0], design.fresh_statistics(parameters))
        other = design.compute(parameters, inputs, contexts[1], design.fresh_statistics(parameters))
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
        return
    both_ways(design, data, Context(training=training, step=4 if training else None, noise=noise))


@needs_numba
@pytest.mark.parametrize("activation", ["relu", "shifted_relu", "tanh", "sigmoid", "identity"])
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


@needs_numba
def test_powers_of_e_in_single_precision_end_in_the_right_digit_or_the_next() -> None:
    """Told by what a loss makes of them: with two classes its slope is the softmax of the difference."""
    gaps = np.linspace(-70, 0, 100_001, dtype="f4")
    outputs = np.stack([gaps, np.zeros_like(gaps)], 1)[None]
    loss, slopes = np.empty(1, "f4"), np.empty_like(outputs)
    backpropagation.compiled.cross_entropy(outputs, np.ones((1, len(gaps)), "i8"), loss, slopes)
    powers = np.exp(gaps.astype("f8"))
    np.testing.assert_allclose(slopes[0, :, 0] * len(gaps), powers / (1 + powers), rtol=5e-7)
    assert loss[0] == pytest.approx(np.log1p(powers).mean(), rel=1e-5)
    for what in (np.nan, np.inf):
        backpropagation.compiled.cross_entropy(np.full((1, 2, 3), what, "f4"), np.zeros((1, 2), "i8"), loss, slopes)
        assert np.isnan(loss[0])


@needs_numba
def test_an_array_with_gaps_is_refused() -> None:
    values = np.zeros((2, 4, 6), "f4")
    with pytest.raises(Exception, match="has gaps"):
        backpropagation.compiled.add_bias(values[:, :, ::2], np.zeros((2, 3), "f4"), False)


@needs_numba
@pytest.mark.parametrize(
    "arm",
    [
        Arm(squash=True),
        Arm(weights="unit"),
        Arm(weights="standardised"),
        Arm(Normaliser(Mean(gradient=False, lag=True)), affine=True),
        ARMS["l1_norm"],
    ],
    ids=["squash", "unit", "standardised", "lag", "l1"],
)
def test_what_the_pass_does_not_know_it_refuses_and_autograd_trains(arm: Arm) -> None:
    design = Architecture(depth=2, width=8, arm=arm)
    data = digits_for([0], 16, 30)
    assert not backpropagation.knows(design, data.inputs)
    loss = train(assemble(design, initialise(design, [0]), [0]), data, [0.1]).minibatch_loss[:, 0]
    assert loss[-5:].mean() < loss[:5].mean()


@dataclass(frozen=True)
class Doubled(Arm):
    """An arm of somebody else, with a trait that nobody told the compiled pass of."""

    factor: float = 2.0


@dataclass(frozen=True)
class Deeper(Architecture):
    """A network of somebody else."""


def test_a_trait_or_a_network_that_nobody_told_it_of_is_refused() -> None:
    inputs = digits_for([0], 4, 1).inputs
    assert not backpropagation.knows(Architecture(arm=Doubled()), inputs)
    assert not backpropagation.knows(Deeper(), inputs)


@needs_numba
@pytest.mark.parametrize("kind", [Architecture, Convolutional])
def test_a_training_is_the_same_by_either_arithmetic(kind: type, monkeypatch) -> None:
    """Also where a network diverges: both say so, at the same step."""
    data = digits_for([0, 1], 16, 40) if kind is Architecture else fashion_for([0, 1], 16, 20)
    data = replace(data, inputs=data.inputs.double())
    for arm in ("plain", "batch_norm", "noisy_batch_norm", "drifting"):
        design = kind(depth=3, width=8, arm=arm)
        start = assemble(design, double(initialise(design, [0, 0, 1])), [0, 0, 1])
        rates = [0.05, 1e300, 0.1]  # gone before rounding tells
        fast = train(start, data, rates)
        with monkeypatch.context() as patch:
            patch.setattr(backpropagation, "compiled", None)
            slow = train(start, data, rates)
        assert fast.diverged_at.tolist() == slow.diverged_at.tolist()
        assert fast.diverged_at[1] > 0
        torch.testing.assert_close(fast.minibatch_loss[:, [0, 2]], slow.minibatch_loss[:, [0, 2]], rtol=1e-6, atol=1e-8)


def test_without_the_compiler_it_is_autograd_alone() -> None:
    script = (
        "import sys\n"
        "from whybn.lab import backpropagation, training\n"
        "assert backpropagation.compiled is None\n"
        "assert 'numba' not in sys.modules\n"
    )
    environment = {**os.environ, "WHYBN_ARITHMETIC": "reference"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_limited_step_is_never_longer_than_its_share_of_the_weights(momentum: float) -> None:
    design = Architecture(depth=3, width=8)
    data = digits_for([0], 16, 30)
    start = assemble(design, initialise(design, [0]), [0])
    before = {name: value.clone() for name, value in start.parameters.items()}
    seen = []

    def look(_step, ensemble, _members) -> None:
        for name in (f"weight.{layer}" for layer in range(4)):
            now = ensemble.parameters[name]
            seen.append(((now - before[name]).norm() / before[name].norm()).item())
            before[name] = now.clone()

    train(start, data, [10.0], Optimiser(momentum=momentum, limit=0.02), probe=look, probe_at=range(31))
    assert max(seen) == pytest.approx(0.02, rel=1e-3)
    free = train(start, data, [1e-3], Optimiser(limit=1e9)).minibatch_loss
    torch.testing.assert_close(free, train(start, data, [1e-3]).minibatch_loss)


def test_held_norms_are_held_in_hidden_layers_alone() -> None:
    design = Architecture(depth=3, width=8, arm="batch_norm")
    start = assemble(design, initialise(design, [0]), [0])
    trained = train(start, digits_for([0], 16, 30), [0.3], Optimiser(hold_norms=True)).ensemble.parameters
    for layer in range(3):
        torch.testing.assert_close(trained[f"weight.{layer}"].norm(), start.parameters[f"weight.{layer}"].norm())
    assert abs(trained["weight.3"].norm() / start.parameters["weight.3"].norm() - 1) > 1e-3


@needs_numba
@pytest.mark.parametrize("branch", BRANCHES)
@pytest.mark.parametrize("training", [True, False])
def test_residual_networks_equal_autograd(branch: str, training: bool) -> None:
    data = digits_for([3, 5], 12, 1)
    for arm in ("plain", "batch_norm", "layer_norm", INGREDIENTS["mean_only"], Arm(BATCH_NORM.normaliser, affine=False)):
        both_ways(Residual(blocks=3, width=8, arm=arm, branch=branch), data, Context(training=training))
