"""The bound on the gradient, against torch.nn's own Batch Norm and the theorem's equality."""

import pytest
import torch
from torch import nn

from whybn.lab.networks import Architecture, initialise
from whybn.measures.bound import gradient_bound


def case(arm: str = "batch_norm") -> tuple:
    architecture = Architecture(inputs=5, outputs=3, depth=1, width=4, activation="tanh", arm=arm)
    parameters = {name: value.double() for name, value in initialise(architecture, [0, 1]).items()}
    generator = torch.Generator().manual_seed(0)
    inputs = 3 * torch.randn(2, 9, 5, generator=generator, dtype=torch.float64)
    return architecture, parameters, inputs, torch.randint(3, (2, 9), generator=generator)


def test_both_sides_are_equal_in_double_precision() -> None:
    architecture, parameters, inputs, targets = case()
    parameters["scale.0"] += torch.linspace(-0.5, 1, 8, dtype=torch.float64).view(2, 4)
    found = gradient_bound(architecture, parameters, inputs, targets)
    right = found.factor * (found.before - found.mean_part - found.along_part)
    torch.testing.assert_close(found.after, right, rtol=1e-4, atol=0)
    wrong = found.factor * (found.before - found.mean_part - 9**0.5 * found.along_part)  # one over the root of m
    assert (wrong < found.after).all()


def test_every_term_is_that_of_torch_nn() -> None:
    architecture, parameters, inputs, targets = case()
    found = gradient_bound(architecture, parameters, inputs, targets)
    for member in range(2):
        y = (inputs[member] @ parameters["weight.0"][member]).requires_grad_()
        z = nn.BatchNorm1d(4).double()(y)
        outputs = torch.tanh(z) @ parameters["weight.1"][member] + parameters["bias.1"][member]
        inward, outward = torch.autograd.grad(nn.functional.cross_entropy(outputs, targets[member]), [y, z])
        torch.testing.assert_close(found.after[0, member], inward.square().sum(0))
        torch.testing.assert_close(found.before[0, member], outward.square().sum(0))
        torch.testing.assert_close(found.mean_part[0, member], outward.sum(0).square() / 9)
        torch.testing.assert_close(found.along_part[0, member], (outward * z).sum(0).square() / 9)
        torch.testing.assert_close(found.factor[0, member], 1 / (y.var(0, unbiased=False) + 1e-5))


def test_what_the_weights_lose_is_what_a_backward_pass_with_constant_statistics_would_keep() -> None:
    architecture, parameters, inputs, targets = case()
    parameters["scale.0"] += torch.linspace(-0.5, 1, 8, dtype=torch.float64).view(2, 4)
    found = gradient_bound(architecture, parameters, inputs, targets)
    for member in range(2):
        weight = parameters["weight.0"][member].clone().requires_grad_()
        gradients = []
        for constant in (True, False):
            y = inputs[member] @ weight
            mean, variance = y.mean(0), y.var(0, unbiased=False)
            if constant:
                mean, variance = mean.detach(), variance.detach()
            z = (y - mean) / (variance + 1e-5).sqrt() * parameters["scale.0"][member] + parameters["shift.0"][member]
            outputs = torch.tanh(z) @ parameters["weight.1"][member] + parameters["bias.1"][member]
            loss = nn.functional.cross_entropy(outputs, targets[member])
            gradients.append(torch.autograd.grad(loss, weight)[0])
        whole, true = gradients
        torch.testing.assert_close(found.weights_before[0, member], whole.square().sum(0))
        torch.testing.assert_close(found.weights_removed[0, member], (whole - true).square().sum(0), rtol=1e-4, atol=0)


def test_by_chance_is_the_average_over_gradients_that_point_anywhere() -> None:
    architecture, parameters, inputs, targets = case()
    found = gradient_bound(architecture, parameters, inputs, targets)
    slopes = torch.randn(9, 20_000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for member, unit in ((0, 0), (1, 3)):
        y = inputs[member] @ parameters["weight.0"][member][:, unit]
        basis = torch.stack([torch.ones_like(y), (y - y.mean()) / y.std(correction=0)]) / 3  # of length one, at right angles
        whole, removed = (inputs[member].mT @ one for one in (slopes, basis.mT @ (basis @ slopes)))
        expected = removed.square().sum() / whole.square().sum()
        torch.testing.assert_close(found.weights_by_chance[0, member, unit], expected, rtol=0.03, atol=0)


def test_a_network_without_batch_statistics_is_refused() -> None:
    with pytest.raises(ValueError, match="is about Batch Norm"):
        gradient_bound(*case("plain"))
