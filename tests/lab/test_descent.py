"""A whole step in one call, against autograd: loss, moved parameters, running statistics; and what it leaves to others."""

from dataclasses import replace

import pytest
import torch

from tests.lab.test_compiled import CLOSE, FACTORIAL, SEEDS, double, needs_numba
from whybn.lab import descent, optimisers
from whybn.lab.arms import BATCH_NORM
from whybn.lab.convolution import Convolutional
from whybn.lab.data import Data, digits_for, fashion_for
from whybn.lab.descent import Descent
from whybn.lab.networks import Architecture, initialise, losses
from whybn.lab.normalisers import Arm, Context
from whybn.lab.optimisers import Optimiser
from whybn.lab.training import assemble, train

pytestmark = needs_numba
RATES = torch.tensor([0.3, 0.1, 0.2], dtype=torch.float64)


def one_step(design: Architecture, data: Data, context: Context) -> None:
    """One step from weights, scales, shifts and statistics that are nowhere zero or one."""
    parameters = double(initialise(design, SEEDS, "default"))
    generator = torch.Generator().manual_seed(1)
    for name, value in parameters.items():
        if name.split(".")[0] in ("scale", "shift", "bias"):
            value.add_(torch.randn(value.shape, generator=generator), alpha=0.3)
    before = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    kept, expected_kept = ([*design.fresh_statistics(parameters)] for _ in range(2))
    for layer in (*kept, *expected_kept):
        layer.mean += 0.1
        layer.variance *= 1.7
    inputs, targets, which = data.inputs[data.order[0]].double(), data.targets[data.order[0]], torch.tensor([0, 0, 1])
    loss = Descent(design, parameters, kept, {}).step(inputs, targets, which, RATES, context, Optimiser().rules(0))
    expected = losses(design.compute(before, inputs[which], context, expected_kept), targets[which])
    slopes = torch.autograd.grad(expected.sum(), list(before.values()))
    torch.testing.assert_close(loss, expected.detach(), **CLOSE)
    for (name, value), slope in zip(before.items(), slopes, strict=True):
        moved = value.detach() - RATES.view(-1, *[1] * (value.dim() - 1)) * slope
        torch.testing.assert_close(parameters[name], moved, **CLOSE, msg=lambda text, name=name: f"{name}: {text}")
    for one, other in zip(kept, expected_kept, strict=True):
        torch.testing.assert_close(one.mean, other.mean, **CLOSE)
        torch.testing.assert_close(one.variance, other.variance, **CLOSE)


@pytest.mark.parametrize("affine", [True, False])
def test_a_step_of_every_point_of_the_factorial_equals_autograd(affine: bool) -> None:
    data = digits_for([3, 5], 12, 1)
    for normaliser in (None, *FACTORIAL):
        arm = Arm(normaliser, affine=affine)
        one_step(Architecture(depth=2, width=8, arm=arm), data, Context(training=True, step=7))


@pytest.mark.parametrize("activation", ["relu", "identity"])
@pytest.mark.parametrize(("batch", "width", "depth"), [(7, 12, 1), (32, 32, 3), (5, 80, 2)])
def test_a_step_equals_autograd_whatever_the_sizes(activation: str, batch: int, width: int, depth: int) -> None:
    data = digits_for([3, 5], batch, 1)
    for arm in ("plain", "batch_norm", "layer_norm", "group_norm", "frozen_batch_norm"):
        design = Architecture(depth=depth, width=width, activation=activation, arm=arm)
        one_step(design, data, Context(training=True, step=0))


def test_statistics_read_at_some_steps_are_held_at_the_others() -> None:
    """From the second step on the two differ where a statistic is read or held at the wrong one."""
    seldom = replace(BATCH_NORM.normaliser.centre, gradient=False, every=3)
    size = replace(BATCH_NORM.normaliser.divide, gradient=False, every=2)
    design = Architecture(depth=2, width=8, arm=Arm(replace(BATCH_NORM.normaliser, centre=seldom, divide=size), affine=True))
    for step in range(7):
        one_step(design, digits_for([3, 5], 12, 1), Context(training=True, step=step))


@pytest.mark.parametrize(
    "design",
    [
        Architecture(activation="tanh"),
        Architecture(arm="noisy_batch_norm"),
        Architecture(arm="l1_norm"),
        Architecture(arm="batch_norm", after_activation=True),
        Architecture(arm=Arm(replace(BATCH_NORM.normaliser, ghost=4), affine=True)),
        Convolutional(),
    ],
    ids=["tanh", "noise", "l1", "after", "ghosts", "convolutional"],
)
def test_what_it_does_not_know_is_left_to_the_other_passes(design: Architecture) -> None:
    data = fashion_for([0], 8, 1) if isinstance(design, Convolutional) else digits_for([0], 8, 1)
    assert not descent.knows(design, data.inputs, data.targets)
    assert descent.knows(Architecture(), digits_for([0], 8, 1).inputs, data.targets)
    assert not descent.knows(Architecture(), digits_for([0], 8, 1).inputs, data.targets.double()), "a regression"


OPTIMISERS = [
    Optimiser(momentum=0.9, weight_decay=0.02),
    Optimiser(adam=True, weight_decay=0.02, epsilon=1e-4),  # what divides a slope that is zero but for rounding
    Optimiser(limit=0.05, momentum=0.5),
    Optimiser(limit=0.02, adam=True, epsilon=1e-4),
    Optimiser(hold_norms=True, weight_decay=0.1, warm_up=3),
]


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)
@pytest.mark.parametrize("fused", [True, False])
def test_an_optimiser_steps_as_by_torch(optimiser: Optimiser, fused: bool, monkeypatch) -> None:
    """In the whole step and in the pass in layers; one of three members diverges, so that moments are picked."""
    data = digits_for([0, 1], 16, 12)
    data = replace(data, inputs=data.inputs.double())
    design = Architecture(depth=3, width=8, arm="batch_norm")
    start = assemble(design, double(initialise(design, [0, 0, 1])), [0, 0, 1])
    start.parameters["weight.1"][1] = torch.nan
    rates = [0.05, 0.1, 0.1]
    if not fused:
        monkeypatch.setattr(descent, "knows", lambda *_given: False)
    found = train(start, data, rates, optimiser).ensemble
    monkeypatch.setattr(descent, "knows", lambda *_given: False)
    monkeypatch.setattr(optimisers.backpropagation, "compiled", None)
    expected = train(start, data, rates, optimiser).ensemble
    for key, value in found.parameters.items():
        torch.testing.assert_close(value[[0, 2]], expected.parameters[key][[0, 2]], **CLOSE)
        assert (value[[0, 2]] - start.parameters[key][[0, 2]]).abs().max() > 1e-4


def test_where_some_parameters_stay_the_other_passes_move_the_rest() -> None:
    design, data = Architecture(depth=2, width=8, arm="batch_norm"), digits_for([0], 8, 3)
    start = assemble(design, initialise(design, [0]), [0])
    found = train(start, data, [0.1], Optimiser(trainable=("scale", "shift"))).ensemble.parameters
    moved = {name for name, value in found.items() if not torch.equal(value, start.parameters[name])}
    assert moved == {f"{kind}.{layer}" for kind in ("scale", "shift") for layer in range(2)}


@pytest.mark.parametrize("name", ["plain", "batch_norm", "layer_norm"])
def test_a_training_is_that_of_the_pass_in_layers(name: str, monkeypatch) -> None:
    """With a warm-up, and with a member that diverges: at the same step, and the others go on."""
    data = digits_for([0, 1], 16, 40)
    data = replace(data, inputs=data.inputs.double())
    design = Architecture(depth=3, width=8, arm=name)
    start = assemble(design, double(initialise(design, [0, 0, 1])), [0, 0, 1])
    rates, optimiser = [0.05, 1e300, 0.1], Optimiser(warm_up=3)
    one = train(start, data, rates, optimiser)
    monkeypatch.setattr(descent, "knows", lambda *_given: False)
    other = train(start, data, rates, optimiser)
    assert one.diverged_at.tolist() == other.diverged_at.tolist()
    assert one.diverged_at[1] > 0
    torch.testing.assert_close(one.minibatch_loss[:, [0, 2]], other.minibatch_loss[:, [0, 2]], **CLOSE)
    for key, value in one.ensemble.parameters.items():
        torch.testing.assert_close(value[[0, 2]], other.ensemble.parameters[key][[0, 2]], **CLOSE)


def test_what_has_another_form_is_refused_and_not_written_over() -> None:
    design = Architecture(depth=2, width=8)
    parameters = initialise(design, [0, 1])
    with pytest.raises(ValueError, match=r"expected \(2, 64, 9\), .*got \(2, 64, 8\)"):
        Descent(replace(design, width=9), parameters, [], {})
    turned = {**parameters, "weight.1": parameters["weight.1"].mT}
    with pytest.raises(ValueError, match=r"expected \(2, 8, 8\), one number behind the other"):
        Descent(design, turned, [], {})
