"""Filter-normalised directions and planes."""

import pytest
import torch

from whybn.lab.networks import Architecture, forward, initialise, losses
from whybn.lab.normalisers import Context
from whybn.measures.landscape import filter_normalised_direction, plane_losses


@pytest.fixture
def network():
    architecture = Architecture(inputs=6, outputs=3, depth=2, width=5, arm="batch_norm")
    return architecture, initialise(architecture, [0, 1])


def test_every_unit_of_the_direction_has_the_length_of_its_own_weights(network) -> None:
    _, parameters = network
    direction = filter_normalised_direction(parameters, [3, 4])
    for name, value in direction.items():
        if name.startswith("weight"):
            torch.testing.assert_close(value.norm(dim=1), parameters[name].norm(dim=1))
        else:
            assert value.abs().max() == 0
    again = filter_normalised_direction(parameters, [3, 4])
    assert all(torch.equal(value, again[name]) for name, value in direction.items())
    assert not torch.allclose(direction["weight.1"][0], direction["weight.1"][1])


def test_scaling_the_network_scales_the_direction(network) -> None:
    """This is what makes planes of networks with different weights comparable."""
    _, parameters = network
    larger = {name: 3 * value for name, value in parameters.items()}
    one, three = (filter_normalised_direction(each, [3, 4])["weight.1"] for each in (parameters, larger))
    torch.testing.assert_close(3 * one, three)


def test_plane_holds_the_losses_at_its_points(network) -> None:
    architecture, parameters = network
    inputs = torch.randn(2, 12, 6, generator=torch.Generator().manual_seed(0))
    targets = torch.randint(3, (2, 12), generator=torch.Generator().manual_seed(1))
    directions = tuple(filter_normalised_direction(parameters, [seed, seed + 1]) for seed in (10, 20))
    plane = plane_losses(architecture, parameters, directions, inputs, targets, [-0.5, 0.0, 1.0])
    assert plane.shape == (2, 3, 3)

    def at(x: float, y: float) -> torch.Tensor:
        moved = {name: value + x * directions[0][name] + y * directions[1][name] for name, value in parameters.items()}
        return losses(forward(architecture, moved, inputs, Context(training=True)), targets)

    torch.testing.assert_close(plane[:, 1, 1], at(0.0, 0.0))
    torch.testing.assert_close(plane[:, 0, 2], at(1.0, -0.5))
