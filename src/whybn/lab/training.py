"""Training a whole ensemble at once: mini-batches, optimisers with one learning rate per member, divergence.

A member whose loss is no longer finite has diverged. It is kept in every result, as diverged with its step, and
only the arithmetic on it stops.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, no_type_check, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from whybn.lab.backpropagation import Move, backpropagate, is_written_out
from whybn.lab.data import Data
from whybn.lab.networks import Architecture, Parameters, Statistics, forward, fresh_statistics, losses
from whybn.lab.normalisers import Arm, Context, Running, shifting_noise

NEVER = -1  # diverged_at of a member that did not diverge


@dataclass(frozen=True)
class Optimiser:
    """SGD with momentum and weight decay (torch.optim.SGD's form), or Adam (Kingma and Ba 2015) when `adam`.

    warm_up: number of first steps over which the learning rate rises in a straight line to its full value.
    trainable: kinds of parameters that move (such as scale and shift), the others stay as they were drawn; None: all.
    """

    momentum: float = 0.0
    weight_decay: float = 0.0
    adam: bool = False
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    warm_up: int = 0
    trainable: tuple[str, ...] | None = None


@runtime_checkable
class Design(Protocol):
    """What training asks of an architecture, fully connected or not."""

    arm: str

    @property
    def normaliser(self) -> Arm:
        """How the arm builds a layer."""


@dataclass
class Ensemble:
    """The state of a training: everything that changes from step to step."""

    architecture: Design
    parameters: Parameters
    statistics: Statistics
    seed_rows: Int[Tensor, "member"]  # which row of Data.order each member reads
    seeds: list[int]  # one per member; the noise of Noisy Batch Norm depends on it
    moments: dict[str, list[Tensor]] = field(default_factory=dict)  # of the optimiser: momentum one, Adam two
    compute: Callable[..., Tensor] = forward  # outputs of the members; called as networks.forward is

    def pick(self, members: Tensor) -> "Ensemble":
        """A copy that holds only the given members."""
        return Ensemble(
            self.architecture,
            {name: value[members] for name, value in self.parameters.items()},
            [Running(layer.mean[members], layer.variance[members]) for layer in self.statistics],
            self.seed_rows[members],
            [self.seeds[member] for member in members.tolist()],
            {name: [moment[members] for moment in moments] for name, moments in self.moments.items()},
            self.compute,
        )


@dataclass(frozen=True)
class Trained:
    """What a training leaves.

    ensemble: final state; parameters of diverged members are NaN. minibatch_loss: (step, member).
    diverged_at: (member,) step of divergence, NEVER where there was none.
    """

    ensemble: Ensemble
    minibatch_loss: Float[Tensor, "step member"]
    diverged_at: Int[Tensor, "member"]


Probe = Callable[[int, Ensemble, Int[Tensor, "member"]], None]


def assemble(
    architecture: Architecture | Design,
    parameters: Parameters,
    seeds: Sequence[int],
    statistics: Statistics | None = None,
    data_seeds: Sequence[int] | None = None,
    compute: Callable[..., Tensor] = forward,
) -> Ensemble:
    """An ensemble ready to train. `seeds` holds one seed per member; rows of Data.order follow sorted seeds.

    data_seeds: where several initialisations share one data set, the seed of each member's data.
    compute: for other networks than the fully connected ones, which then bring their statistics, what computes them.
    """
    of_data = list(seeds if data_seeds is None else data_seeds)
    unique = sorted(set(of_data))
    device = next(iter(parameters.values())).device
    rows = torch.tensor([unique.index(seed) for seed in of_data], device=device)
    start = fresh_statistics(architecture, parameters) if statistics is None else statistics
    return Ensemble(architecture, parameters, start, rows, list(seeds), compute=compute)


def gradients(
    ensemble: Ensemble, inputs: Tensor, targets: Tensor, context: Context, remember: bool = False
) -> tuple[Float[Tensor, "member"], Parameters]:
    """Loss of each member and its gradient. With `remember` the pass moves the running statistics."""
    leaves = {name: value.detach().requires_grad_() for name, value in ensemble.parameters.items()}
    frozen = ensemble.architecture.arm == "frozen_batch_norm"
    statistics = ensemble.statistics if remember or frozen else None
    loss = losses(ensemble.compute(ensemble.architecture, leaves, inputs, context, statistics), targets)
    found = torch.autograd.grad(loss.sum(), list(leaves.values()))
    return loss.detach(), dict(zip(leaves, found, strict=True))


def train(
    ensemble: Ensemble,
    data: Data,
    rates: Sequence[float],
    optimiser: Optimiser | None = None,
    probe: Probe | None = None,
    probe_at: Collection[int] = (),
) -> Trained:
    """Train every member along Data.order, one step per mini-batch.

    rates: one learning rate per member. probe(step, ensemble, members) is called before step `step` for each step
    in `probe_at` (the number of steps itself means after the last); `members` are the numbers of the members still
    finite, in the order the ensemble then holds them. A probe may read anything and must change nothing.
    Raises ValueError when `rates` does not hold one number per member.
    """
    total = len(ensemble.seeds)
    if len(rates) != total:
        raise ValueError(f"{len(rates)} learning rates for {total} members; give one per member")
    optimiser = optimiser or Optimiser()
    steps = len(data.order)
    alive = torch.arange(total, device=data.inputs.device)
    rate = torch.tensor(rates, dtype=data.inputs.dtype, device=data.inputs.device)
    state = ensemble.pick(alive)
    minibatch_loss = data.inputs.new_full((steps, total), torch.nan)
    diverged_at = torch.full_like(alive, NEVER)
    for step in range(steps + 1):
        if probe is not None and step in probe_at:
            probe(step, state, alive)
        if step == steps or not len(alive):
            break
        noise = shifting_noise(state.seeds, step) if state.architecture.normaliser.noisy else None
        move = partial(_move, state, rate, optimiser, step)
        loss = _descend(state, *data.at(data.order[step][state.seed_rows]), Context(training=True, noise=noise), move)
        minibatch_loss[step, alive] = loss
        finite = torch.isfinite(loss)
        if not finite.all():
            diverged_at[alive[~finite]] = step
            state, rate, alive = state.pick(finite.nonzero()[:, 0]), rate[finite], alive[finite]
    return Trained(_scatter(state, alive, ensemble), minibatch_loss, diverged_at)


def _descend(state: Ensemble, inputs: Tensor, targets: Tensor, context: Context, move: Move) -> Tensor:
    """Loss of each member before the step; every parameter goes to `move` with its gradient."""
    if state.compute is forward and is_written_out(state.architecture):
        return backpropagate(state.architecture, state.parameters, inputs, targets, context, state.statistics, move)
    loss, gradient = gradients(state, inputs, targets, context, remember=True)
    for name, slope in gradient.items():
        move(name, slope)
    return loss


@no_type_check  # for the tests: as in backpropagation
def _move(state: Ensemble, rate: Tensor, optimiser: Optimiser, step: int, name: str, slope: Tensor) -> None:
    """One step of the optimiser for one parameter, in place, in the form torch.optim uses."""
    if optimiser.trainable is not None and name.split(".", 1)[0] not in optimiser.trainable:
        return
    if step < optimiser.warm_up:
        rate = rate * ((step + 1) / optimiser.warm_up)
    value = state.parameters[name]
    each = rate.view(-1, *[1] * (value.dim() - 1))
    if optimiser.weight_decay:
        slope = slope + optimiser.weight_decay * value
    if optimiser.adam:
        _move_by_adam(state, optimiser, step, name, slope, each)
    elif optimiser.momentum:
        (velocity,) = state.moments.setdefault(name, [torch.zeros_like(value)])
        value.addcmul_(each, velocity.mul_(optimiser.momentum).add_(slope), value=-1)
    else:
        value.addcmul_(each, slope, value=-1)


@no_type_check
def _move_by_adam(state: Ensemble, optimiser: Optimiser, step: int, name: str, slope: Tensor, rate: Tensor) -> None:
    value = state.parameters[name]
    first_weight, second_weight = optimiser.betas
    first, second = state.moments.setdefault(name, [torch.zeros_like(value), torch.zeros_like(value)])
    first.lerp_(slope, 1 - first_weight)
    second.mul_(second_weight).addcmul_(slope, slope, value=1 - second_weight)
    size = (second / (1 - second_weight ** (step + 1))).sqrt_().add_(optimiser.epsilon)
    value.addcdiv_(first * (rate / (1 - first_weight ** (step + 1))), size, value=-1)


def _scatter(state: Ensemble, alive: Int[Tensor, "member"], original: Ensemble) -> Ensemble:
    """The final state with diverged members back in their places, as NaN."""

    def spread(value: Tensor, like: Tensor) -> Tensor:
        return torch.full_like(like, torch.nan).index_copy_(0, alive, value)

    return Ensemble(
        original.architecture,
        {name: spread(value, original.parameters[name]) for name, value in state.parameters.items()},
        [
            Running(spread(now.mean, before.mean), spread(now.variance, before.variance))
            for now, before in zip(state.statistics, original.statistics, strict=True)
        ],
        original.seed_rows,
        original.seeds,
        compute=original.compute,
    )


def evaluate(
    ensemble: Ensemble,
    data: Data,
    index: Int[Tensor, "seed chosen"],
    training: bool,
    chunk: int = 8,
    noise_step: int | None = None,
) -> tuple[Float[Tensor, "member"], Float[Tensor, "member"]]:
    """Loss and accuracy (NaN for regressions) of every member on the examples `index` names for its seed.

    training=True uses the statistics of these very examples (the population statistics, if they are the training
    set); False the running ones. Members go in chunks; the examples of a member never do, for its statistics.
    noise_step: for noisy arms, the step whose noise is added; None leaves the noise out.
    """
    all_losses, accuracies = [], []
    with torch.no_grad():
        for members in torch.arange(len(ensemble.seeds), device=index.device).split(chunk):
            part = ensemble.pick(members)
            inputs, wanted = data.at(index[part.seed_rows])
            statistics = None if training and part.architecture.arm != "frozen_batch_norm" else part.statistics
            noise = None if noise_step is None else shifting_noise(part.seeds, noise_step)
            context = Context(training=training, noise=noise)
            outputs = part.compute(part.architecture, part.parameters, inputs, context, statistics)
            all_losses.append(losses(outputs, wanted))
            accuracies.append(_accuracy(outputs, wanted))
    return torch.cat(all_losses), torch.cat(accuracies)


def _accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    if targets.dtype != torch.int64:
        return outputs.new_full((len(outputs),), torch.nan)
    right = (outputs.argmax(-1) == targets).to(outputs.dtype).mean(1)
    return torch.where(outputs.isfinite().all(-1).all(-1), right, torch.nan)
