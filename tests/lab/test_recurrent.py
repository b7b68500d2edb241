"""Every member of a recurrent ensemble equals a network built from torch.nn modules and trained alone."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from whybn.lab.data import digits_for
from whybn.lab.networks import initialise
from whybn.lab.recurrent import Recurrent
from whybn.lab.training import assemble, evaluate, train

SEEDS, RATES, STEPS = [1, 1, 4], [0.05, 0.1, 0.02], 30
CLOSE = {"rtol": 1e-6, "atol": 1e-8}


class ByHand(nn.Module):
    """A cell called step by step, with one normaliser module per step, or one for all."""

    def __init__(self, parameters: dict, member: int, arm: str, sets: int) -> None:
        super().__init__()
        own = {name: value[member].clone() for name, value in parameters.items()}
        width = own["weight.state"].shape[0]
        self.cell = nn.RNNCell(8, width).double()
        self.out = nn.Linear(width, 10).double()
        self.cell.weight_ih.data, self.cell.weight_hh.data = own["weight.input"].T, own["weight.state"].T
        self.cell.bias_ih.data.zero_()
        self.cell.bias_hh.data.zero_()
        self.out.weight.data, self.out.bias.data = own["weight.output"].T, own["bias.output"]
        self.arm = arm
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, affine=False).double() for _ in range(sets))
        self.scale, self.shift = nn.Parameter(torch.ones(width).double()), nn.Parameter(torch.zeros(width).double())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        state = torch.zeros(len(images), self.cell.hidden_size, dtype=images.dtype)
        for step, row in enumerate(images.split(8, dim=1)):
            if self.arm == "plain":
                state = self.cell(row, state)
                continue
            z = row @ self.cell.weight_ih.T + state @ self.cell.weight_hh.T
            if self.arm == "batch_norm":
                z = self.norms[min(step, len(self.norms) - 1)](z)
            else:
                z = nn.functional.layer_norm(z, z.shape[-1:])
            state = torch.tanh(self.scale * z + self.shift)
        return self.out(state)

    def trained(self) -> list[nn.Parameter]:
        """What the ensemble has, too: one bias at most."""
        shared = [self.cell.weight_ih, self.cell.weight_hh, *self.out.parameters()]
        return [*shared, self.cell.bias_hh] if self.arm == "plain" else [*shared, self.scale, self.shift]


@pytest.mark.parametrize(("arm", "sets"), [("plain", 8), ("batch_norm", 8), ("batch_norm", 1), ("layer_norm", 8)])
def test_training_equals_torch_nn(arm: str, sets: int) -> None:
    data = digits_for(sorted(set(SEEDS)), batch=16, steps=STEPS)
    data = replace(data, inputs=data.inputs.double())
    architecture = Recurrent(width=12, arm=arm, sets=sets)
    parameters = {name: value.double() for name, value in initialise(architecture, SEEDS, "glorot").items()}
    start = assemble(architecture, parameters, SEEDS)
    trained = train(start, data, RATES)
    longer = torch.cat([data.inputs, data.inputs[:, :16]], 1)  # two steps more than in training
    loss, accuracy = evaluate(trained.ensemble, replace(data, inputs=longer), data.test, training=False)
    for member, rate in enumerate(RATES):
        network = ByHand(parameters, member, arm, sets)
        optimiser = torch.optim.SGD(network.trained(), lr=rate)
        row = int(start.seed_rows[member])
        for step in range(STEPS):
            index = data.order[step, row]
            found = nn.functional.cross_entropy(network(data.inputs[index]), data.targets[index])
            assert trained.minibatch_loss[step, member].item() == pytest.approx(found.item(), rel=1e-6)
            optimiser.zero_grad()
            found.backward()
            optimiser.step()
        torch.testing.assert_close(trained.ensemble.parameters["weight.state"][member].T, network.cell.weight_hh, **CLOSE)
        for norm, running in zip(network.norms, trained.ensemble.statistics, strict=False):
            torch.testing.assert_close(running.mean[member], norm.running_mean, **CLOSE)
            torch.testing.assert_close(running.variance[member], norm.running_var, **CLOSE)
        network.eval()
        outputs, targets = network(longer[data.test[row]]), data.targets[data.test[row]]
        assert loss[member].item() == pytest.approx(nn.functional.cross_entropy(outputs, targets).item(), rel=1e-6)
        assert accuracy[member].item() == pytest.approx((outputs.argmax(1) == targets).double().mean().item())


def test_arms_share_initial_weights_and_the_state_map_is_orthogonal() -> None:
    plain = initialise(Recurrent(arm="plain"), [3])
    normalised = initialise(Recurrent(arm="batch_norm"), [3])
    for name in ("weight.input", "weight.state", "weight.output"):
        torch.testing.assert_close(plain[name], normalised[name], rtol=0, atol=0)
    state = plain["weight.state"][0]
    torch.testing.assert_close(state @ state.T, torch.eye(32), atol=1e-5, rtol=0)


def test_what_it_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown arm 'nonsense'"):
        Recurrent(arm="nonsense")
    with pytest.raises(ValueError, match="know no arm with noise='fresh'"):
        Recurrent(arm="noisy_plain")
