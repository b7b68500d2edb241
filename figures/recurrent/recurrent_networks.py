"""A recurrent network that reads a digit row by row: spread of its sums by time step, and test error."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.recurrent import error

EXPERIMENTS = ("recurrent",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", between=30)
NAMES = {
    "plain": "no norm",
    "layer_norm": "Layer Norm",
    "batch_norm": "a set per row",
    "shared_batch_norm": "one set",
}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recurrent"]
    for panel, arm in zip(axes[:2], ("plain", "batch_norm"), strict=True):
        words.title(panel, pen(arm).label)
        _spread(panel, arms[arm], arm)
    rows = arms["plain"]["blank_rows"]
    words.title(axes[2], "digits as in training")
    words.title(axes[3], f"behind {rows[-1]} blank rows")
    for panel, length in ((axes[2], 0), (axes[3], -1)):
        _errors(panel, arms, length)
    for panel in (axes[0], axes[2]):
        panel.axes.set_ylim(0, None)
        words.few_ticks(panel, "y")


def _spread(panel: Panel, arm: dict[str, np.ndarray], name: str) -> None:
    """Draw the spread of the sums by time step: a thin line for each seed, and their median."""
    steps = np.arange(1, 1 + len(arm["spread"]))
    marks.runs(panel, steps, arm["spread"].T, name)
    marks.line(panel, steps, np.median(arm["spread"], axis=1), name)
    words.few_ticks(panel, "x", 8)
    words.x_label(panel, "row of the digit")
    words.y_label(panel, "spread of the sums")


def _errors(panel: Panel, arms: dict[str, dict[str, np.ndarray]], length: int) -> None:
    """Draw each seed's test error as a dot and the median as a stroke, one arm beside the other."""
    for place, (arm, name) in enumerate(NAMES.items()):
        values = error(arms[arm])[length]
        aside = np.linspace(-0.2, 0.2, len(values))
        marks.points(panel, place + aside, 100 * values, arm, name, size=4.5)
        middle = quote(panel, f"recurrent.{arm}_error{'_longer' if length else ''}", np.median(values))
        marks.strokes(panel, 100 * middle, place - 0.32, place + 0.32, arm, f"{name}, median", upright=False)
    panel.axes.set_xlim(-0.6, len(NAMES) - 0.4)
    words.named_ticks(panel, "x", range(len(NAMES)), list(NAMES.values()))
    panel.axes.tick_params(axis="x", length=0)
    words.x_label(panel, "statistics of Batch Norm")
    words.y_label(panel, "test error, percent")
