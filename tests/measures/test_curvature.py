"""The largest eigenvalue of the Hessian, against the full Hessian of tiny networks."""

import pytest
import torch
from torch import nn

from whybn.lab.networks import Architecture, forward, initialise, losses
from whybn.lab.normalisers import Context
from whybn.measures.curvature import Hessian, top_eigenvalue


def tiny(arm: str) -> tuple[Architecture, dict, torch.Tensor, torch.Tensor]:
    architecture = Architecture(inputs=4, outputs=3, depth=2, width=3, activation="tanh", arm=arm)
    parameters = {name: value.double() for name, value in initialise(architecture, [0, 1]).items()}
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(2, 12, 4, generator=generator, dtype=torch.float64)
    return architecture, parameters, inputs, torch.randint(3, (2, 12), generator=generator)


def full_hessian(architecture: Architecture, parameters: dict, inputs: torch.Tensor, targets: torch.Tensor, member: int):
    """Of one member, by torch.autograd.functional, over all parameters in their own order."""
    one = {name: value[member] for name, value in parameters.items()}
    shapes = {name: value.shape for name, value in one.items()}

    def loss(flat: torch.Tensor) -> torch.Tensor:
        pieces = flat.split([shape.numel() for shape in shapes.values()])
        rebuilt = {name: piece.view(1, *shapes[name]) for name, piece in zip(shapes, pieces, strict=True)}
        outputs = forward(architecture, rebuilt, inputs[member : member + 1], Context(training=True))
        return losses(outputs, targets[member : member + 1])[0]

    return torch.autograd.functional.hessian(loss, torch.cat([value.flatten() for value in one.values()]))


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_lanczos_finds_the_top_of_the_full_hessian(arm: str) -> None:
    architecture, parameters, inputs, targets = tiny(arm)
    hessian = Hessian(architecture, parameters, inputs, targets, list(parameters))
    size = hessian.gradient().shape[1]
    start = torch.randn(2, size, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values, vectors = top_eigenvalue(hessian, start, 20)
    for member in range(2):
        full = full_hessian(architecture, parameters, inputs, targets, member)
        known = torch.linalg.eigvalsh(full)[-1]
        assert values[member].item() == pytest.approx(known.item(), rel=1e-6)
        torch.testing.assert_close(full @ vectors[member], known * vectors[member], rtol=1e-2, atol=1e-3)
        torch.testing.assert_close(hessian.times(start)[member], full @ start[member], rtol=1e-8, atol=1e-10)


def test_of_a_bowl_whose_hessian_is_known() -> None:
    """One linear layer under squared error: the Hessian is twice the second moment of the inputs."""
    architecture = Architecture(inputs=5, outputs=1, depth=0)
    inputs, targets = torch.randn(1, 30, 5, generator=torch.Generator().manual_seed(0)), torch.zeros(1, 30, 1)
    hessian = Hessian(architecture, initialise(architecture, [0]), inputs, targets, ["weight.0"])
    value, _ = top_eigenvalue(hessian, torch.ones(1, 5), 5)
    known = torch.linalg.eigvalsh(2 / 30 * inputs[0].T @ inputs[0])[-1]
    assert value.item() == pytest.approx(known.item(), rel=1e-4)


def test_relative_curvature_ignores_the_scale_in_front_of_batch_norm() -> None:
    architecture, parameters, inputs, targets = tiny("batch_norm")
    scaled = {**parameters, "weight.0": 3 * parameters["weight.0"], "weight.1": parameters["weight.1"] / 2}
    found = []
    for each in (parameters, scaled):
        hessian = Hessian(architecture, each, 1000 * inputs, targets, ["weight.0", "weight.1"], relative=True)
        start = torch.randn(2, 21, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        found.append(top_eigenvalue(hessian, start, 21)[0])
    torch.testing.assert_close(found[0], found[1], rtol=1e-3, atol=0)


def test_gradient_is_that_of_torch_nn() -> None:
    architecture, parameters, inputs, targets = tiny("plain")
    hessian = Hessian(architecture, parameters, inputs, targets, ["weight.0"])
    layers = [nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3)]
    for number, layer in enumerate(layers[::2]):
        layer.weight.data = parameters[f"weight.{number}"][0].T.clone()
        layer.bias.data = parameters[f"bias.{number}"][0].clone()
    nn.functional.cross_entropy(nn.Sequential(*layers)(inputs[0]), targets[0]).backward()
    torch.testing.assert_close(hessian.gradient()[0].view(4, 3), layers[0].weight.grad.T)
