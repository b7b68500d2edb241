"""Walks along the gradient of somebody's network, held against steps of PyTorch's own optimiser."""

import copy
from math import inf, isfinite, isnan, nan

import pytest
import torch
from subjects import MODELS, made
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from whybn.look import walk
from whybn.probes.walk import Walk, _longest

RATES = (0.001, 0.03, 0.5, 4.0)


@pytest.mark.parametrize("name", ["plain", "batch_norm", "lstm", "group_norm", "cells"])
def test_each_point_is_one_step_of_the_optimiser(name):
    model, batch = made(name)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    found = walk(model, batch, cross_entropy, rates=RATES)
    for rate, train, evaluated in zip(RATES, found.train, found.evaluation, strict=True):
        twin = copy.deepcopy(model)
        twin.zero_grad()
        optimiser = torch.optim.SGD(twin.parameters(), lr=rate)
        cross_entropy(twin(batch[0].clone()), batch[1]).backward()
        optimiser.step()
        assert train == pytest.approx(float(cross_entropy(twin(batch[0].clone()), batch[1]).detach()), rel=1e-4)
        # The running statistics are the model's own; those of the twin have moved with its two passes.
        for mine, theirs in zip(twin.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)
        twin.eval()
        assert evaluated == pytest.approx(float(cross_entropy(twin(batch[0].clone()), batch[1]).detach()), rel=1e-4)


def test_dropout_drops_the_same_units_at_every_point():
    model, batch = made("residual")
    model[5].p = 0.9
    found = walk(model, batch, cross_entropy, rates=(1e-7, 1e-6))
    assert found.train == pytest.approx([found.train_here] * 2, rel=1e-4)
    assert found == walk(model, batch, cross_entropy, rates=(1e-7, 1e-6))


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "transformer", "lstm", "residual"])
def test_sharpness_is_the_second_derivative_along_the_unit_gradient(name):
    """Held against differences of the loss, on a smooth network."""
    model, batch = made(name)
    smooth = copy.deepcopy(model).double()
    for parent in smooth.modules():
        for child, module in list(parent.named_children()):
            if isinstance(module, nn.ReLU):
                setattr(parent, child, nn.Softplus())
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        if isinstance(parent, nn.TransformerEncoderLayer):
            parent.activation = nn.functional.softplus
            parent.self_attn.dropout = 0.0
    doubled = batch[0].double(), batch[1]
    found = walk(smooth, doubled, cross_entropy, rates=RATES)
    parameters = list(smooth.parameters())
    slopes = torch.autograd.grad(cross_entropy(smooth(doubled[0].clone()), doubled[1]), parameters, allow_unused=True)
    slopes = [torch.zeros_like(one) if slope is None else slope for one, slope in zip(parameters, slopes, strict=True)]
    norm = sum(one.square().sum() for one in slopes) ** 0.5
    losses = {}
    for side in (-1, 0, 1):
        moved = copy.deepcopy(smooth)
        with torch.no_grad():
            for parameter, slope in zip(moved.parameters(), slopes, strict=True):
                parameter.add_(side * 1e-3 * slope / norm)
        losses[side] = float(cross_entropy(moved(doubled[0].clone()), doubled[1]).detach())
    expected = (losses[1] - 2 * losses[0] + losses[-1]) / 1e-6
    assert found.sharpness == pytest.approx(expected, rel=2e-3, abs=1e-5)


def test_two_over_the_sharpness_is_where_a_parabola_stands_as_high_as_before():
    torch.manual_seed(1)
    model = nn.Linear(5, 1).double()
    batch = torch.randn(20, 5, dtype=torch.float64), torch.randn(20, 1, dtype=torch.float64)
    limit = 2 / walk(model, batch, mse_loss).sharpness
    found = walk(model, batch, mse_loss, rates=(0.5 * limit, 0.999 * limit, limit, 1.001 * limit))
    assert found.train[2] == pytest.approx(found.train_here, rel=1e-9)
    assert found.longest == pytest.approx(limit)  # as high is not higher
    assert found.best == 0.5 * limit
    assert not found.at_least


def test_an_operation_without_a_second_derivative_leaves_the_sharpness_open():
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(_, values):
            return values.clone()

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(_, gradient):
            return gradient.clone()

    class Model(nn.Linear):
        def forward(self, values):
            return Once.apply(super().forward(values))

    found = walk(Model(6, 3), (torch.randn(12, 6), torch.randint(3, (12,))), cross_entropy, rates=RATES)
    assert isnan(found.sharpness)
    assert all(isfinite(loss) for loss in found.train)


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_network_has_a_sharpness(name):
    model, batch = made(name)
    assert isfinite(walk(model, batch, cross_entropy, rates=RATES).sharpness)


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([0.9, 0.8, 0.7], 3),
        ([0.9, 1.1, 0.7], 1),
        ([1 + 1e-8, 0.9, 1.1], 2),
        ([0.9, nan, 0.7], 1),
        ([0.9, inf, 0.7], 1),
        ([1.1, 0.9, 0.8], nan),
    ],
)
def test_the_longest_step_is_the_last_before_one_that_raises_the_loss(losses, expected):
    assert _longest([1, 2, 3], losses, 1.0) == pytest.approx(expected, nan_ok=True)
    found = Walk((1, 2, 3), tuple(losses), (nan,) * 3, 1.0, nan, 1.0, 1.0, _longest([1, 2, 3], losses, 1.0))
    assert found.at_least == (expected == 3)


@pytest.mark.parametrize("rates", [(), (0.1, 0.1), (0.2, 0.1), (0.0, 1.0)])
def test_rates_must_rise(rates):
    model, batch = made("plain")
    with pytest.raises(ValueError, match="positive and rising"):
        walk(model, batch, cross_entropy, rates=rates)
