"""Test error against the size of the mini-batch, and how far the statistics of a mini-batch stray."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.batches import error
from whybn.readings.definitions import GUESSING_ERROR

EXPERIMENTS = ("batches",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, right=84, between=96)
WITHOUT = {"plain": "no norm", "layer_norm": "Layer Norm", "group_norm": "Group Norm"}
TESTED = {"": ("batch_norm", "running"), "_recomputed": ("recomputed", "recomputed")}
NOISE = {"mean_noise": "noise of the mean", "spread_noise": "noise of the spread"}
ERRORS = (2, 5, 10, 20, 50)  # percent


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["batches"]
    normalised = arms["batch_norm"]
    _without(axes[0], arms)
    _with(axes[1], normalised)
    for panel, (array, text) in zip(axes[2:], NOISE.items(), strict=True):
        words.title(panel, text)
        _noise(panel, normalised, array)
    for panel in axes:
        panel.axes.set_xscale("log")
        words.named_ticks(panel, "x", normalised["sizes"], [str(size) for size in normalised["sizes"]])
        words.x_label(panel, "images in a mini-batch")


def _without(panel: Panel, arms: dict[str, dict[str, np.ndarray]]) -> None:
    words.title(panel, "without Batch Norm")
    _error_axis(panel)
    for arm, name in WITHOUT.items():
        marks.seeds(panel, arms[arm]["sizes"], 100 * error(arms[arm]), arm, name)
    ends = {name: float(np.median(100 * error(arms[arm])[-1])) for arm, name in WITHOUT.items()}
    roles = {name: pen(arm).role for arm, name in WITHOUT.items()}
    words.end_labels(panel, arms["plain"]["sizes"][-1], ends, roles)


def _with(panel: Panel, arm: dict[str, np.ndarray]) -> None:
    words.title(panel, "with Batch Norm")
    _error_axis(panel)
    marks.rule(panel, 100 * GUESSING_ERROR, "guessing", above=False)
    for suffix, (pen_name, name) in TESTED.items():
        if suffix:  # its band would cover the other's
            marks.line(panel, arm["sizes"], np.median(100 * error(arm, suffix), axis=1), pen_name, name)
        else:
            marks.seeds(panel, arm["sizes"], 100 * error(arm), pen_name, name)
    ends = {name: float(np.median(100 * error(arm, suffix)[-1])) for suffix, (_, name) in TESTED.items()}
    words.end_labels(panel, arm["sizes"][-1], ends, "blue")


def _error_axis(panel: Panel) -> None:
    words.y_label(panel, "test error, percent")
    panel.axes.set_yscale("log")
    panel.axes.set_ylim(2, 110)
    words.named_ticks(panel, "y", ERRORS, [str(error) for error in ERRORS])


def _noise(panel: Panel, arm: dict[str, np.ndarray], array: str) -> None:
    """Draw noise in the first layer and, as a mean, in the others; and what the first layer's mean must have."""
    sizes, noise = arm["sizes"], arm[array]
    if array == "mean_noise":
        marks.line(panel, sizes, 1 / np.sqrt(sizes), "truth", "one over the root of the size", width=5)
        words.label(panel, sizes[-1], 0.6, "one over the root of the size", "grey", ha="right")
    rows = {"first layer": noise[:, 0], "other layers": noise[:, 1:].mean(1)}
    for name, values in rows.items():
        marks.seeds(panel, sizes, values, "batch_norm", name)
    words.y_label(panel, "in standard deviations of all images")
    panel.axes.set_ylim(0.01, 1)
    words.decades(panel, "y")
    words.end_labels(panel, sizes[-1], {name: float(np.median(row[-1])) for name, row in rows.items()}, "blue")
