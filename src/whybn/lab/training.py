"""Training a whole ensemble at once: mini-batches, optimisers with one learning rate per member, divergence.

A member whose loss is no longer finite has diverged. It is kept in every result, as diverged with its step, and
only the arithmetic on it stops.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
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

NEVER = -1  # diverged_at of a member that did not diverge
CHUNK = 8  # members that go through large sets of examples together


@dataclass(frozen=True)
class Optimiser:
    """SGD with momentum and weight decay (torch.optim.SGD's form), or Adam (Kingma and Ba 2015) when `adam`.

    warm_up: number of first steps over which the learning rate rises in a straight line to its full value.
    trainable: kinds of parameters that move (such as scale and shift), the others stay as they were drawn; None: all.
    limit: longest step of each parameter of a layer, relative to the norm of the layer's weight matrix; a longer one is
    shortened to it. None: no limit.
    hold_norms: after each step the weight matrices of hidden layers are given back the norms that they had before it.
    """

    momentum: float = 0.0
    weight_decay: float = 0.0
    adam: bool = False
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    warm_up: int = 0
    trainable: tuple[str, ...] | None = None
    limit: float | None = None
    hold_norms: bool = False

    def share_of_rate(self, step: int) -> float:
        """What part of the learning rate a step takes."""
        return min((step + 1) / self.warm_up, 1.0) if self.warm_up else 1.0

    @property
    def is_plain_descent(self) -> bool:
        """Whether a step goes against the gradient, as long as the rate says, and does nothing else."""
        return replace(self, warm_up=0) == Optimiser()


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
        if whole_step is not None:
            now = rate * optimiser.share_of_rate(step)
            loss = whole_step.step(*data.at(data.order[step]), state.seed_rows, now, context)
        else:
            move = partial(_move, state, rate, optimiser, step)
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
    if optimiser.is_plain_descent and descent.knows(state.architecture, data.inputs, data.targets):
        return Descent(state.architecture, state.parameters, state.statistics)
    return None


def _descend(state: Ensemble, inputs: Tensor, targets: Tensor, context: Context, move: Move) -> Tensor:
    """Loss of each member before the step; every parameter goes to `move` with its gradient."""
    if backpropagation.knows(state.architecture, inputs):
        known = state.architecture, state.parameters, inputs, targets, context, state.statistics
        return backpropagation.backpropagate(*known, move)
    loss, gradient = gradients(state, inputs, targets, context)
    for name, slope in gradient.items():
        move(name, slope)
    return loss


@no_type_check  # for the tests: as in backpropagation
def _move(state: Ensemble, rate: Tensor, optimiser: Optimiser, step: int, name: str, slope: Tensor) -> None:
    """One step of the optimiser for one parameter, in place, in the form torch.optim uses."""
    if optimiser.trainable is not None and name.split(".", 1)[0] not in optimiser.trainable:
        return
    rate = rate * optimiser.share_of_rate(step)
    value = state.parameters[name]
    each = rate.view(-1, *[1] * (value.dim() - 1))
    if optimiser.weight_decay:
        slope = slope + optimiser.weight_decay * value
    held = optimiser.hold_norms and state.architecture.is_hidden(name)
    before = _norm(value) if held else None
    if optimiser.adam:
        slope = _adam_slope(state, optimiser, step, name, slope)
    elif optimiser.momentum:
        (velocity,) = state.moments.setdefault(name, [torch.zeros_like(value)])
        slope = velocity.mul_(optimiser.momentum).add_(slope)
    if optimiser.limit is not None:
        longest = optimiser.limit * _norm(state.parameters[f"weight.{name.split('.', 1)[1]}"])
        each = torch.minimum(each, (longest / _norm(slope)).view_as(each))
    value.addcmul_(each, slope, value=-1)
    if held:
        value.mul_((before / _norm(value)).view_as(each))


def _norm(values: Float[Tensor, "member ..."]) -> Float[Tensor, "member"]:
    return values.flatten(1).norm(dim=1)


@no_type_check
def _adam_slope(state: Ensemble, optimiser: Optimiser, step: int, name: str, slope: Tensor) -> Tensor:
    value = state.parameters[name]
    first_weight, second_weight = optimiser.betas
    first, second = state.moments.setdefault(name, [torch.zeros_like(value), torch.zeros_like(value)])
    first.lerp_(slope, 1 - first_weight)
    second.mul_(second_weight).addcmul_(slope, slope, value=1 - second_weight)
    size = (second / (1 - second_weight ** (step + 1))).sqrt_().add_(optimiser.epsilon)
    return first / (1 - first_weight ** (step + 1)) / size


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
