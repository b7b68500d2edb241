"""One step of gradient descent, far too long: how it grows from layer to layer, and what the loss is after it."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import diverged_last, interval
from whybn.readings.long_step import START, growth, undivided

EXPERIMENTS = ("long_step",)
LAYOUT = Layout(row_height=210, narrow_row_height=180, broad_row_height=280, share="", left=34, right=118, between=104)
NAMES = {"plain": "without", "mean_only": "the mean alone", "size_only": "the size alone", "batch_norm": "Batch Norm"}
MAPS = "Batch Norm, undivided"
ROLES = {NAMES[name]: pen(name).role for name in NAMES} | {MAPS: "blue"}
HIGHEST = 1e6  # of the axis of losses

Arms = dict[str, dict[str, np.ndarray]]


def draw(results: dict, axes: list[Panel]) -> None:
    arms = {name: results["long_step"][name] for name in NAMES}
    _growths(axes[0], arms)
    _losses(axes[1], arms)


def _growths(panel: Panel, arms: Arms) -> None:
    """How much larger what leaves each layer is after the long step; layer 0 is the input, which stays as it is."""
    words.title(panel, f"one step of length {words.plain(float(arms['plain']['length']))}")
    layers = np.arange(len(growth(arms["plain"], START)) + 1)
    ends = {}
    for name, arm in arms.items():
        low, middle, high = _from_one(growth(arm, START))
        marks.band(panel, layers, low, high, name, NAMES[name])
        marks.line(panel, layers, middle, name, NAMES[name])
        ends[NAMES[name]] = middle[-1]
    _, middle, _ = _from_one(undivided(arms["batch_norm"], START))
    marks.line(panel, layers, middle, "batch_norm", MAPS, width=marks.THIN)
    ends[MAPS] = middle[-1]
    words.decades(panel, "y", every=3)
    ticks = layers[:: len(layers) // 2]
    words.named_ticks(panel, "x", ticks, [str(tick) for tick in ticks])
    words.y_label(panel, "times as large as before the step")
    words.x_label(panel, "layer")
    panel.axes.set_xlim(layers[0], layers[-1])
    words.end_labels(panel, layers[-1], ends, ROLES)


def _from_one(values: np.ndarray) -> np.ndarray:
    """Low end, median and high end of `values` (layer, seed), from 1 at the input; medians are those of the logarithms."""
    found = [interval(row) for row in np.log(values)]
    ends = np.exp([[one.low, one.median, one.high] for one in found])
    return np.concatenate([np.ones((1, 3)), ends]).T


def _losses(panel: Panel, arms: Arms) -> None:
    """The loss after steps of all lengths; the dotted line is the step of the other panel."""
    words.title(panel, "steps of any length")
    lengths = arms["plain"]["lengths"]
    ends = {}
    marks.rule(panel, float(arms["plain"]["length"]), along="y")
    for name, arm in arms.items():
        marks.seeds(panel, lengths, arm["loss"][START], name, NAMES[name], top=HIGHEST**2)
        ends[NAMES[name]] = np.median(diverged_last(arm["loss"][START][-1]))
    panel.axes.set(xlim=(lengths[0], lengths[-1]), ylim=(1, HIGHEST))
    words.decades(panel, "x")
    words.decades(panel, "y", every=2)
    words.y_label(panel, "loss after the step")
    words.x_label(panel, "length of the step")
    inside = {name: end for name, end in ends.items() if end < HIGHEST}
    words.end_labels(panel, lengths[-1], inside, ROLES)
    words.label(panel, lengths[0], HIGHEST, NAMES["plain"], "rust", va="top", shift=(62, 0))
