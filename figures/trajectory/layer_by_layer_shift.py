"""How far the inputs of the layers move, over learning rates and by layer; and older upper layers on newer lower ones."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss, own_shift, shift
from whybn.readings.definitions import best_rate

EXPERIMENTS = ("trajectory", "controls")
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="", left=36, between=20)
ARMS = {"plain": "without", "batch_norm": "with Batch Norm"}
DEPTHS = {10: "ten", 20: "twenty"}
# Where each name stands in the panels over rates: rate, shift, alignment across and up.
PLACES = {
    10: {"plain": (0.06, 0.5, "right", "bottom"), "batch_norm": (3, 0.07, "right", "top")},
    20: {"plain": (0.03, 0.5, "right", "bottom"), "batch_norm": (3, 0.07, "right", "top")},
}
LIMITS = (0.01, 12)


def draw(results: dict, axes: list[Panel]) -> None:
    gap = int(results["controls"]["plain"]["gap"])
    for panel, depth in zip(axes[:2], DEPTHS, strict=True):
        words.title(panel, f"{depth} layers: shift of the inputs")
        _over_rates(panel, results["controls"], depth)
        words.y_label(panel, f"deviations in {gap} steps")
    by_layer, stitched = axes[2:]
    words.title(by_layer, "10 layers, at one rate: by layer")
    _over_layers(by_layer, results["trajectory"], "shift")
    words.decades(by_layer, "y")
    words.y_label(by_layer, f"deviations in {gap} steps")
    words.title(stitched, "the same: older layers on newer ones")
    _over_layers(stitched, results["trajectory"], "misfit")
    words.few_ticks(stitched, "y")
    stitched.axes.set_ylim(None, 0.02)
    marks.rule(stitched, 0, "no change", above=False)
    words.y_label(stitched, "change of the loss")


def _over_rates(panel: Panel, arms: dict[str, dict[str, np.ndarray]], depth: int) -> None:
    """Draw the shift of both arms over the rates, with a dot at the best rate; a line ends where most have diverged."""
    for name, text in ARMS.items():
        arm = arms[name]
        marks.seeds(panel, arm["rates"], shift(arm, depth).T, name, text, top=LIMITS[1])
        best = arm["rates"][best_rate(loss(arm, depth))]
        fact = f"controls.{name}_shift_{DEPTHS[depth]}"
        marks.quoted(panel, fact, best, float(np.median(own_shift(arm, depth))), name, f"{text}, best rate")
        x, y, ha, va = PLACES[depth][name]
        words.label(panel, x, y, text, pen(name).role, ha=ha, va=va)
    panel.axes.set_ylim(*LIMITS)
    words.decades(panel, "x")
    words.decades(panel, "y")
    words.x_label(panel, "learning rate")


def _over_layers(panel: Panel, arms: dict[str, dict[str, np.ndarray]], name: str) -> None:
    """Draw array `name` of both arms over the layers, mean over the training."""
    for arm, text in ARMS.items():
        values = arms[arm][name].mean(0)
        marks.seeds(panel, np.arange(2, 2 + len(values)), values, arm, text)
    words.few_ticks(panel, "x", 6)
    words.x_label(panel, "layer")
