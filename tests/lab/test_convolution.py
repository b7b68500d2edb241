"""Every member of a convolutional ensemble equals a network built from torch.nn modules and trained alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from whybn.lab.convolution import HALVING, Convolutional, patches
from whybn.lab.data import FASHION_FOLDER, fashion, fashion_for, fashion_mnist
from whybn.lab.networks import initialise
from whybn.lab.noise import Noise
from whybn.lab.normalisers import GROUPS, Context
from whybn.lab.training import assemble, evaluate, train

SEEDS, RATES, STEPS = [2, 2, 7], [0.05, 0.1, 0.02], 15
CLOSE = {"rtol": 1e-6, "atol": 1e-8}


NORMS = {
    "plain": None,
    "batch_norm": nn.BatchNorm2d,
    "layer_norm": lambda filters: nn.GroupNorm(1, filters),
    "group_norm": lambda filters: nn.GroupNorm(GROUPS, filters),
}


def as_filters(weight: torch.Tensor) -> torch.Tensor:
    """Weights (tap x channel, filter) in the layout of torch.nn."""
    return weight.view(3, 3, -1, weight.shape[1]).permute(3, 2, 0, 1).contiguous()


def alone(architecture: Convolutional, arm: str, parameters: dict, member: int) -> nn.Sequential:
    """The torch.nn network with the member's initial parameters."""
    modules: list[nn.Module] = [nn.Unflatten(1, (1, 14, 14))]
    for layer in range(architecture.depth):
        filters = as_filters(parameters[f"weight.{layer}"][member])
        stride = 2 if layer < HALVING else 1
        layer_module = nn.Conv2d(filters.shape[1], filters.shape[0], 3, stride, padding=1, bias=arm == "plain")
        layer_module.weight.data = filters
        if arm == "plain":
            layer_module.bias.data = parameters[f"bias.{layer}"][member].clone()
        modules += [layer_module, *([NORMS[arm](len(filters))] if NORMS[arm] else []), nn.ReLU()]
    out, last = nn.Linear(architecture.width, architecture.outputs), architecture.depth
    out.weight.data = parameters[f"weight.{last}"][member].T.clone()
    out.bias.data = parameters[f"bias.{last}"][member].clone()
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), out).double()


def test_patches_are_what_torch_unfolds() -> None:
    x = torch.randn(2, 3, 5, 5, 4)
    for stride in (1, 2):
        found = patches(x, stride)
        expected = nn.functional.unfold(x.permute(0, 1, 4, 2, 3).flatten(0, 1), 3, padding=1, stride=stride)
        expected = expected.view(6, 4, 9, -1).permute(0, 3, 2, 1).reshape(2, -1, 36)  # torch has channel by channel
        assert torch.equal(found, expected)


@pytest.mark.parametrize("arm", NORMS)
def test_training_equals_torch_nn(arm: str) -> None:
    data = fashion_for(sorted(set(SEEDS)), batch=16, steps=STEPS)
    data = replace(data, inputs=data.inputs.double())
    architecture = Convolutional(depth=4, width=4, arm=arm)
    parameters = {name: value.double() for name, value in initialise(architecture, SEEDS).items()}
    start = assemble(architecture, parameters, SEEDS)
    trained = train(start, data, RATES)
    loss, accuracy = evaluate(trained.ensemble, data, data.test, training=False)
    for member, rate in enumerate(RATES):
        network = alone(architecture, arm, parameters, member)
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
            weight = trained.ensemble.parameters[f"weight.{layer}"][member]
            torch.testing.assert_close(as_filters(weight), module.weight.data, **CLOSE)
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


def test_noise_stands_behind_batch_norm_and_leaves_with_eval_mode() -> None:
    """Each position of the picture draws for itself; members of one seed draw the same."""
    architecture, seeds = Convolutional(depth=1, width=4, arm="noisy_batch_norm"), [2, 2, 7]
    parameters = initialise(architecture, seeds)
    statistics = architecture.fresh_statistics(parameters)
    pixels = fashion()[0][:96].view(3, 32, -1)
    noise = Noise(seeds, step=3)
    drawn = [torch.from_numpy(one)[noise.rows] for one in Noise(seeds, step=3).draw(32 * 7 * 7, 4)]
    with_noise = architecture.compute(parameters, pixels, Context(training=True, noise=noise))
    for member in range(3):
        filters = as_filters(parameters["weight.0"][member])
        z = nn.functional.conv2d(pixels[member].view(32, 1, 14, 14), filters, stride=2, padding=1)
        z = nn.functional.batch_norm(z, None, None, training=True).permute(0, 2, 3, 1)
        shift, factor = (one[member].view(z.shape) for one in drawn)
        expected = torch.relu(factor * z + shift).mean((1, 2)) @ parameters["weight.1"][member]
        torch.testing.assert_close(with_noise[member], expected, rtol=1e-4, atol=1e-5)
    quiet = replace(architecture, arm="batch_norm")
    for context in (Context(training=True), Context(training=False)):
        arguments = (parameters, pixels, context, statistics)
        assert torch.equal(architecture.compute(*arguments), quiet.compute(*arguments))


def test_pictures_that_are_not_square_are_refused() -> None:
    with pytest.raises(ValueError, match="no square picture"):
        Convolutional(inputs=195)


@pytest.mark.skipif(not FASHION_FOLDER.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_the_clothes_that_ship_are_the_first_of_each_class_of_all_70_000() -> None:
    images, labels = fashion_mnist("train")
    assert images.shape == (60_000, 14, 14)
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == kind)[:500] for kind in range(10)]))
    few = torch.tensor(images[chosen], dtype=torch.float32).flatten(1)
    shipped, kinds = fashion()
    assert torch.equal(shipped, (few - few.mean()) / few.std())
    assert kinds.tolist() == labels[chosen].tolist()
    data = fashion_for([0, 1], batch=8, steps=2, whole=True)
    assert data.training.shape == (2, 56_000)
    assert data.test.shape == (2, 14_000)


def test_all_the_clothes_are_asked_for_by_the_name_of_their_package(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("whybn.lab.data.FASHION_FOLDER", tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="dataset-fashion-mnist"):
        fashion_mnist("train")
