"""The same curve in four states: seen whole, seen in part, continued by networks that saw a part, and met beyond it."""

import numpy as np

from whybn.drawing import marks, strip
from whybn.drawing.palette import hex_of
from whybn.drawing.style import Layout, Panel
from whybn.readings.curve import seen, typical_set

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, narrow_row_height=116, head=28, left=26)
STATES = (
    "the data cover everything",
    "the data cover a part",
    "beyond it, networks part ways",
    "then data come from there",
)


def draw(results: dict, axes: list[Panel]) -> None:
    part, everywhere = (_coarser(results["curve"][name]) for name in ("partial", "whole"))
    for panel, state in zip(axes, STATES, strict=True):
        panel.name = state
        strip.curve_axes(panel, state)
    whole, known, fan, met = axes
    strip.target(whole, part)
    _networks(whole, everywhere)
    for panel in (known, fan, met):
        _unseen(panel, part)
    covered = seen(part)
    strip.spread(known, part["grid"][covered], strip.networks(part)[:, covered])
    strip.training_data(known, part)
    marks.runs(fan, part["grid"], part["predictions"][typical_set(part)], "plain", "network", most=41)
    strip.target(fan, part)
    _networks(met, part)
    marks.points(met, part["shifted_x"], part["shifted_y"], "ink", "test data", size=3)


def _coarser(part: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same at every other input: half a column is too narrow to show more."""
    return part | {name: part[name][..., ::2] for name in ("grid", "target", "predictions")}


def _networks(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw the spread of all networks, and the data of one set."""
    strip.spread(panel, part["grid"], strip.networks(part))
    strip.training_data(panel, part)


def _unseen(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Tint the inputs that the training data do not cover."""
    low, high = part["range"]
    for start, end in ((-1, low), (high, 1)):
        if end > start:
            panel.axes.axvspan(start, end, color=hex_of("grey-1"), alpha=0.5, linewidth=0, zorder=0)
    marks.record(panel, "range of the training inputs", low=[low], high=[high])
