"""Test error against the size of the mini-batch, and how far the statistics of a mini-batch stray."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.batches import error
from whybn.readings.definitions import GUESSING_ERROR

EXPERIMENTS = ("batches",)
LAYOUT = Layout(
    wide=(1, 2), narrow=(2, 1), row_height=230, narrow_row_height=210, broad_row_height=300, share="x", right=96, between=84
)
ARMS = {"plain": "no norm", "layer_norm": "Layer Norm", "group_norm": "Group Norm", "batch_norm": "Batch Norm"}
ERRORS = (2, 5, 10, 20, 50)  # percent


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["batches"]
    _errors(axes[0], arms)
    _noise(axes[1], arms["batch_norm"])
    for panel in axes:
        panel.axes.set_xscale("log")
        sizes = arms["batch_norm"]["sizes"]
        words.named_ticks(panel, "x", sizes, [str(size) for size in sizes])
        words.x_label(panel, "images in a mini-batch")


def _errors(panel: Panel, arms: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw the error of every kind of network, and the gap between two of them at the smallest size."""
    words.title(panel, "test error, percent")
    panel.axes.set_yscale("log")
    panel.axes.set_ylim(2, 110)
    words.named_ticks(panel, "y", ERRORS, [str(error) for error in ERRORS])
    marks.rule(panel, 100 * GUESSING_ERROR, "guessing", above=True)
    ends, roles = {}, {}
    sizes = arms["batch_norm"]["sizes"]
    for arm, name in ARMS.items():
        marks.seeds(panel, sizes, 100 * error(arms[arm]), arm, name)
        ends[name], roles[name] = float(np.median(100 * error(arms[arm])[-1])), pen(arm).role
    recomputed = np.median(100 * error(arms["batch_norm"], "_recomputed"), axis=1)
    marks.line(panel, sizes, recomputed, "recomputed", "recomputed")
    ends["recomputed"], roles["recomputed"] = float(recomputed[-1]), "blue"
    words.end_labels(panel, sizes[-1], ends, roles)
    low, high = (float(np.median(100 * error(arms[arm])[0])) for arm in ("group_norm", "batch_norm"))
    gap = float(np.median(error(arms["batch_norm"])[0] - error(arms["group_norm"])[0]))
    marks.strokes(panel, sizes[0], low, high, "ink", "gap", width=1)
    text = quoting(panel, f"{100 * gap:.0f} points apart", {"small_batches_hurt.2": gap})
    words.label(panel, 1.1 * sizes[1], np.sqrt(low * high), text, "ink")
    panel.axes.set_xlim(0.85 * sizes[0], sizes[-1])


def _noise(panel: Panel, arm: dict[str, np.ndarray]) -> None:
    """Draw noise in the first layer and, as a mean, in the others; and what the first layer's mean must have."""
    words.title(panel, "how far mini-batches stray")
    sizes, mean, spread = arm["sizes"], arm["mean_noise"], arm["spread_noise"]
    marks.line(panel, sizes, 1 / np.sqrt(sizes), "truth", "one over the root of the size", width=5)
    rows = {"mean, first layer": mean[:, 0], "mean, others": mean[:, 1:].mean(1), "spread": spread.mean(1)}
    for name, values in rows.items():
        marks.seeds(panel, sizes, values, "recomputed" if name == "spread" else "batch_norm", name)
    words.y_label(panel, "in standard deviations of all images")
    panel.axes.set_ylim(0.01, 1)
    words.decades(panel, "y")
    words.end_labels(panel, sizes[-1], {name: float(np.median(row[-1])) for name, row in rows.items()}, "blue")
