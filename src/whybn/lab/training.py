"""Training a whole ensemble at once: mini-batches, optimisers with one learning rate per member, divergence.

A member whose loss is no longer finite has diverged. It is kept in every result, as diverged with its step, and
only the arithmetic on it stops.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import no_type_check

import torch
from jaxtyping import Float, Int
from torch import Tensor

from whybn.lab import backpropagation, descent
from whybn.lab.backpropagation import Move
from whybn.lab.data import Data
from whybn.lab.descent import Descent
from whybn.lab.networks import Design, Parameters, Statistics, losses
from whybn.lab.noise import noise_at
from whybn.lab.normalisers import Context, Running
from whybn.lab.optimisers import Moved, Optimiser, take_step

NEVER = -1  # diverged_at of a member that did not diverge
CHUNK = 8  # members that go through large sets of examples together


@dataclass
class Ensemble:
    """The state of a training: everything that changes from step to step."""

    architecture: Design
    parameters: Parameters
    statistics: Statistics
    seed_rows: Int[Tensor, "member"]  # which row of Data.order each member reads
    seeds: list[int]  # one per member; the noise of Noisy Batch Norm depends on it
    moments: dict[str, list[Tensor]] = field(default_factory=dict)  # of the optimiser: momentum one, Adam two

    def pick(self, members: Tensor) -> "Ensemble":
        """A copy that holds only the given members."""
        return Ensemble(
            self.architecture,
            {name: value[members] for name, value in self.parameters.items()},
            [Running(layer.mean[members], layer.variance[members]) for layer in self.statistics],
            self.seed_rows[members],
            [self.seeds[member] for member in members.tolist()],
            {name: [moment[members] for moment in moments] for name, moments in self.moments.items()},
        )

    def outputs(self, inputs: Tensor, context: Context) -> Tensor:
        """Outputs of every member, for nobody who asks for their gradient."""
        return _outputs(self.architecture, self.parameters, inputs, context, self.statistics)


def _outputs(design: Design, parameters: Parameters, inputs: Tensor, context: Context, statistics: Statistics) -> Tensor:
    known = design, parameters, inputs, context, statistics
    if backpropagation.knows(design, inputs):
        return backpropagation.outputs(*known)
    with torch.no_grad():
        return design.compute(*known[1:])


def calibrate(design: Design, parameters: Parameters, inputs: Float[Tensor, "member batch input"]) -> Statistics:
    """Statistics of every layer over all of `inputs`, each layer seeing the normalised layers below it."""
    statistics = design.fresh_statistics(parameters)
    if statistics:
        for first in range(0, len(inputs), CHUNK):
            few = slice(first, first + CHUNK)
            own = {name: value[few] for name, value in parameters.items()}
            kept = [Running(layer.mean[few], layer.variance[few]) for layer in statistics]  # the same memory
            _outputs(design, own, inputs[few], Context(training=True, calibrate=True), kept)
    return statistics


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
    architecture: Design,
    parameters: Parameters,
    seeds: Sequence[int],
    statistics: Statistics | None = None,
    data_seeds: Sequence[int] | None = None,
) -> Ensemble:
    """An ensemble ready to train. `seeds` holds one seed per member; rows of Data.order follow sorted seeds.

    statistics: other running statistics than fresh ones. data_seeds: where several initialisations share one data set,
    the seed of each member's data.
    """
    of_data = list(seeds if data_seeds is None else data_seeds)
    unique = sorted(set(of_data))
    device = next(iter(parameters.values())).device
    rows = torch.tensor([unique.index(seed) for seed in of_data], device=device)
    start = architecture.fresh_statistics(parameters) if statistics is None else statistics
    return Ensemble(architecture, parameters, start, rows, list(seeds))


def gradients(
    ensemble: Ensemble, inputs: Tensor, targets: Tensor, context: Context
) -> tuple[Float[Tensor, "member"], Parameters]:
    """Loss of each member and its gradient; running statistics move in a training step (`context`)."""
    found: Parameters = {}
    if backpropagation.knows(ensemble.architecture, inputs):
        known = ensemble.architecture, ensemble.parameters, inputs, targets, context, ensemble.statistics
        return backpropagation.backpropagate(*known, found.__setitem__), found
    leaves = {name: value.detach().requires_grad_() for name, value in ensemble.parameters.items()}
    loss = losses(ensemble.architecture.compute(leaves, inputs, context, ensemble.statistics), targets)
    slopes = torch.autograd.grad(loss.sum(), list(leaves.values()))
    return loss.detach(), dict(zip(leaves, slopes, strict=True))


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
    whole_step = _whole_step(state, data, optimiser)
    minibatch_loss = data.inputs.new_full((steps, total), torch.nan)
    diverged_at = torch.full_like(alive, NEVER)
    for step in range(steps + 1):
        if probe is not None and step in probe_at:
            probe(step, state, alive)
        if step == steps or not len(alive):
            break
        noise = noise_at(state.architecture.arm.noise, state.seeds, step)
        context = Context(training=True, step=step, noise=noise)
        now = rate * optimiser.share_of_rate(step)
        if whole_step is not None:
            loss = whole_step.step(*data.at(data.order[step]), state.seed_rows, now, context, optimiser.rules(step))
        else:
            move = partial(_move, state, now, optimiser, step)
            loss = _descend(state, *data.at(data.order[step][state.seed_rows]), context, move)
        minibatch_loss[step, alive] = loss
        finite = torch.isfinite(loss)
        if not finite.all():
            diverged_at[alive[~finite]] = step
            state, rate, alive = state.pick(finite.nonzero()[:, 0]), rate[finite], alive[finite]
            whole_step = _whole_step(state, data, optimiser)
    return Trained(_scatter(state, alive, ensemble), minibatch_loss, diverged_at)


def _whole_step(state: Ensemble, data: Data, optimiser: Optimiser) -> Descent | None:
    """The whole step in one call, where there is one for such a training."""
    if optimiser.trainable is not None or not descent.knows(state.architecture, data.inputs, data.targets):
        return None
    for name, value in state.parameters.items():
        state.moments.setdefault(name, optimiser.moments(value))
    return Descent(state.architecture, state.parameters, state.statistics, state.moments)


def _descend(state: Ensemble, inputs: Tensor, targets: Tensor, context: Context, move: Move) -> Tensor:
    """Loss of each member before the step; every parameter goes to `move` with its gradient."""
    if backpropagation.knows(state.architecture, inputs):
        known = state.architecture, state.parameters, inputs, targets, context, state.statistics
        return backpropagation.backpropagate(*known, move)
    loss, gradient = gradients(state, inputs, targets, context)
    for name in sorted(gradient, key=lambda name: name.startswith("weight")):  # these last: a limit goes by the old ones
        move(name, gradient[name])
    return loss


@no_type_check  # for the tests: as in backpropagation
def _move(state: Ensemble, rate: Tensor, optimiser: Optimiser, step: int, name: str, slope: Tensor) -> None:
    """One step of the optimiser for one parameter, in place."""
    if optimiser.moves(name):
        value, held = state.parameters[name], state.architecture.is_hidden(name)
        if name not in state.moments:
            state.moments[name] = optimiser.moments(value)
        weight = state.parameters[f"weight.{name.split('.', 1)[1]}"] if optimiser.limit is not None else value
        take_step(Moved(value, state.moments[name], weight, held), slope, rate, optimiser, step)


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
    )


def evaluate(
    ensemble: Ensemble,
    data: Data,
    index: Int[Tensor, "seed chosen"],
    training: bool,
    noise_step: int | None = None,
) -> tuple[Float[Tensor, "member"], Float[Tensor, "member"]]:
    """Loss and accuracy (NaN for regressions) of every member on the examples `index` names for its seed.

    training=True uses the statistics of these very examples (the population statistics, if they are the training
    set); False the running ones. Members go in chunks; the examples of a member never do, for its statistics.
    noise_step: for arms with noise, the step whose noise is added; None leaves the noise out.
    """
    all_losses, accuracies = [], []
    for members in torch.arange(len(ensemble.seeds), device=index.device).split(CHUNK):
        part = ensemble.pick(members)
        inputs, wanted = data.at(index[part.seed_rows])
        noise = None if noise_step is None else noise_at(part.architecture.arm.noise, part.seeds, noise_step)
        outputs = part.outputs(inputs, Context(training=training, noise=noise))
        all_losses.append(losses(outputs, wanted))
        accuracies.append(_accuracy(outputs, wanted))
    return torch.cat(all_losses), torch.cat(accuracies)


def _accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    if targets.dtype != torch.int64:
        return outputs.new_full((len(outputs),), torch.nan)
    right = (outputs.argmax(-1) == targets).to(outputs.dtype).mean(1)
    return torch.where(outputs.isfinite().all(-1).all(-1), right, torch.nan)
