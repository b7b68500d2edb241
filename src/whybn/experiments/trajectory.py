"""The reference network, without and with Batch Norm, stopped and probed along its training.

Both arms start from the same weights, see the same mini-batches and use the same learning rate, at which both train
well. The probes read the distribution of every layer's inputs and what older upper layers make of newer lower ones; at
the end, what Batch Norm does to one mini-batch and to one example in it.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from whybn.lab.data import Data, digits_for
from whybn.lab.networks import REFERENCE, Parameters, Trace, forward, initialise, losses, with_arm
from whybn.lab.normalisers import Context
from whybn.lab.training import Ensemble, assemble, train
from whybn.measures.shift import distribution_shift, misfit

PARTS = ("plain", "batch_norm")
BUDGET = 2
LARGE_BUDGET = 15


@dataclass(frozen=True)
class Settings:
    """What a reader may want to change."""

    first_seed: int = 0
    seeds: int = 16
    steps: int = 400
    batch: int = 32
    width: int = 32  # units in a hidden layer
    rate: float = 0.05  # learning rate of both arms
    gap: int = 10  # steps between the two states whose layers are compared
    shift_at: tuple[int, ...] = (0, 5, 10, 20, 40, 80, 160, 320)  # steps t of the pairs (t, t + gap)
    probe_images: int = 512  # training images on which layers are compared
    layer: int = 5  # hidden layer, counted from 1, whose transform is kept
    companion_sizes: tuple[int, ...] = (2, 8, 32)  # mini-batch sizes for the one example and its companions
    draws: int = 60  # random sets of companions per size


FULL = Settings()
QUICK = replace(FULL, seeds=3, steps=60, shift_at=(0, 10, 40))
LARGE = replace(FULL, width=64, probe_images=1400)


def run(settings: Settings, part: str) -> dict[str, np.ndarray]:
    """Arrays of one arm; all members have the same settings, so `member` is the seed.

    gap (): steps p from t to t+p. shift (time, layer, seed): how far the inputs of hidden layer 2, 3, ... and
    of the output layer move from t to t+p, in deviations. misfit (time, layer, seed): how much the loss rises when
    the layers below are those of t+p and that layer and the ones above those of t. loss_at (time, seed): loss at t.
    All on the probe images.
    With Batch Norm only, after the last step: linear, normalised, transformed (example, unit): hidden layer `layer`
    of the first seed on one mini-batch, before, after normalising, and after scale and shift. companion_sizes (size,),
    companions (size, seed, draw): probability given to the right class of one test image when the rest of its
    mini-batch is drawn anew, in train mode; alone (seed,): the same in eval mode, where companions do not matter.
    """
    seeds = list(range(settings.first_seed, settings.first_seed + settings.seeds))
    architecture = with_arm(replace(REFERENCE, width=settings.width), part)
    data = digits_for(seeds, settings.batch, settings.steps)
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    notes = Notes(settings, data)
    trained = train(start, data, [settings.rate] * len(seeds), probe=notes, probe_at=notes.moments)
    if (trained.diverged_at >= 0).any():
        raise ArithmeticError(f"{part} diverged at rate {settings.rate}; this experiment compares networks that train")
    found = notes.arrays()
    if architecture.arm.uses_batch:
        found |= transform(settings, data, trained.ensemble) | companions(settings, data, trained.ensemble)
    return {name: np.asarray(value) for name, value in found.items()}


def transform(settings: Settings, data: Data, ensemble: Ensemble) -> dict[str, object]:
    """One mini-batch of the first seed in one hidden layer: before, normalised, after scale and shift."""
    index = data.order[-1][ensemble.seed_rows]
    trace = Trace([], [], [])
    with torch.no_grad():
        forward(
            ensemble.architecture,
            ensemble.parameters,
            data.inputs[index],
            Context(training=True),
            trace=trace,
        )
    layer = settings.layer - 1
    linear, transformed = trace.linear[layer][0], trace.preactivations[layer][0]
    scale, shift = ensemble.parameters[f"scale.{layer}"][0], ensemble.parameters[f"shift.{layer}"][0]
    return {"linear": linear, "normalised": (transformed - shift) / scale, "transformed": transformed}


def companions(settings: Settings, data: Data, ensemble: Ensemble) -> dict[str, object]:
    """What one test image gets for its right class as its mini-batch companions change."""
    seeds, draws = len(ensemble.seeds), settings.draws
    each = ensemble.pick(torch.arange(seeds).repeat_interleave(draws))
    one = data.test[:, :1][each.seed_rows]
    generator = torch.Generator().manual_seed(settings.first_seed)
    label = data.targets[one]

    def probability(index: torch.Tensor, training: bool) -> torch.Tensor:
        with torch.no_grad():
            statistics = None if training else each.statistics
            inputs = data.inputs[index]
            outputs = forward(each.architecture, each.parameters, inputs, Context(training=training), statistics)
        return outputs[:, 0].softmax(-1).gather(1, label)[:, 0].view(seeds, draws)

    found = []
    for size in settings.companion_sizes:
        chosen = torch.randint(data.training.shape[1], (seeds * draws, size - 1), generator=generator)
        index = torch.cat([one, data.training[each.seed_rows].gather(1, chosen)], 1)
        found.append(probability(index, training=True))
    return {
        "companion_sizes": settings.companion_sizes,
        "companions": torch.stack(found),
        "alone": probability(one, training=False)[:, 0],
    }


class Notes:
    """The probe: what it reads at which step."""

    def __init__(self, settings: Settings, data: Data) -> None:
        self.settings, self.data = settings, data
        self.states: dict[int, Parameters] = {}  # states at t that wait for their t + gap
        self.pairs: dict[int, tuple[torch.Tensor, ...]] = {}
        later = {step + settings.gap for step in settings.shift_at}
        self.moments = later | set(settings.shift_at)

    def __call__(self, step: int, ensemble: Ensemble, _members: torch.Tensor) -> None:
        """Read what this step is asked for; no member may diverge here."""
        settings = self.settings
        if step in settings.shift_at:
            self.states[step] = {name: value.clone() for name, value in ensemble.parameters.items()}
        if step - settings.gap in self.states:
            self.pairs[step - settings.gap] = self.compare(ensemble, self.states.pop(step - settings.gap))

    def compare(self, ensemble: Ensemble, earlier: Parameters) -> tuple[torch.Tensor, ...]:
        """Between a state and the present one: shift of every layer's inputs, misfit of the layers above, first loss."""
        index = self.data.training[:, : self.settings.probe_images]
        inputs, targets = self.data.at(index)
        before, after = Trace([], [], []), Trace([], [], [])
        context = Context(training=True)
        loss = losses(forward(ensemble.architecture, earlier, inputs, context, trace=before), targets)
        forward(ensemble.architecture, ensemble.parameters, inputs, context, trace=after)
        pairs = zip(before.activations, after.activations, strict=True)
        shift = torch.stack([distribution_shift(one, other) for one, other in pairs])
        return shift, misfit(ensemble.architecture, earlier, ensemble.parameters, inputs, targets), loss

    def arrays(self) -> dict[str, object]:
        """Everything noted, stacked over time."""
        shift, misfits, loss = (torch.stack(column) for column in zip(*self.pairs.values(), strict=True))
        return {
            "gap": self.settings.gap,
            "shift": shift,
            "misfit": misfits,
            "loss_at": loss,
        }
