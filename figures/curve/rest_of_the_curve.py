"""Networks that agree on the data they share and part ways beyond them, and how much they disagree."""

import numpy as np

from whybn.drawing import marks, strip, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.curve import spread, typical_set

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(2, 1), narrow=(2, 1), row_height=(190, 64), head=26, share="x")


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["curve"]["partial"]
    curve, below = axes
    seed = typical_set(part)
    curve.name, below.name = "networks of one data set", "disagreement"
    strip.curve_axes(curve)
    strip.training_inputs(curve, part)
    marks.runs(curve, part["grid"], part["predictions"][seed], "plain", "network", most=81)
    strip.training_data(curve, part, seed)
    strip.target(curve, part)
    count = part["predictions"].shape[1]
    words.label(curve, -0.98, 2, f"{count} networks, the same data", "rust")
    words.label(curve, 0.53, -0.62, "the rule", "grey", ha="center")
    _disagreement(below, part)


def _disagreement(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw, for each data set, the spread of the networks that learned from it; and the typical one."""
    spreads = spread(part)
    marks.runs(panel, part["grid"], spreads, "plain", "spread in one data set", most=41)
    marks.line(panel, part["grid"], np.median(spreads, axis=0), "plain", "median data set")
    panel.axes.set_ylim(0, None)
    words.few_ticks(panel, "y", 2)
    words.y_label(panel, f"disagreement, in each of {len(spreads)} data sets")
    words.x_label(panel, "input")
