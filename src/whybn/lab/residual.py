"""Ensembles of residual networks: each block adds its branch to what it received.

A branch is normalisation (or none), ReLU, linear map. Parameters are stacked as in `networks`; axis 0 is the member.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from whybn.lab.data import Data
from whybn.lab.networks import Parameters, losses
from whybn.lab.normalisers import Context, batch_norm

KINDS = ("plain", "batch_norm", "skip_init")


@dataclass(frozen=True)
class Residual:
    """A linear map to `width` units, `blocks` residual blocks, and ReLU with a linear output layer.

    kind: "plain", "batch_norm" (first thing in each branch) or "skip_init" (each branch times a trained number that
    starts at zero; De and Smith 2020, section 4). Raises ValueError for another kind.
    """

    inputs: int = 64
    outputs: int = 10
    blocks: int = 30
    width: int = 32
    kind: str = "plain"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}; known: {', '.join(KINDS)}")


def initialise(network: Residual, seeds: Sequence[int]) -> Parameters:
    """Initial parameters, one member per seed, He initialisation; equal seeds give equal weights in every kind."""
    drawn = {seed: _draw(network, seed) for seed in set(seeds)}
    return {name: torch.stack([drawn[seed][name] for seed in seeds]) for name in drawn[seeds[0]]}


def _draw(network: Residual, seed: int) -> Parameters:
    generator = torch.Generator().manual_seed(seed)
    last = network.blocks + 1
    parameters: Parameters = {}
    for layer in range(last + 1):
        fan_in = network.inputs if layer == 0 else network.width
        fan_out = network.outputs if layer == last else network.width
        parameters[f"weight.{layer}"] = torch.randn(fan_in, fan_out, generator=generator) * (2 / fan_in) ** 0.5
        parameters[f"bias.{layer}"] = torch.zeros(fan_out)
        if 0 < layer < last and network.kind == "batch_norm":
            parameters[f"scale.{layer}"] = torch.ones(network.width)
            parameters[f"shift.{layer}"] = torch.zeros(network.width)
        if 0 < layer < last and network.kind == "skip_init":
            parameters[f"factor.{layer}"] = torch.zeros(1)
    return parameters


def forward(
    network: Residual,
    parameters: Parameters,
    inputs: Float[Tensor, "member batch input"],
    trace: list[Tensor] | None = None,
) -> Float[Tensor, "member batch output"]:
    """Outputs of every member in train mode. trace: filled with what enters the first block and leaves each block."""
    x = torch.baddbmm(parameters["bias.0"][:, None], inputs, parameters["weight.0"])
    states = [x]
    for block in range(1, network.blocks + 1):
        z = x
        if network.kind == "batch_norm":
            z = batch_norm(z, parameters[f"scale.{block}"], parameters[f"shift.{block}"], None, Context(training=True))
        branch = torch.baddbmm(parameters[f"bias.{block}"][:, None], torch.relu(z), parameters[f"weight.{block}"])
        if network.kind == "skip_init":
            branch = parameters[f"factor.{block}"][:, None] * branch
        x = x + branch
        states.append(x)
    if trace is not None:
        trace.extend(states)
    last = network.blocks + 1
    return torch.baddbmm(parameters[f"bias.{last}"][:, None], torch.relu(x), parameters[f"weight.{last}"])


def descend(network: Residual, parameters: Parameters, data: Data, rows: Tensor, rates: Sequence[float]) -> Parameters:
    """Parameters after plain gradient descent along Data.order; a member that diverges goes on as NaN.

    rows: (member,), which row of the seed axis each member reads. rates: one learning rate per member.
    """
    rate = torch.tensor(rates, dtype=data.inputs.dtype)
    for index in data.order[:, rows]:
        leaves = {name: value.detach().requires_grad_() for name, value in parameters.items()}
        loss = losses(forward(network, leaves, data.inputs[index]), data.targets[index])
        found = torch.autograd.grad(loss.sum(), list(leaves.values()))
        moves = zip(leaves.items(), found, strict=True)
        parameters = {
            name: value.detach() - rate.view(-1, *[1] * (value.dim() - 1)) * slope for (name, value), slope in moves
        }
    return parameters
