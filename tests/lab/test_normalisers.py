"""Normalisers as data: what cannot be is refused, known norms are points of the space, held statistics are held."""

import pytest
import torch
from torch import nn

from whybn.lab.arms import ARMS, BATCH_NORM
from whybn.lab.data import digits_for
from whybn.lab.networks import Architecture, effective_weight, initialise
from whybn.lab.normalisers import GROUPS, MOMENTUM, Arm, Context, Mean, Normaliser, Running, Size, normalise
from whybn.lab.training import assemble, calibrate, train

CLOSE = {"rtol": 1e-9, "atol": 1e-11}
HELD = {"gradient": False, "every": None}
LOOK = Context(training=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Mean("column"), "statistics over 'column' are unknown"),
        (lambda: Mean(every=0), "every must be a number of steps"),
        (lambda: Mean(every=4), "it needs gradient=False"),
        (lambda: Mean(lag=True), "it needs gradient=False"),
        (lambda: Mean(gradient=False, every=2, lag=True), "can lag by one"),
        (lambda: Mean("example", **HELD), "belong to their example"),
        (lambda: Size(order=3), "order 3 is unknown"),
        (lambda: Size(order=1, about_mean=False), "about the mean"),
        (Normaliser, "subtracts or divides"),
        (lambda: Normaliser(Mean("example"), ghost=4), "ghosts share statistics"),
        (lambda: Arm(weights="heavy"), "unknown weights"),
        (lambda: Arm(BATCH_NORM.normaliser, squash=True), "squashed or normalised"),
        (lambda: Architecture(width=10, arm="group_norm"), "cannot be parted into 4 groups"),
        (lambda: Architecture(after_activation=True), "no normaliser that could come after"),
        (lambda: Architecture(arm="nonsense"), "unknown arm 'nonsense'"),
    ],
)
def test_what_cannot_be_is_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_no_arm_is_refused() -> None:
    with pytest.raises(TypeError):
        Architecture(arm=3)


@pytest.mark.parametrize(
    ("normaliser", "module"),
    [
        (BATCH_NORM.normaliser, lambda: nn.BatchNorm1d(8, affine=False)),
        (ARMS["layer_norm"].normaliser, lambda: nn.LayerNorm(8, elementwise_affine=False)),
        (ARMS["group_norm"].normaliser, lambda: nn.GroupNorm(GROUPS, 8, affine=False)),
        (Normaliser(None, Size("example", about_mean=False)), lambda: nn.RMSNorm(8, eps=1e-5, elementwise_affine=False)),
    ],
)
def test_known_norms_are_points_of_the_space(normaliser: Normaliser, module) -> None:
    z = torch.randn(3, 12, 8, dtype=torch.float64) + 1
    found = normalise(z, normaliser, None, LOOK)
    for member in range(3):
        torch.testing.assert_close(found[member], module().double()(z[member]), **CLOSE)


def test_parts_of_batch_norm_in_closed_form() -> None:
    z = torch.randn(2, 12, 8, dtype=torch.float64) + 1
    mean, spread = z.mean(1, keepdim=True), z.std(1, correction=0, keepdim=True)
    rms, whole = z.square().mean(1, keepdim=True).sqrt(), z.square().mean((1, 2), keepdim=True).sqrt()
    for normaliser, expected in (
        (Normaliser(Mean()), z - mean),
        (Normaliser(None, Size(about_mean=False)), z / rms),
        (Normaliser(None, Size()), z / spread),
        (Normaliser(Mean(), Size(about_mean=False)), (z - mean) / rms),
        (Normaliser(None, Size("layer", about_mean=False)), z / whole),
        (Normaliser(Mean("example"), Size()), (z - z.mean(2, keepdim=True)) / spread),
    ):
        torch.testing.assert_close(normalise(z, normaliser, None, LOOK), expected, rtol=1e-4, atol=1e-4)


def test_a_stopped_gradient_takes_the_statistic_for_a_constant() -> None:
    z = torch.randn(1, 12, 4, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(1, 12, 4, dtype=torch.float64)

    def slope(normaliser: Normaliser) -> torch.Tensor:
        return torch.autograd.grad((normalise(z, normaliser, None, LOOK) * weights).sum(), z)[0]

    torch.testing.assert_close(slope(Normaliser(Mean(gradient=False))), weights)
    torch.testing.assert_close(slope(Normaliser(Mean())), weights - weights.mean(1, keepdim=True))


@pytest.mark.parametrize("every", [1, 3, None])
def test_held_statistics_are_those_of_the_last_reading(every: int | None) -> None:
    normaliser = Normaliser(Mean(gradient=False, every=every), Size(gradient=False, every=every))
    running = Running(torch.zeros(1, 4).double(), torch.ones(1, 4).double())
    batches = torch.randn(7, 1, 12, 4, dtype=torch.float64)
    normalise(batches[6], normaliser, running, Context(training=True, calibrate=True))
    for step in range(6):
        read = batches[6] if every is None else batches[step // every * every]
        found = normalise(batches[step], normaliser, running, Context(training=True, step=step))
        expected = (batches[step] - read.mean(1, keepdim=True)) / (read.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
        torch.testing.assert_close(found, expected, **CLOSE)
        if every != 1:
            look = normalise(batches[step], normaliser, running, LOOK)
            torch.testing.assert_close(look, expected, **CLOSE)


def test_a_lagging_statistic_is_that_of_the_step_before() -> None:
    normaliser = Normaliser(Mean(gradient=False, lag=True))
    running = Running(torch.zeros(1, 4).double(), torch.ones(1, 4).double())
    batches = torch.randn(4, 1, 12, 4, dtype=torch.float64)
    for step in range(4):
        found = normalise(batches[step], normaliser, running, Context(training=True, step=step))
        torch.testing.assert_close(found, batches[step] - batches[max(step - 1, 0)].mean(1, keepdim=True), **CLOSE)


def test_running_statistics_move_in_training_steps_alone() -> None:
    design = Architecture(depth=1, width=4, arm="batch_norm")
    parameters = initialise(design, [0])
    statistics, inputs = design.fresh_statistics(parameters), torch.randn(1, 12, 64)
    design.compute(parameters, inputs, LOOK, statistics)
    assert torch.equal(statistics[0].mean, torch.zeros(1, 4))
    design.compute(parameters, inputs, Context(training=True, step=0), statistics)
    linear = torch.bmm(inputs, parameters["weight.0"])
    torch.testing.assert_close(statistics[0].mean, MOMENTUM * linear.mean(1))


def test_a_pass_without_the_statistics_that_it_needs_says_so() -> None:
    design = Architecture(depth=1, width=4, arm="frozen_batch_norm")
    with pytest.raises(ValueError, match="needs running statistics"):
        design.compute(initialise(design, [0]), torch.randn(1, 12, 64), LOOK)


def test_refreshing_at_every_step_is_live_with_its_gradient_stopped() -> None:
    """The dial from live to frozen begins where it should."""
    data = digits_for([0], 16, 20)

    def loss(every: int) -> torch.Tensor:
        normaliser = Normaliser(Mean(gradient=False, every=every), Size(gradient=False, every=every))
        design = Architecture(depth=2, width=8, arm=Arm(normaliser, affine=True))
        parameters = initialise(design, [0])
        start = assemble(design, parameters, [0], calibrate(design, parameters, data.inputs[data.training]))
        return train(start, data, [0.05]).minibatch_loss

    once, seldom = loss(1), loss(5)
    torch.testing.assert_close(once[0], seldom[0])
    assert not torch.allclose(once, seldom)


@pytest.mark.parametrize(("weights", "gain"), [("unit", 2.0), ("standardised", 2 / (1 - 1 / torch.pi))])
def test_weights_have_the_length_that_their_arm_asks_for(weights: str, gain: float) -> None:
    weight = torch.randn(2, 64, 8, dtype=torch.float64) + 0.3
    found = effective_weight(Arm(weights=weights), weight)
    torch.testing.assert_close(found.square().sum(1), torch.full((2, 8), gain).double(), rtol=1e-4, atol=1e-6)
    if weights == "standardised":
        torch.testing.assert_close(found.mean(1), torch.zeros(2, 8).double(), rtol=0, atol=1e-12)
    else:
        expected = torch.nn.functional.normalize(weight, dim=1) * gain**0.5
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_squashing_starts_at_the_published_steepness() -> None:
    design = Architecture(depth=1, width=4, arm=Arm(squash=True, affine=True))
    parameters, inputs = initialise(design, [0]), torch.randn(1, 5, 64)
    hidden = torch.relu(torch.tanh(0.5 * inputs @ parameters["weight.0"]))
    expected = hidden @ parameters["weight.1"]
    torch.testing.assert_close(design.compute(parameters, inputs, LOOK), expected)
