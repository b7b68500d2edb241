"""Steps until the whole curve is learned, when its data arrive at once or piece by piece."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.curve import after_arrival, never, total

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), narrow_row_height=135, foot=24)
OPTIMISERS = {"sgd": "gradient descent", "momentum": "with momentum", "adam": "Adam"}


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["curve"]["relearning"]
    pieces = part["pieces"]
    places = np.arange(len(pieces))
    for panel, (name, text) in zip(axes, OPTIMISERS.items(), strict=True):
        words.title(panel, text)
        marks.seeds(panel, places, total(part, name).T, "ink", "in total")
        marks.seeds(panel, places, after_arrival(part, name).T, "plain", "after the last piece")
        if never(part, name):
            counts = {f"curve.{name}_never": never(part, name), "curve.runs": part[f"{name}_total"].size}
            corner = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "top"}
            panel.axes.annotate(quoting(panel, "{} of {} runs never learn it", counts), (0, 1), (8, 0), **corner)
        words.named_ticks(panel, "x", places, ["at once", *(f"{count} pieces" for count in pieces[1:])])
        words.y_label(panel, "steps until learned")
    axes[0].axes.set(xlim=(-0.3, len(pieces) - 0.7), ylim=(0, None))
    words.few_ticks(axes[0], "y")
    steps, after = np.median(total(part, "sgd"), 0), np.median(after_arrival(part, "sgd"), 0)
    marks.quoted(axes[0], "curve.relearn_scratch", 0, steps[0], "ink", "at once, median")
    marks.quoted(axes[0], "curve.relearn_total", len(pieces) - 1, steps[-1], "ink", "in total, median")
    marks.quoted(axes[0], "curve.relearn_after", len(pieces) - 1, after[-1], "plain", "after the last piece, median")
    words.label(axes[0], 1, steps[1], "in total", "ink", ha="right", shift=(0, 24))
    low = max(after[1], axes[0].axes.get_ylim()[1] / 4)  # the name needs room above the axis
    words.label(axes[0], 1, low, "after the last piece", "rust", ha="center", va="top", shift=(0, -26))
