"""What to look at first in somebody's network: sentences in plain words, each with what was measured.

The limits below are conventions. They say when a number is worth a look, not that anything is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite, isnan, log

from whybn.probes.ingredients import AS_IT_IS, Ingredient
from whybn.probes.layers import Layer
from whybn.probes.statistics import NOISY, BatchStatistics
from whybn.probes.walk import Walk

FAN = 10  # largest size over smallest
ALIKE = 0.9  # sameness
STEEP = 100  # largest gradient over smallest
SILENT = 0.5  # share of dead units in a layer
CONSTANT = 0.1  # share of units in front of a Batch Norm that have one value
ASTRAY = 3  # distance of the running mean, in what another batch of this size would stray
DIFFER = 1.5  # loss in eval mode over that in train mode
DECISIVE = 2  # factor by which an ingredient changes the longest step

# Where the article takes up a subject: {figure: (page, words)}. A test looks for the figures there.
PLACES = {
    "trainability_map": ("index", "which settings train at all"),
    "batch_norm_transform": ("evidence", "what Batch Norm makes of a unit"),
    "companions": ("evidence", "train mode and eval mode"),
    "small_batches": ("index", "small batches"),
    "taken_apart": ("index", "Batch Norm taken apart"),
    "size_and_sameness": ("index", "layers multiply"),
    "gradient_at_initialisation": ("evidence", "gradients at the start"),
    "one_gradient_many_steps": ("index", "what one training step meets"),
    "initialisations": ("evidence", "a good start"),
}


@dataclass(frozen=True)
class Advice:
    """One sentence, the numbers that it rests on by name, and the figure of the article that tells more."""

    says: str
    figure: str
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The address of that figure within the article's site."""
        return f"{PLACES[self.figure][0]}.html#{self.figure}"

    @property
    def subject(self) -> str:
        """What the article tells there, in words."""
        return PLACES[self.figure][1]


def advice(
    layers: Sequence[Layer], walk: Walk, statistics: Sequence[BatchStatistics], ingredients: Sequence[Ingredient]
) -> tuple[Advice, ...]:
    """What stands out, gravest first; then how long a step may be, and which ingredient that rests on."""
    if not (isfinite(walk.train_here) and isfinite(walk.gradient)):
        return (_overflown(layers, walk),)
    rules = [_modes(walk, statistics), _noise(statistics), _constant(statistics), _by_layer(layers)]
    return tuple(one for rule in [*rules, _step(walk), _decisive(ingredients)] for one in rule)


def unnormalised(layers: Sequence[Layer]) -> list[Layer]:
    """The layers whose outputs go on as they are, and the normalisers; without the last layer, the model's answer."""
    followed = [later.before == layer.after for layer, later in pairwise(layers)]
    return [layer for layer, one in zip(layers[:-1], followed, strict=True) if not one]


def number(value: float) -> str:
    """Two digits of a number, as one would say it."""
    return f"{float(f'{value:.2g}'):g}"


def percent(share: float) -> str:
    """A share in percent, to two digits, and never rounded up to all."""
    return "more than 99.5 %" if 0.995 < share < 1 else f"{number(100 * share)} %"


def _overflown(layers: Sequence[Layer], walk: Walk) -> Advice:
    measured = {"loss": walk.train_here, "gradient": walk.gradient}
    lost = [layer.name for layer in layers if not isfinite(layer.after.size)]
    if lost:
        return Advice(f"The signal is no longer finite from `{lost[0]}` on.", "trainability_map", measured)
    what = "gradient" if isfinite(walk.train_here) else "loss"
    return Advice(f"The {what} is not finite, though every layer's signal is.", "trainability_map", measured)


def _modes(walk: Walk, statistics: Sequence[BatchStatistics]) -> Iterator[Advice]:
    known = [one for one in statistics if isfinite(one.mean_gap)]
    astray = [one for one in known if one.mean_gap > max(ASTRAY * one.mean_noise, NOISY)]
    measured = {"train": walk.train_here, "eval": walk.evaluation_here}
    says = (
        f"In eval mode the loss of this batch is {number(walk.evaluation_here)}, in train mode {number(walk.train_here)}: "
        "the running statistics are not those of this batch. "
    )
    if astray:
        worst = max(astray, key=lambda one: one.mean_gap)
        says += (
            f"At `{worst.name}` their mean is {number(worst.mean_gap)} standard deviations away, where another batch of "
            f"this size would stray by {number(worst.mean_noise)}."
        )
        measured |= {"mean_gap": worst.mean_gap, "mean_noise": worst.mean_noise}
    elif known and walk.evaluation_here > DIFFER * walk.train_here:
        worst = max(known, key=lambda one: abs(log(one.spread_ratio)))
        says += f"At `{worst.name}` their standard deviation is {number(worst.spread_ratio)} times that of the batch."
        measured |= {"spread_ratio": worst.spread_ratio}
    else:
        return
    yield Advice(says, "companions", measured)


def _noise(statistics: Sequence[BatchStatistics]) -> Iterator[Advice]:
    short = [one for one in statistics if one.enough > one.examples]
    if short:
        worst = max(short, key=lambda one: one.enough)
        yield Advice(
            f"The batch is small for Batch Norm. `{worst.name}` needs {worst.enough} examples for statistics that stray by "
            f"less than {NOISY} of a standard deviation; it has {worst.examples}.",
            "small_batches",
            {"enough": worst.enough, "examples": worst.examples},
        )


def _constant(statistics: Sequence[BatchStatistics]) -> Iterator[Advice]:
    worst = max(statistics, key=lambda one: one.constant, default=None)
    if worst and worst.constant > CONSTANT:
        yield Advice(
            f"Of the units in front of `{worst.name}`, {percent(worst.constant)} have the same value for every example.",
            "batch_norm_transform",
            {"constant": worst.constant},
        )


def _by_layer(layers: Sequence[Layer]) -> Iterator[Advice]:
    worst = max((layer for layer in layers if layer.dead is not None), key=lambda layer: layer.dead, default=None)
    if worst and worst.dead > SILENT:
        yield Advice(
            f"Behind `{worst.name}`, {percent(worst.dead)} of the units are silent for every example.",
            "initialisations",
            {"dead": worst.dead},
        )
    onward = [layer for layer in unnormalised(layers) if layer.after.size > 0]
    if not onward:
        return
    least, most = (choose(onward, key=lambda layer: layer.after.size) for choose in (min, max))
    ratio = most.after.size / least.after.size
    if ratio > FAN:
        yield Advice(
            f"Layers multiply: behind `{most.name}` the signal is {number(ratio)} times as large as behind `{least.name}`.",
            "size_and_sameness",
            {"largest": most.after.size, "smallest": least.after.size},
        )
    alike = max(onward, key=lambda layer: layer.after.sameness)
    if alike.after.sameness > ALIKE:
        yield Advice(
            f"The examples look alike: behind `{alike.name}`, {percent(alike.after.sameness)} of the squared signal is "
            "common to all of them.",
            "size_and_sameness",
            {"sameness": alike.after.sameness},
        )
    felt = [layer for layer in onward if layer.gradient]
    if felt:
        low, high = (choose(felt, key=lambda layer: layer.gradient) for choose in (min, max))
        if high.gradient / low.gradient > STEEP:
            yield Advice(
                f"The gradient is {number(high.gradient / low.gradient)} times as large behind `{high.name}` as behind "
                f"`{low.name}`.",
                "gradient_at_initialisation",
                {"largest": high.gradient, "smallest": low.gradient},
            )


def _step(walk: Walk) -> Iterator[Advice]:
    measured = {"longest": walk.longest, "sharpness": walk.sharpness}
    if isnan(walk.longest):
        says = f"Even the smallest step that was tried, at a rate of {number(walk.rates[0])}, raises the loss of this batch."
    elif walk.at_least:
        says = f"One step lowers the loss of this batch up to the largest rate that was tried, {number(walk.longest)}."
    else:
        says = f"One step lowers the loss of this batch up to a rate of {number(walk.longest)}, not beyond."
    yield Advice(says, "one_gradient_many_steps", measured)


def _decisive(ingredients: Sequence[Ingredient]) -> Iterator[Advice]:
    whole = [one.walk for one in ingredients if one.name == AS_IT_IS]
    others = [one for one in ingredients if one.name != AS_IT_IS and one.walk.longest < whole[0].longest / DECISIVE]
    if others:
        worst = min(others, key=lambda one: one.walk.longest)
        least = "at least " if whole[0].at_least else ""
        yield Advice(
            f"The normalisers matter to long steps here: {worst.name}, the longest step that lowers the loss is {least}"
            f"{number(whole[0].longest / worst.walk.longest)} times as short.",
            "taken_apart",
            {AS_IT_IS: whole[0].longest, worst.name: worst.walk.longest},
        )
