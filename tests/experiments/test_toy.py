"""The two examples worked by hand, against the closed form and against autograd."""

import numpy as np
import pytest
import torch

from whybn.experiments import toy
from whybn.readings.toy import LEARNT, steps


@pytest.mark.parametrize(("shared", "apart"), [(3.0, 1.0), (2.0, 0.5), (1.0, 1.5)])
def test_the_path_is_that_of_the_closed_form(shared, apart):
    settings = toy.Settings(shared=shared, apart=apart)
    part = toy.run(settings, "plain")
    step = np.arange(settings.steps + 1)
    np.testing.assert_allclose(part["path"][:, 0], (1 - part["rate"] * shared**2) ** step, atol=1e-12)
    np.testing.assert_allclose(1 - part["path"][:, 1], (1 - part["rate"] * apart**2) ** step, atol=1e-12)
    assert part["ratio"] == shared / apart


def test_each_step_is_one_of_gradient_descent():
    settings = toy.Settings()
    part = toy.run(settings, "plain")
    inputs = torch.tensor([[3.0, 1.0], [3.0, -1.0]], dtype=torch.float64)
    targets = torch.tensor([1.0, -1.0], dtype=torch.float64)
    weights = torch.tensor([1 / 3, 0.0], dtype=torch.float64, requires_grad=True)
    for path, error in zip(part["path"], part["error"], strict=True):
        outputs = inputs @ weights
        assert float(outputs.detach().mean()) == pytest.approx(path[0])
        assert float((outputs.detach() - targets).square().mean().sqrt()) == pytest.approx(error)
        (slope,) = torch.autograd.grad((outputs - targets).square().mean() / 2, weights)
        weights = (weights - float(part["rate"]) * slope).detach().requires_grad_()


def test_the_hessian_bends_by_the_squared_lengths():
    inputs = torch.tensor([[3.0, 1.0], [3.0, -1.0]], dtype=torch.float64)

    def loss(weights):
        return (inputs @ weights - torch.tensor([1.0, -1.0], dtype=torch.float64)).square().mean() / 2

    hessian = torch.autograd.functional.hessian(loss, torch.zeros(2, dtype=torch.float64))
    torch.testing.assert_close(hessian, torch.diag(torch.tensor([9.0, 1.0], dtype=torch.float64)))
    assert toy.run(toy.Settings(), "plain")["rate"] == pytest.approx(0.9 * 2 / 9)


def test_once_the_mean_is_subtracted_one_step_suffices():
    part = toy.run(toy.Settings(), "mean_only")
    assert steps(part) == 1
    np.testing.assert_allclose(part["path"][1:, 1], 1)


def test_an_error_that_stays_is_no_number_of_steps():
    with pytest.raises(ValueError, match="more steps"):
        steps({"error": np.full(4, 2 * LEARNT)})
