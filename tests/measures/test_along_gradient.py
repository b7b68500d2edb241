"""Walks along the gradient, against autograd on a torch.nn network."""

import pytest
import torch
from torch import nn

from whybn.lab.data import Data
from whybn.lab.networks import Architecture, initialise
from whybn.lab.training import assemble, evaluate
from whybn.measures.along_gradient import inner, walk


def test_walk_equals_a_hand_written_one() -> None:
    architecture = Architecture(inputs=6, outputs=4, depth=2, width=5, activation="tanh", arm="batch_norm")
    parameters = {name: value.double() for name, value in initialise(architecture, [0, 1]).items()}
    ensemble = assemble(architecture, parameters, [0, 1])
    inputs = torch.randn(2, 16, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = torch.randint(4, (2, 16), generator=torch.Generator().manual_seed(1))
    found = walk(ensemble, inputs, targets, [0.0, 0.3, 0.9])
    for member in range(2):
        network = nn.Sequential(
            nn.Linear(6, 5, bias=False),
            nn.BatchNorm1d(5),
            nn.Tanh(),
            nn.Linear(5, 5, bias=False),
            nn.BatchNorm1d(5),
            nn.Tanh(),
            nn.Linear(5, 4),
        ).double()
        for layer, module in zip((0, 1, 2), (network[0], network[3], network[6]), strict=True):
            module.weight.data = parameters[f"weight.{layer}"][member].T.contiguous()
        network[6].bias.data.zero_()

        def gradient(network: nn.Module = network, member: int = member) -> tuple[torch.Tensor, torch.Tensor]:
            loss = nn.functional.cross_entropy(network(inputs[member]), targets[member])
            return loss, nn.utils.parameters_to_vector(torch.autograd.grad(loss, list(network.parameters())))

        start = nn.utils.parameters_to_vector(network.parameters()).detach()
        _, here = gradient()
        for row, length in enumerate([0.0, 0.3, 0.9]):
            nn.utils.vector_to_parameters(start - length * here, network.parameters())
            loss, there = gradient()
            assert found.loss[row, member].item() == pytest.approx(loss.item(), rel=1e-8)
            assert found.ratio[row, member].item() == pytest.approx((there.norm() / here.norm()).item(), rel=1e-6)
            cosine = nn.functional.cosine_similarity(here, there, dim=0)
            assert found.cosine[row, member].item() == pytest.approx(cosine.item(), rel=1e-6)
            assert found.change[row, member].item() == pytest.approx((there - here).norm().item(), rel=1e-6, abs=1e-12)


def test_each_member_may_walk_its_own_lengths() -> None:
    architecture = Architecture(depth=2, width=8)
    ensemble = assemble(architecture, initialise(architecture, [0, 1]), [0, 1])
    batch = torch.randn(2, 16, 64, generator=torch.Generator().manual_seed(0)), torch.arange(32).view(2, 16) % 10
    own = walk(ensemble, *batch, torch.tensor([[0.1, 0.4]]))
    for member, length in enumerate((0.1, 0.4)):
        torch.testing.assert_close(own.change[:, member], walk(ensemble, *batch, [length]).change[:, member])


def test_in_a_quadratic_bowl_the_gradient_changes_by_curvature_times_distance() -> None:
    """One linear layer under squared error: the change is the Hessian times the step, at any length."""
    architecture = Architecture(inputs=3, outputs=1, depth=0)
    ensemble = assemble(architecture, initialise(architecture, [0]), [0])
    generator = torch.Generator().manual_seed(0)
    inputs, targets = torch.randn(1, 20, 3, generator=generator), torch.randn(1, 20, 1, generator=generator)
    found = walk(ensemble, inputs, targets, [0.1, 0.5])
    design = torch.cat([torch.ones(20, 1), inputs[0]], 1)
    residual = (
        design @ torch.cat([ensemble.parameters["bias.0"][0], ensemble.parameters["weight.0"][0, :, 0]]) - targets[0, :, 0]
    )
    gradient = 2 / 20 * design.T @ residual
    curved = (2 / 20 * design.T @ design @ gradient).norm()
    torch.testing.assert_close(found.change[:, 0], torch.tensor([0.1, 0.5]) * curved)


def test_eval_mode_reads_the_running_statistics_and_leaves_them() -> None:
    architecture = Architecture(depth=1, width=4, arm="batch_norm")
    ensemble = assemble(architecture, initialise(architecture, [0]), [0])
    ensemble.statistics[0].variance.fill_(9.0)
    inputs, targets = torch.randn(1, 8, 64), torch.zeros(1, 8, dtype=torch.int64)
    found = walk(ensemble, inputs, targets, [0.0], training=False)
    all_of_them = torch.arange(8)[None]
    data = Data(inputs[0], targets[0], all_of_them[None], all_of_them, all_of_them)
    expected, _ = evaluate(ensemble, data, all_of_them, training=False)
    torch.testing.assert_close(found.loss[0], expected)
    assert (ensemble.statistics[0].variance == 9.0).all()


def test_walk_leaves_the_ensemble_where_it_was() -> None:
    architecture = Architecture(depth=2, arm="batch_norm")
    ensemble = assemble(architecture, initialise(architecture, [0]), [0])
    before = {name: value.clone() for name, value in ensemble.parameters.items()}
    walk(ensemble, torch.randn(1, 8, 64), torch.zeros(1, 8, dtype=torch.int64), [0.0, 1.0])
    assert all(torch.equal(before[name], value) for name, value in ensemble.parameters.items())
    assert torch.equal(ensemble.statistics[0].mean, torch.zeros(1, 32))


def test_inner_product_of_a_known_pair() -> None:
    one = {"a": torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "b": torch.tensor([[[2.0]], [[1.0]]])}
    assert inner(one, one).tolist() == [9.0, 26.0]
