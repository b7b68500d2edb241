"""Residual networks against the same networks built from torch.nn modules and trained alone."""

import pytest
import torch
from torch import nn

from whybn.lab.data import digits_for
from whybn.lab.networks import initialise
from whybn.lab.normalisers import Context
from whybn.lab.residual import BRANCHES, Residual
from whybn.lab.training import assemble, train

KINDS = {"plain": {}, "batch_norm": {"arm": "batch_norm"}, **{name: {"branch": name} for name in BRANCHES}}


class Block(nn.Module):
    def __init__(self, parameters: dict, block: int, member: int, kind: str) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(8) if kind == "batch_norm" else nn.Identity()
        self.linear = nn.Linear(8, 8)
        self.linear.weight.data = parameters[f"weight.{block}"][member].T.clone()
        self.linear.bias.data.zero_()
        self.factor = nn.Parameter(torch.zeros(1)) if kind == "skip_init" else 3**-0.5 if kind == "shrunk" else 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.factor * self.linear(torch.relu(self.norm(x)))


@pytest.mark.parametrize("kind", KINDS)
def test_ten_steps_equal_torch_nn(kind: str) -> None:
    network = Residual(blocks=3, width=8, **KINDS[kind])
    data = digits_for([2, 5], 16, 10)
    start = initialise(network, [2, 5])
    trained = train(assemble(network, start, [2, 5]), data, [0.02, 0.01]).ensemble.parameters
    for member, rate in enumerate([0.02, 0.01]):
        first, last = nn.Linear(64, 8), nn.Linear(8, 10)
        for linear, layer in ((first, 0), (last, 4)):
            linear.weight.data = start[f"weight.{layer}"][member].T.clone()
            linear.bias.data.zero_()
        blocks = [Block(start, block, member, kind) for block in (1, 2, 3)]
        alone = nn.Sequential(first, *blocks, nn.ReLU(), last)
        optimiser = torch.optim.SGD(alone.parameters(), lr=rate)
        for index in data.order[:, member]:
            optimiser.zero_grad()
            nn.functional.cross_entropy(alone(data.inputs[index]), data.targets[index]).backward()
            optimiser.step()
        torch.testing.assert_close(trained["weight.0"][member].T, first.weight.data, rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(trained["weight.2"][member].T, blocks[1].linear.weight.data, rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(trained["weight.4"][member].T, last.weight.data, rtol=1e-3, atol=1e-5)


def test_kinds_share_weights_and_skip_init_starts_as_the_identity() -> None:
    weights = [initialise(Residual(blocks=2, **kind), [0])["weight.2"] for kind in KINDS.values()]
    assert all(torch.equal(weights[0], other) for other in weights)
    network, states = Residual(blocks=2, branch="skip_init"), []
    network.compute(initialise(network, [0]), torch.randn(1, 5, 64), Context(training=True), states=states)
    assert torch.equal(states[0], states[2])
    with pytest.raises(ValueError, match="unknown branch"):
        Residual(branch="half")
    with pytest.raises(ValueError, match="unknown arm"):
        Residual(arm="skip_init")
