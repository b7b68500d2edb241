"""Every member of a convolutional ensemble equals a network built from torch.nn modules and trained alone."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from whybn.lab import convolution
from whybn.lab.convolution import HALVING, Convolutional
from whybn.lab.data import fashion, fashion_for
from whybn.lab.training import assemble, evaluate, train

SEEDS, RATES, STEPS = [2, 2, 7], [0.05, 0.1, 0.02], 15
CLOSE = {"rtol": 1e-6, "atol": 1e-8}


def alone(architecture: Convolutional, parameters: dict, member: int) -> nn.Sequential:
    """The torch.nn network with the member's initial parameters."""
    modules: list[nn.Module] = [nn.Unflatten(1, (1, architecture.side, architecture.side))]
    for layer in range(architecture.depth):
        filters = parameters[f"filter.{layer}"][member]
        stride = 2 if layer < HALVING else 1
        plain = architecture.arm == "plain"
        layer_module = nn.Conv2d(filters.shape[1], filters.shape[0], 3, stride, padding=1, bias=plain)
        layer_module.weight.data = filters.clone()
        if plain:
            layer_module.bias.data = parameters[f"bias.{layer}"][member].clone()
        modules += [layer_module, *([] if plain else [nn.BatchNorm2d(len(filters))]), nn.ReLU()]
    out = nn.Linear(architecture.channels, architecture.outputs)
    out.weight.data = parameters["weight.output"][member].T.clone()
    out.bias.data = parameters["bias.output"][member].clone()
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), out).double()


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_training_equals_torch_nn(arm: str) -> None:
    data = fashion_for(sorted(set(SEEDS)), batch=16, steps=STEPS)
    data = replace(data, inputs=data.inputs.double())
    architecture = Convolutional(depth=4, channels=4, arm=arm)
    parameters = {name: value.double() for name, value in convolution.initialise(architecture, SEEDS).items()}
    statistics = convolution.fresh_statistics(architecture, parameters)
    start = assemble(architecture, parameters, SEEDS, statistics, compute=convolution.forward)
    trained = train(start, data, RATES)
    loss, accuracy = evaluate(trained.ensemble, data.inputs, data.targets, data.test, training=False)
    for member, rate in enumerate(RATES):
        network = alone(architecture, parameters, member)
        optimiser = torch.optim.SGD(network.parameters(), lr=rate)
        row = int(start.seed_rows[member])
        for step in range(STEPS):
            index = data.order[step, row]
            found = nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index])
            assert trained.minibatch_loss[step, member].item() == pytest.approx(found.item(), rel=1e-6)
            optimiser.zero_grad()
            found.backward()
            optimiser.step()
        convolutions = [module for module in network if isinstance(module, nn.Conv2d)]
        for layer, module in enumerate(convolutions):
            torch.testing.assert_close(trained.ensemble.parameters[f"filter.{layer}"][member], module.weight, **CLOSE)
        norms = [module for module in network if isinstance(module, nn.BatchNorm2d)]
        for norm, running in zip(norms, trained.ensemble.statistics, strict=True):
            torch.testing.assert_close(running.mean[member], norm.running_mean, **CLOSE)
            torch.testing.assert_close(running.variance[member], norm.running_var, **CLOSE)
        network.eval()
        outputs, targets = network(data.inputs[data.test[row]]), data.targets[data.test[row]]
        assert loss[member].item() == pytest.approx(nn.functional.cross_entropy(outputs, targets).item(), rel=1e-6)
        assert accuracy[member].item() == pytest.approx((outputs.argmax(1) == targets).double().mean().item())


def test_the_clothes_are_the_ones_that_were_made() -> None:
    pixels, labels = fashion()
    assert pixels.shape == (5000, 196)
    assert torch.bincount(labels).tolist() == [500] * 10
    assert abs(pixels.mean().item()) < 1e-4
    assert pixels.std().item() == pytest.approx(1, abs=1e-4)
