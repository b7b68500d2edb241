"""Every member of an ensemble equals the same network built from torch.nn modules and trained alone."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from whybn.lab.arms import ARMS, BATCH_NORM
from whybn.lab.data import Data, digits_for
from whybn.lab.networks import ACTIVATIONS, Architecture, initialise
from whybn.lab.noise import noise_at
from whybn.lab.normalisers import EPSILON, GROUPS, MOMENTUM, Context, Running, normalise
from whybn.lab.optimisers import Optimiser
from whybn.lab.training import assemble, calibrate, evaluate, gradients, train

STEPS = 50
SEEDS = [3, 5]
MEMBER_SEEDS = [3, 3, 5]
GAINS = [1.0, 0.7, 1.3]
RATES = [0.02, 0.04, 0.01]  # gentle: where training is chaotic, even double precision parts ways
CLOSE = {"rtol": 1e-6, "atol": 1e-7}  # all in double precision: float32 round-off grows along a training


def double_digits(seeds: list[int], steps: int) -> Data:
    data = digits_for(seeds, batch=32, steps=steps)
    return replace(data, inputs=data.inputs.double())


def double(parameters: dict) -> dict:
    return {name: value.double() for name, value in parameters.items()}


class Noisy(nn.Module):
    """A normaliser followed by the ensemble's own noise, which the test sets before every step."""

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm
        self.noise: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        shift, factor = self.noise
        return factor * self.norm(z) + shift


class Centred(nn.Module):
    """Subtract the mean, divide by another size than the standard deviation, written as the papers do."""

    def __init__(self, width: int, order: float) -> None:
        super().__init__()
        self.order, self.eps = order, EPSILON
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.register_buffer("running_mean", torch.zeros(width))
        self.register_buffer("running_var", torch.ones(width))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        mean = z.mean(0)
        size = torch.linalg.vector_norm(z - mean, self.order, dim=0)
        size = size / len(z) if self.order == 1 else size
        self.running_mean.mul_(1 - MOMENTUM).add_(MOMENTUM * mean.detach())
        self.running_var.mul_(1 - MOMENTUM).add_(MOMENTUM * size.detach() ** 2)
        return (z - mean) / torch.sqrt(size**2 + EPSILON) * self.weight + self.bias


class Activation(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.function = ACTIVATIONS[name]

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.function(z)


def alone(
    architecture: Architecture, arm: str, parameters: dict, member: int, running: list[Running] | None = None
) -> nn.Sequential:
    """The torch.nn network with the member's initial parameters."""
    norms = {
        "batch_norm": nn.BatchNorm1d,
        "frozen_batch_norm": nn.BatchNorm1d,
        **dict.fromkeys(("noisy_batch_norm", "drifting"), lambda width: Noisy(nn.BatchNorm1d(width))),
        "noisy_plain": lambda _width: Noisy(nn.Identity()),
        "l1_norm": lambda width: Centred(width, 1),
        "linf_norm": lambda width: Centred(width, torch.inf),
        "layer_norm": nn.LayerNorm,
        "group_norm": lambda width: nn.GroupNorm(GROUPS, width),
    }
    modules: list[nn.Module] = []
    for layer in range(architecture.depth + 1):
        fan_in, fan_out = architecture.fans(layer)
        linear = nn.Linear(fan_in, fan_out, bias=f"bias.{layer}" in parameters)
        linear.weight.data = parameters[f"weight.{layer}"][member].T.clone()
        if linear.bias is not None:
            linear.bias.data = parameters[f"bias.{layer}"][member].clone()
        modules.append(linear)
        if layer < architecture.depth:
            if arm in norms:
                norm = norms[arm](fan_out).double()
                if arm == "frozen_batch_norm":
                    norm.running_mean.copy_(running[layer].mean[member])
                    norm.running_var.copy_(running[layer].variance[member])
                modules.append(norm)
            modules.append(Activation(architecture.activation))
            if architecture.after_activation:
                modules[-2:] = reversed(modules[-2:])
    return nn.Sequential(*modules).double()


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_fifty_steps_equal_torch_nn(arm: str, activation: str) -> None:
    architecture = Architecture(depth=3, width=32, activation=activation, arm=arm)
    data = double_digits(SEEDS, STEPS)
    parameters = double(initialise(architecture, MEMBER_SEEDS, "he", GAINS))
    start = assemble(architecture, parameters, MEMBER_SEEDS)
    statistics = calibrate(architecture, parameters, data.inputs[data.training][start.seed_rows])
    if arm == "frozen_batch_norm":
        start = assemble(architecture, parameters, MEMBER_SEEDS, statistics)
    trained = train(start, data, RATES)
    for member in range(len(MEMBER_SEEDS)):
        network = alone(architecture, arm, parameters, member, statistics)
        network.train(arm != "frozen_batch_norm")
        optimiser = torch.optim.SGD(network.parameters(), lr=RATES[member])
        noisy = [module for module in network if isinstance(module, Noisy)]
        row = int(start.seed_rows[member])
        for step in range(STEPS):
            index = data.order[step, row]
            noise = noise_at(ARMS[arm].noise, MEMBER_SEEDS, step)
            for module in noisy:
                shift, factor = (torch.tensor(one[noise.rows[member]]).double() for one in noise.draw(32, 32))
                module.noise = (shift, factor)
            loss = nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index])
            optimiser.zero_grad()
            loss.backward()
            assert trained.minibatch_loss[step, member] == pytest.approx(loss.item(), rel=1e-6)
            optimiser.step()
        check_same(trained.ensemble, network, member)


def check_same(ensemble, network: nn.Sequential, member: int) -> None:
    """Parameters and running statistics agree to float tolerance after training."""
    linears = [module for module in network if isinstance(module, nn.Linear)]
    for layer, linear in enumerate(linears):
        torch.testing.assert_close(ensemble.parameters[f"weight.{layer}"][member].T, linear.weight.data, **CLOSE)
    norms = [module.norm if isinstance(module, Noisy) else module for module in network]
    norms = [module for module in norms if hasattr(module, "eps")]
    for layer, norm in enumerate(norms):
        torch.testing.assert_close(ensemble.parameters[f"scale.{layer}"][member], norm.weight.data, **CLOSE)
        torch.testing.assert_close(ensemble.parameters[f"shift.{layer}"][member], norm.bias.data, **CLOSE)
        if hasattr(norm, "running_mean"):
            running = ensemble.statistics[layer]
            torch.testing.assert_close(running.mean[member], norm.running_mean, **CLOSE)
            torch.testing.assert_close(running.variance[member], norm.running_var, **CLOSE)


@pytest.mark.parametrize("arm", ["plain", "batch_norm", "layer_norm", "group_norm"])
def test_gradient_equals_torch_nn_in_double_precision(arm: str) -> None:
    architecture = Architecture(depth=4, width=12, arm=arm)
    data = double_digits([0], 1)
    parameters = double(initialise(architecture, [0]))
    ensemble = assemble(architecture, parameters, [0])
    inputs, targets = data.inputs[data.order[0]], data.targets[data.order[0]]
    loss, gradient = gradients(ensemble, inputs, targets, Context(training=True))
    network = alone(architecture, arm, parameters, 0)
    reference = nn.functional.cross_entropy(network(inputs[0]), targets[0])
    reference.backward()
    assert loss[0].item() == pytest.approx(reference.item(), rel=1e-12)
    linears = [module for module in network if isinstance(module, nn.Linear)]
    for layer, linear in enumerate(linears):
        torch.testing.assert_close(gradient[f"weight.{layer}"][0].T, linear.weight.grad, **CLOSE)


@pytest.mark.parametrize(
    ("settings", "reference"),
    [
        (Optimiser(momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
        (
            Optimiser(momentum=0.9, weight_decay=0.01),
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
        ),
        (Optimiser(weight_decay=0.01), lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=0.01)),
        (Optimiser(adam=True), lambda p: torch.optim.Adam(p, lr=0.05)),
    ],
)
def test_optimisers_equal_torch_optim(settings: Optimiser, reference) -> None:
    architecture = Architecture(depth=2, width=8, activation="tanh")
    data = double_digits([0], 20)
    parameters = double(initialise(architecture, [0]))
    trained = train(assemble(architecture, parameters, [0]), data, [0.05], settings)
    network = alone(architecture, "plain", parameters, 0)
    optimiser = reference(network.parameters())
    for step in range(20):
        index = data.order[step, 0]
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index]).backward()
        optimiser.step()
    torch.testing.assert_close(trained.ensemble.parameters["weight.1"][0].T, network[2].weight.data, **CLOSE)


@pytest.mark.parametrize("arm", ["batch_norm", "layer_norm"])
def test_normaliser_after_the_activation_equals_torch_nn(arm: str) -> None:
    architecture = Architecture(depth=3, width=16, arm=arm, after_activation=True)
    data = double_digits([0], STEPS)
    parameters = double(initialise(architecture, [0], "default"))
    trained = train(assemble(architecture, parameters, [0]), data, [0.05])
    network = alone(architecture, arm, parameters, 0)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.05)
    for index in data.order[:, 0]:
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index]).backward()
        optimiser.step()
    check_same(trained.ensemble, network, 0)
    assert parameters["bias.0"].abs().max() > 0  # before an activation a bias is not inert
    with pytest.raises(ValueError, match="no normaliser"):
        Architecture(after_activation=True)


def test_warm_up_equals_a_schedule_of_torch_and_others_stay() -> None:
    architecture = Architecture(depth=2, width=8, arm="batch_norm")
    data = double_digits([0], 20)
    parameters = double(initialise(architecture, [0]))
    settings = Optimiser(warm_up=10, trainable=("scale", "shift"))
    trained = train(assemble(architecture, parameters, [0]), data, [0.05], settings)
    network = alone(architecture, "batch_norm", parameters, 0)
    moving = [value for module in network if hasattr(module, "eps") for value in module.parameters()]
    optimiser = torch.optim.SGD(moving, lr=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1, (step + 1) / 10))
    for index in data.order[:, 0]:
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index]).backward()
        optimiser.step()
        schedule.step()
    check_same(trained.ensemble, network, 0)
    assert torch.equal(trained.ensemble.parameters["bias.2"], parameters["bias.2"])


def test_eval_mode_equals_torch_nn() -> None:
    architecture = Architecture(depth=3, width=16, arm="batch_norm")
    data = double_digits([0], STEPS)
    parameters = double(initialise(architecture, [0]))
    trained = train(assemble(architecture, parameters, [0]), data, [0.1])
    loss, accuracy = evaluate(trained.ensemble, data, data.test, training=False)
    network = alone(architecture, "batch_norm", trained.ensemble.parameters, 0)
    norms = [module for module in network if isinstance(module, nn.BatchNorm1d)]
    for layer, norm in enumerate(norms):
        norm.weight.data = trained.ensemble.parameters[f"scale.{layer}"][0]
        norm.bias.data = trained.ensemble.parameters[f"shift.{layer}"][0]
        norm.running_mean.copy_(trained.ensemble.statistics[layer].mean[0])
        norm.running_var.copy_(trained.ensemble.statistics[layer].variance[0])
    network.eval()
    outputs, targets = network(data.inputs[data.test[0]]), data.targets[data.test[0]]
    assert loss[0].item() == pytest.approx(nn.functional.cross_entropy(outputs, targets).item(), rel=1e-9)
    assert accuracy[0].item() == pytest.approx((outputs.argmax(1) == targets).float().mean().item())


@pytest.mark.parametrize("arm", ["l1_norm", "linf_norm"])
def test_other_sizes_pass_gradcheck_and_agree_in_eval_mode(arm: str) -> None:
    z, normaliser = torch.randn(2, 9, 4, dtype=torch.float64, requires_grad=True), ARMS[arm].normaliser

    def train_mode(inputs: torch.Tensor) -> torch.Tensor:
        return normalise(inputs, normaliser, None, Context(training=True))

    assert torch.autograd.gradcheck(train_mode, z)
    running = Running(torch.zeros(2, 4).double(), torch.ones(2, 4).double())
    outputs = normalise(z.detach(), normaliser, running, Context(training=True, calibrate=True))
    torch.testing.assert_close(normalise(z.detach(), normaliser, running, Context(training=False)), outputs)


def test_ghosts_equal_modules_on_chunks() -> None:
    z = torch.randn(3, 12, 5, dtype=torch.float64, requires_grad=True)
    running = Running(torch.randn(3, 5, dtype=torch.float64), torch.rand(3, 5, dtype=torch.float64))
    before = Running(running.mean.clone(), running.variance.clone())
    weights = torch.randn(3, 12, 5, dtype=torch.float64)
    found = normalise(z, replace(BATCH_NORM.normaliser, ghost=4), running, Context(training=True, step=0))
    (gradient,) = torch.autograd.grad((found * weights).sum(), z)
    for member in range(3):
        x = z[member].detach().requires_grad_()
        norms = []
        for _ in range(3):
            norm = nn.BatchNorm1d(5, affine=False).double()
            norm.running_mean.copy_(before.mean[member])
            norm.running_var.copy_(before.variance[member])
            norms.append(norm)
        expected = torch.cat([norm(chunk) for norm, chunk in zip(norms, x.split(4), strict=True)])
        torch.testing.assert_close(found[member], expected, **CLOSE)
        (wanted,) = torch.autograd.grad((expected * weights[member]).sum(), x)
        torch.testing.assert_close(gradient[member], wanted, **CLOSE)
        mean = torch.stack([norm.running_mean for norm in norms]).mean(0)
        variance = torch.stack([norm.running_var for norm in norms]).mean(0)
        torch.testing.assert_close(running.mean[member], mean, **CLOSE)
        torch.testing.assert_close(running.variance[member], variance, **CLOSE)


def test_a_ghost_of_the_whole_batch_changes_nothing_and_a_misfit_is_refused() -> None:
    data = double_digits([0], 5)
    architecture = Architecture(depth=2, width=8, arm="batch_norm")
    parameters = double(initialise(architecture, [0]))
    ordinary = train(assemble(architecture, parameters, [0]), data, [0.1])

    def in_ghosts(size: int) -> Architecture:
        normaliser = replace(BATCH_NORM.normaliser, ghost=size)
        return replace(architecture, arm=replace(BATCH_NORM, normaliser=normaliser))

    same = train(assemble(in_ghosts(32), parameters, [0]), data, [0.1])
    torch.testing.assert_close(same.minibatch_loss, ordinary.minibatch_loss, rtol=1e-12, atol=0)
    with pytest.raises(ValueError, match="do not fill"):
        train(assemble(in_ghosts(5), parameters, [0]), data, [0.1])
