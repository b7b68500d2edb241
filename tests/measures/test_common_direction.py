"""Shares along the common directions, against numpy, a bowl whose Hessian is known, and all eigenvectors of a small one."""

import numpy as np
import pytest
import torch

from whybn.lab.networks import Architecture, forward, initialise, losses
from whybn.lab.normalisers import Context
from whybn.lab.training import assemble
from whybn.measures.common_direction import by_name, common_directions, common_share
from whybn.measures.curvature import Hessian, top_eigenvalue
from whybn.measures.sameness import traced


def small() -> tuple[Architecture, dict, torch.Tensor, torch.Tensor]:
    design = Architecture(inputs=4, outputs=3, depth=2, width=3, activation="tanh")
    parameters = {name: value.double() for name, value in initialise(design, [0, 1]).items()}
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(2, 12, 4, generator=generator, dtype=torch.float64) + 1
    return design, parameters, inputs, torch.randint(3, (2, 12), generator=generator)


def found_by_hand(member: int) -> float:
    """The share of the top eigenvector in the weights of both hidden layers, by autograd and numpy alone."""
    design, parameters, inputs, targets = small()
    one = {name: value[member] for name, value in parameters.items()}
    lengths = [value.numel() for value in one.values()]

    def loss(flat: torch.Tensor) -> torch.Tensor:
        pieces = zip(one.items(), flat.split(lengths), strict=True)
        rebuilt = {name: piece.view(1, *value.shape) for (name, value), piece in pieces}
        outputs = forward(design, rebuilt, inputs[member : member + 1], Context(training=True))
        return losses(outputs, targets[member : member + 1])[0]

    hessian = torch.autograd.functional.hessian(loss, torch.cat([value.flatten() for value in one.values()]))
    top = np.linalg.eigh(hessian.numpy())[1][:, -1]
    pieces = dict(zip(one, np.split(top, np.cumsum(lengths)[:-1]), strict=True))
    first = inputs[member].numpy()
    second = np.tanh(first @ one["weight.0"].numpy() + one["bias.0"].numpy())
    along = total = 0.0
    for layer, received in enumerate((first, second)):
        mean = received.mean(0)
        matrix = pieces[f"weight.{layer}"].reshape(one[f"weight.{layer}"].shape)
        along += ((mean / np.linalg.norm(mean) @ matrix) ** 2).sum()
        total += (matrix**2).sum()
    return along / total


def test_the_share_of_the_top_eigenvector_is_that_of_the_full_hessian() -> None:
    design, parameters, inputs, targets = small()
    hessian = Hessian(design, parameters, inputs, targets, list(parameters))
    _, top = top_eigenvalue(hessian, hessian.gradient(), 30)
    directions = common_directions(inputs, traced(assemble(design, parameters, [0, 1]), inputs))
    share = common_share(by_name(top, parameters), directions)
    assert share.tolist() == pytest.approx([found_by_hand(0), found_by_hand(1)], rel=1e-3)


def test_a_step_along_the_common_direction_and_one_across_it() -> None:
    mean = torch.tensor([[3.0, 4.0]])
    direction = [mean / 5]
    along = {"weight.0": mean[:, :, None] * torch.tensor([[[1.0, -2.0, 0.5]]])}
    across = {"weight.0": torch.tensor([[4.0, -3.0]])[:, :, None] * torch.tensor([[[1.0, -2.0, 0.5]]])}
    assert common_share(along, direction).item() == pytest.approx(1)
    assert common_share(across, direction).item() == pytest.approx(0)
    both = {"weight.0": along["weight.0"] + 2 * across["weight.0"], "weight.1": torch.full((1, 3, 1), 100.0)}
    assert common_share(both, direction).item() == pytest.approx(1 / 5)


def test_a_vector_is_parted_as_it_was_laid_end_to_end() -> None:
    _, parameters, *_ = small()
    flat = torch.cat([value.flatten(1) for value in parameters.values()], 1)
    for name, value in by_name(flat, parameters).items():
        torch.testing.assert_close(value, parameters[name])
