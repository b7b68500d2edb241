"""The long step against the same step taken by PyTorch's own modules, gradient and optimiser."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from whybn.experiments import long_step
from whybn.lab.data import digits_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import assemble, evaluate, train

SETTINGS = long_step.QUICK
NORMALISERS = {"plain": nn.Identity, "batch_norm": lambda: nn.BatchNorm1d(32, affine=False)}


class Affine(nn.Module):
    """Scale and shift."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(32)), nn.Parameter(torch.zeros(32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * x + self.shift


def modules(arm: str, seed: int) -> nn.Sequential:
    """The reference network as it starts."""
    weights = initialise(REFERENCE, [seed])
    layers = []
    for layer in range(REFERENCE.depth + 1):
        last = layer == REFERENCE.depth
        linear = nn.Linear(*REFERENCE.fans(layer), bias=last)
        linear.weight.data = weights[f"weight.{layer}"][0].T.clone()
        if last:
            nn.init.zeros_(linear.bias)
        layers += [linear] if last else [linear, NORMALISERS[arm](), Affine(), nn.ReLU()]
    return nn.Sequential(*layers)


def read(network: nn.Sequential, x: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of what leaves each layer, factors of the linear maps."""
    sizes, factors = [], []
    with torch.no_grad():
        for module in network:
            before, x = x.double().square().mean().sqrt(), module(x)
            now = x.double().square().mean().sqrt()
            if isinstance(module, nn.ReLU):
                sizes.append(now)
            if isinstance(module, nn.Linear):
                factors.append(now / before)
    return np.array(sizes), np.array(factors[:-1])


def slope(network: nn.Sequential, x: torch.Tensor, y: torch.Tensor) -> float:
    """Norm of the gradient, which the parameters keep."""
    network.zero_grad()
    nn.functional.cross_entropy(network(x), y).backward()
    return torch.cat([value.grad.double().flatten() for value in network.parameters()]).norm().item()


@pytest.mark.parametrize("arm", NORMALISERS)
def test_the_step_at_the_start_is_pytorchs(arm: str, quick) -> None:
    found, seed, data = quick("long_step")[arm], 1, digits_for(range(SETTINGS.seeds), SETTINGS.batch, 2)
    images, batch, coming = (data.at(index) for index in (data.training[seed], data.order[0, seed], data.order[1, seed]))
    some = images[0][: SETTINGS.images]
    for row, length in enumerate(found["lengths"]):
        network = modules(arm, seed)
        sizes, factors = read(network, some)
        loss = nn.functional.cross_entropy(network(images[0]), images[1]).item()
        first = slope(network, *coming)
        slope(network, *batch)
        torch.optim.SGD(network.parameters(), lr=length).step()
        after = read(network, some)
        # A step far too long in a network without division makes much of rounding.
        near = {"rtol": 2e-2}
        np.testing.assert_allclose(found["growth"][0, row, :, seed], after[0] / sizes, **near)
        np.testing.assert_allclose(found["map_growth"][0, row, :, seed], after[1] / factors, **near)
        np.testing.assert_allclose(found["next_gradient"][0, row, seed], slope(network, *coming) / first, **near)
        np.testing.assert_allclose(found["loss_before"][0, seed], loss, rtol=1e-4)
        loss = nn.functional.cross_entropy(network(images[0]), images[1]).item()
        np.testing.assert_allclose(found["loss"][0, row, seed], loss, **near)


def test_networks_train_on_from_where_the_step_led() -> None:
    settings = replace(SETTINGS, rate=1e-12)  # so that they stay there
    for arm in ("plain", "batch_norm"):
        found = long_step.run(settings, arm)
        np.testing.assert_allclose(found["after_long"], found["loss"][:, settings.long], rtol=1e-4)
        assert found["length"] == found["lengths"][settings.long]


def test_what_follows_a_step_at_the_rate_of_training_is_training(quick) -> None:
    settings = SETTINGS
    seeds, steps = range(settings.seeds), settings.moments[1] + 1 + settings.later
    data = digits_for(seeds, settings.batch, steps)
    design = with_arm(REFERENCE, INGREDIENTS["batch_norm"])
    start = assemble(design, initialise(design, seeds), seeds)
    trained = train(start, data, [settings.rate] * settings.seeds).ensemble
    loss, _ = evaluate(trained, data, data.training, training=True)
    np.testing.assert_allclose(quick("long_step")["batch_norm"]["after_short"][1], loss, rtol=1e-4)
