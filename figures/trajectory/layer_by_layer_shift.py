"""Older upper layers on newer lower ones: is the loss worse? And how far the inputs of the layers move, over the rates."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss, own_shift, shift
from whybn.readings.definitions import best_rate

EXPERIMENTS = ("trajectory", "controls")
LAYOUT = Layout(
    wide=(1, 3), narrow=(3, 1), row_height=190, narrow_row_height=136, broad_row_height=260, share="", left=36, between=14
)
ARMS = {"plain": "without", "batch_norm": "with Batch Norm"}
DEPTHS = {10: "ten", 20: "twenty"}
# Where each name stands in the panels over rates: rate, shift, alignment across and up.
PLACES = {"plain": (0.04, 0.6, "right", "bottom"), "batch_norm": (3, 0.06, "right", "top")}
LIMITS = (0.008, 12)
CEILING = 0.06  # of the change of the loss


def draw(results: dict, axes: list[Panel]) -> None:
    _stitched(axes[0], results["trajectory"])
    gap = int(results["controls"]["plain"]["gap"])
    for panel, depth in zip(axes[1:], DEPTHS, strict=True):
        words.title(panel, f"shift, {depth} layers")
        _over_rates(panel, results["controls"], depth)
        words.y_label(panel, f"deviations in {gap} steps")


def _stitched(panel: Panel, arms: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw how the loss changes, mean over the training, where the layers from one on are older: a line a seed."""
    words.title(panel, "older layers on newer ones")
    for arm, text in ARMS.items():
        values = arms[arm]["misfit"].mean(0)
        layers = np.arange(2, 2 + len(values))
        marks.runs(panel, layers, values.T, arm, text)
    marks.band(panel, layers[[0, -1]], [0, 0], [CEILING] * 2, "truth", "worse")
    words.label(panel, layers[-1], CEILING / 2, "worse", "grey", ha="right", shift=(-6, 0))
    panel.axes.set_ylim(None, CEILING)
    words.few_ticks(panel, "x", 6)
    words.few_ticks(panel, "y")
    words.x_label(panel, "older from layer")
    words.y_label(panel, "change of the loss")


def _over_rates(panel: Panel, arms: dict[str, dict[str, np.ndarray]], depth: int) -> None:
    """Draw the shift of both arms over the rates, with a dot at the best rate; a line ends where most have diverged."""
    for name, text in ARMS.items():
        arm = arms[name]
        marks.seeds(panel, arm["rates"], shift(arm, depth).T, name, text, top=LIMITS[1])
        best = arm["rates"][best_rate(loss(arm, depth))]
        fact = f"controls.{name}_shift_{DEPTHS[depth]}"
        marks.quoted(panel, fact, best, float(np.median(own_shift(arm, depth))), name, f"{text}, best rate")
        x, y, ha, va = PLACES[name]
        words.label(panel, x, y, text, pen(name).role, ha=ha, va=va)
    panel.axes.set_ylim(*LIMITS)
    words.decades(panel, "x")
    words.decades(panel, "y")
    words.x_label(panel, "learning rate")
