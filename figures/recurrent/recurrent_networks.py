"""A recurrent network that reads a digit row by row: spread of its sums by time step, and test error."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.recurrent import error

EXPERIMENTS = ("recurrent",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=200, narrow_row_height=170, share="")
NAMES = {
    "plain": "no norm",
    "layer_norm": "Layer Norm",
    "batch_norm": "a set per row",
    "shared_batch_norm": "one set",
}
REACH = 0.26  # from the middle of an arm's place to its dots


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recurrent"]
    spread, errors = axes
    words.title(spread, "sums by row of the digit")
    for arm in ("plain", "batch_norm"):
        _spread(spread, arms[arm], arm)
    words.few_ticks(spread, "x", 8)
    words.x_label(spread, "row of the digit")
    words.y_label(spread, "spread of the sums")
    rows = arms["plain"]["blank_rows"][-1]
    words.title(errors, f"without and behind {rows} blank rows")
    for place, (arm, name) in enumerate(NAMES.items()):
        _errors(errors, arms[arm], arm, name, place)
    errors.axes.set_xlim(-0.6, len(NAMES) - 0.4)
    words.named_ticks(errors, "x", range(len(NAMES)), list(NAMES.values()))
    errors.axes.tick_params(axis="x", length=0)
    words.y_label(errors, "test error, percent")
    words.x_label(errors, "statistics of Batch Norm")
    for panel in axes:
        panel.axes.set_ylim(0, 1.15 * panel.axes.get_ylim()[1])  # room for a name
        words.few_ticks(panel, "y")


def _spread(panel: Panel, arm: dict[str, np.ndarray], name: str) -> None:
    """Draw the spread of the sums by time step: a thin line for each seed, and their median."""
    steps = np.arange(1, 1 + len(arm["spread"]))
    middle = np.median(arm["spread"], axis=1)
    marks.runs(panel, steps, arm["spread"].T, name)
    marks.line(panel, steps, middle, name)
    beside = {"va": "bottom", "shift": (0, 8)} if name == "batch_norm" else {"va": "top", "shift": (0, -14)}
    words.label(panel, steps[-1], middle[-1], pen(name).label, pen(name).role, ha="right", **beside)


def _errors(panel: Panel, part: dict[str, np.ndarray], arm: str, name: str, place: int) -> None:
    """Draw each seed's test error on digits as in training and behind blank rows, joined, and both medians."""
    for side, length, ending in ((-1, 0, ""), (1, -1, "_longer")):
        values = 100 * error(part)[length]
        series = f"{name}, {'blank rows' if ending else 'as in training'}"
        marks.points(panel, np.full(len(values), place + side * REACH), values, arm, series, size=4)
        middle = 100 * quote(panel, f"recurrent.{arm}_error{ending}", np.median(error(part)[length]))
        ends = sorted((place + side * 0.4, place + side * REACH))
        marks.strokes(panel, middle, *ends, arm, f"{series}, median", upright=False, width=3)
    pairs = 100 * error(part)[[0, -1]].T
    marks.runs(panel, [place - REACH, place + REACH], pairs, arm, f"{name}, joined")
