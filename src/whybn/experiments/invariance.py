"""The reference network with its weights rescaled, and the length of its weights over a long training.

Rescaling: the weights of all hidden layers of a briefly trained network are multiplied by a constant, and loss,
gradient and largest curvature with respect to these weights are taken on the same examples in double precision.
Long training: the effective learning rate, rate over squared weight norm, at several rates. With Batch Norm only: both
sides of a bound on the gradient, unit by unit.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Parameters, initialise, with_arm
from whybn.lab.training import Ensemble, assemble, train
from whybn.measures.bound import Bound, gradient_bound
from whybn.measures.curvature import Hessian, top_eigenvalue

PARTS = ("plain", "batch_norm")
BUDGET = 5
LARGE_BUDGET = 38


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 8
    batch: int = 32
    width: int = 32  # units in a hidden layer
    steps: int = 1500  # of the long training
    rates: tuple[float, ...] = (0.02, 0.05, 0.1, 0.3, 1.0)
    every: int = 50  # steps between two looks at the weights
    rescale_at: int = 100  # step of the long training whose network is rescaled
    rescale_rate: float = 0.05  # learning rate of that training
    factors: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0)
    examples: int = 100  # training images for loss, gradient and curvature
    products: int = 15  # Hessian-vector products for each curvature
    bound_at: tuple[int, ...] = (0, 400)  # steps at which both sides of the bound are taken, at the same rate


FULL = Settings()
QUICK = replace(
    FULL, seeds=2, steps=60, every=20, rates=(0.05, 0.3), rescale_at=20, products=3, examples=50, bound_at=(0, 40)
)
LARGE = replace(FULL, width=64, seeds=16)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; NaN where the member has diverged.

    factors (factor,). rescaled_loss, rescaled_gradient, rescaled_curvature (factor, seed): with the weights of all
    hidden layers rescaled, the loss, and norm of the gradient and largest Hessian eigenvalue with respect to them.
    rates (rate,), step (time,). square (time, layer, seed, rate): squared norm of each hidden layer's weights over the
    long training.
    With Batch Norm only, bound_at (moment,), bound_before, bound_mean, bound_along, bound_factor, bound_after,
    bound_weights_before, bound_weights_removed, bound_weights_by_chance (moment, layer, seed, unit): the terms of
    `measures.bound.Bound` on the mini-batch that comes next. batch ().
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    each_seed = [seed for seed in seeds for _ in settings.rates]
    each_rate = list(settings.rates) * len(seeds)
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(seeds, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, each_seed), each_seed)
    notes = Notes(settings, data, len(each_rate))
    train(start, data, each_rate, probe=notes, probe_at=notes.moments)
    shape = (len(seeds), len(settings.rates))
    found = {
        "factors": settings.factors,
        "rates": settings.rates,
        "batch": settings.batch,
        "step": list(notes.squares),
        "square": torch.stack(list(notes.squares.values())).unflatten(-1, shape),
        **notes.rescaled,
    }
    if notes.bounds:
        found |= {"bound_at": list(notes.bounds), **notes.both_sides()}
    return {name: np.asarray(value) for name, value in found.items()}


class Notes:
    """The probe: the length of the weights; at some steps, the members at one learning rate more closely."""

    def __init__(self, settings: Settings, data: Data, members: int) -> None:
        self.settings, self.data, self.members = settings, data, members
        self.squares: dict[int, torch.Tensor] = {}
        self.rescaled: dict[str, torch.Tensor] = {}
        self.bounds: dict[int, Bound] = {}
        self.moments = {*range(0, settings.steps + 1, settings.every), settings.rescale_at, *settings.bound_at}

    def __call__(self, step: int, ensemble: Ensemble, members: torch.Tensor) -> None:
        """Look at the weights."""
        settings = self.settings
        if step % settings.every == 0:
            weights = [ensemble.parameters[f"weight.{layer}"] for layer in range(ensemble.architecture.depth)]
            self.squares[step] = torch.full((len(weights), self.members), torch.nan)
            self.squares[step][:, members] = torch.stack([weight.square().sum((1, 2)) for weight in weights])
        if step == settings.rescale_at:
            self.rescaled = rescale(settings, self.data, self.at_one_rate(ensemble, members))
        if step in settings.bound_at and ensemble.architecture.arm.uses_batch:
            chosen = self.at_one_rate(ensemble, members)
            index = self.data.order[step][chosen.seed_rows]
            batch = self.data.inputs[index].double(), self.data.targets[index]
            self.bounds[step] = gradient_bound(chosen.architecture, double(chosen.parameters), *batch)

    def at_one_rate(self, ensemble: Ensemble, members: torch.Tensor) -> Ensemble:
        """The members trained at `rescale_rate`; ArithmeticError if one of them has diverged."""
        rate = self.settings.rates.index(self.settings.rescale_rate)
        chosen = (members % len(self.settings.rates) == rate).nonzero()[:, 0]
        if len(chosen) < self.settings.seeds:
            raise ArithmeticError(f"a network diverged at rate {self.settings.rescale_rate}, at which all should train")
        return ensemble.pick(chosen)

    def both_sides(self) -> dict[str, torch.Tensor]:
        """The terms of the bound, stacked over moments."""
        terms = {term.name: [getattr(bound, term.name) for bound in self.bounds.values()] for term in fields(Bound)}
        return {f"bound_{name.removesuffix('_part')}": torch.stack(values) for name, values in terms.items()}


def double(parameters: Parameters) -> Parameters:
    """The same in double precision."""
    return {name: value.double() for name, value in parameters.items()}


def rescale(settings: Settings, data: Data, ensemble: Ensemble) -> dict[str, torch.Tensor]:
    """Loss, gradient and curvature of networks whose hidden weights are multiplied by each factor."""
    seeds, factors = len(ensemble.seeds), torch.tensor(settings.factors, dtype=torch.float64)
    each = ensemble.pick(torch.arange(seeds).repeat(len(factors)))
    index = data.training[:, : settings.examples][each.seed_rows]
    batch = data.inputs[index].double(), data.targets[index]
    stretch = factors.repeat_interleave(seeds)[:, None, None]
    names = [f"weight.{layer}" for layer in range(each.architecture.depth)]
    parameters = double(each.parameters)
    parameters |= {name: stretch * parameters[name] for name in names}
    hessian = Hessian(each.architecture, parameters, *batch, names)
    gradient = hessian.gradient()
    curvature, _ = top_eigenvalue(hessian, gradient, settings.products)
    measured = {"loss": hessian.loss.detach(), "gradient": gradient.norm(dim=1), "curvature": curvature}
    return {f"rescaled_{name}": value.view(-1, seeds) for name, value in measured.items()}
