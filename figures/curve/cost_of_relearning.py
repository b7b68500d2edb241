"""Steps until the whole curve is learned, when its data arrive at once or piece by piece."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), foot=24)
OPTIMISERS = {"sgd": "gradient descent", "momentum": "with momentum", "adam": "Adam"}


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["curve"]["relearning"]
    pieces, arrival = part["pieces"], part["arrival"]
    places = np.arange(len(pieces))
    for panel, (name, text) in zip(axes, OPTIMISERS.items(), strict=True):
        words.title(panel, text)
        steps = part[f"{name}_total"].reshape(-1, len(pieces))
        _spread(panel, places, steps, "ink", "in total")
        _spread(panel, places, steps - arrival, "plain", "after the last piece")
        never = int(np.isinf(steps).sum())
        if never:
            corner = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "top"}
            panel.axes.annotate(f"{never} of {steps.size} runs never learn it", (0, 1), (8, 0), **corner)
        words.named_ticks(panel, "x", places, ["at once", *(f"{count} pieces" for count in pieces[1:])])
        words.y_label(panel, "steps until learned")
    axes[0].axes.set(xlim=(-0.3, len(pieces) - 0.7), ylim=(0, None))
    words.few_ticks(axes[0], "y")
    middle = np.median(part["sgd_total"].reshape(-1, len(pieces)), axis=0)
    words.label(axes[0], 1, middle[1], "in total", "ink", ha="right", shift=(0, 24))
    after = middle[1] - arrival[1]
    words.label(axes[0], 1, after, "after the last piece", "rust", ha="center", va="top", shift=(0, -26))


def _spread(panel: Panel, places: np.ndarray, steps: np.ndarray, pen: str, series: str) -> None:
    """Draw the median over runs and the band of their middle half; a run that never learned ranks highest."""
    quarter = len(steps) // 4
    low, middle, high = np.sort(steps, axis=0)[[quarter, len(steps) // 2, -1 - quarter]]
    marks.band(panel, places, low, high, pen, series)
    marks.line(panel, places, middle, pen, series)
    marks.points(panel, places, middle, pen, series)
