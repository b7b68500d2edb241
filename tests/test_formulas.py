"""Each displayed formula against an independent reference, and the MathML that shows it."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch

from whybn.evidence.formulas import FORMULAS, mathml


@pytest.fixture
def random():
    return np.random.default_rng(7)


def test_batch_norm_is_pytorchs(random):
    x = random.normal(3, 2, size=16)
    layer = torch.nn.BatchNorm1d(1, eps=1e-3, dtype=torch.float64)
    torch.nn.init.constant_(layer.weight, 1.7)
    torch.nn.init.constant_(layer.bias, -0.4)
    expected = layer(torch.tensor(x)[:, None])[:, 0].detach().numpy()
    np.testing.assert_allclose(FORMULAS["batch_norm"].evaluate(x, 1.7, -0.4, 1e-3), expected, rtol=1e-12)


def test_running_statistics_are_pytorchs(random):
    layer = torch.nn.BatchNorm1d(1, momentum=0.2, dtype=torch.float64)
    mean, variance = 0.0, 1.0
    for _ in range(3):
        x = random.normal(3, 2, size=16)
        layer(torch.tensor(x)[:, None])
        mean, variance = FORMULAS["running_statistics"].evaluate(mean, variance, x, 0.2)
    np.testing.assert_allclose([mean, variance], [layer.running_mean.item(), layer.running_var.item()])


def test_gradient_is_autograds(random):
    x, incoming = random.normal(3, 2, size=16), random.normal(size=16)
    values = torch.tensor(x, requires_grad=True)
    spread = torch.sqrt(values.var(unbiased=False) + 1e-3)
    (1.7 * (values - values.mean()) / spread * torch.tensor(incoming)).sum().backward()
    found = FORMULAS["batch_norm_gradient"].evaluate(x, incoming, 1.7, 1e-3)
    np.testing.assert_allclose(found, values.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_gradient_bound_is_met_with_equality_by_autograd(random):
    x, outgoing = torch.tensor(random.normal(3, 2, size=16), requires_grad=True), random.normal(size=16)
    spread = torch.sqrt(x.var(unbiased=False))
    normalised = (x - x.mean()) / spread
    (1.7 * normalised * torch.tensor(outgoing)).sum().backward()
    right = FORMULAS["gradient_bound"].evaluate(outgoing, normalised.detach().numpy(), 1.7, spread.item())
    assert right == pytest.approx(x.grad.square().sum().item(), rel=1e-10)


def test_shift_is_scipys_wasserstein_distance(random):
    before, after = random.normal(size=50), random.normal(1, 3, size=50)
    expected = scipy.stats.wasserstein_distance(before, after) / before.std()
    assert FORMULAS["shift_measure"].evaluate(before, after) == pytest.approx(expected)


def test_filter_normalisation_keeps_directions_and_takes_lengths_from_the_weights(random):
    direction, weights = random.normal(size=(5, 9)), random.normal(0, 4, size=(5, 9))
    found = FORMULAS["filter_normalisation"].evaluate(direction, weights)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(weights, axis=1))
    cosine = np.sum(found * direction, axis=1) / np.linalg.norm(found, axis=1)
    np.testing.assert_allclose(cosine, np.linalg.norm(direction, axis=1))


def test_gradient_step_is_plain_gradient_descent(random):
    start = random.normal(size=6)
    parameters = torch.nn.Parameter(torch.tensor(start))
    (parameters**4).sum().backward()
    torch.optim.SGD([parameters], lr=0.03).step()
    found = FORMULAS["gradient_step"].evaluate(start, 4 * start**3, 0.03)
    np.testing.assert_allclose(found, parameters.detach().numpy())


def test_curvature_of_two_examples_is_autograds_and_caps_the_rate(random):
    shared, apart = np.array([1.5, 2.0, 1.0]), np.array([-0.8, 0.6, 0.0])
    examples, targets = torch.tensor(np.stack([shared + apart, shared - apart])), torch.tensor([1.0, -1.0])

    def loss(weights):
        return (examples @ weights - targets).square().mean() / 2

    weights = torch.tensor(random.normal(size=3), requires_grad=True)
    hessian, limit, left = FORMULAS["shared_and_apart"].evaluate(shared, apart)
    np.testing.assert_allclose(hessian, torch.autograd.functional.hessian(loss, weights))
    assert limit == pytest.approx(2 / np.linalg.eigvalsh(hessian).max())
    (slope,) = torch.autograd.grad(loss(weights), weights)
    missing = [1 - (point @ torch.tensor(apart)).item() for point in (weights, weights - limit * slope)]
    assert left == pytest.approx(missing[1] / missing[0])


@pytest.mark.parametrize("name", FORMULAS)
def test_mathml_is_one_well_formed_line_without_leftover_latex(name):
    text = mathml()[name]
    assert "\n" not in text
    words = "".join(ET.fromstring(text).itertext())
    assert not set(words) & set("\\{}$&^_") - {"^"}, words  # the hat over x is a circumflex


def test_every_formula_has_a_test():
    source = Path(__file__).read_text(encoding="utf-8")
    assert all(f'FORMULAS["{name}"]' in source for name in FORMULAS)
