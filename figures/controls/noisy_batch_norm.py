"""Noise behind Batch Norm: how far it moves the layers' inputs, and how well the networks train, over learning rates."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss, shift
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="x", left=30, between=20)
NAMES = {"plain": "neither", "noisy_plain": "noise", "batch_norm": "Batch Norm", "noisy_batch_norm": "both"}
# Where each name stands: rate, value, alignment across and up.
PLACES = {
    ("shift", 10): {
        "noisy_plain": (0.0011, 1.3, "left", "bottom"),
        "noisy_batch_norm": (0.0011, 0.32, "left", "bottom"),
        "plain": (0.38, 1.7, "left", "center"),
        "batch_norm": (3, 0.08, "right", "top"),
    },
    ("loss", 10): {
        "noisy_plain": (0.075, 1.45, "center", "bottom"),
        "noisy_batch_norm": (0.5, 0.25, "center", "bottom"),
        "plain": (0.38, 1.53, "left", "center"),
        "batch_norm": (0.3, 0.085, "center", "top"),
    },
    ("shift", 20): {
        "noisy_plain": (0.037, 3.4, "left", "center"),
        "noisy_batch_norm": (0.0011, 0.33, "left", "bottom"),
        "plain": (0.38, 6, "left", "center"),
        "batch_norm": (3, 0.07, "right", "top"),
    },
    ("loss", 20): {
        "noisy_plain": (0.037, 2.02, "left", "center"),
        "noisy_batch_norm": (0.22, 1.17, "center", "bottom"),
        "plain": (0.0055, 1.5, "right", "top"),
        "batch_norm": (0.15, 0.53, "center", "top"),
    },
}
LOSSES = {10: (0.1, 0.3, 1), 20: (0.5, 1, 2)}  # named on the axis
LIMITS = {("shift", 10): (0.01, 12), ("shift", 20): (0.01, 12), ("loss", 10): (0.045, 4), ("loss", 20): (0.35, 3.2)}


def draw(results: dict, axes: list[Panel]) -> None:
    for row, depth in enumerate((10, 20)):
        moved, trained = axes[2 * row : 2 * row + 2]
        words.title(moved, f"{depth} layers: shift of the inputs")
        words.title(trained, f"{depth} layers: loss after training")
        _panel(moved, results["controls"], "shift", depth)
        _panel(trained, results["controls"], "loss", depth)
        words.y_label(moved, "standard deviations in ten steps")
        words.y_label(trained, "whole training set")
        marks.rule(trained, GUESSING, "guessing", at=1)


def _panel(panel: Panel, arms: dict[str, dict[str, np.ndarray]], what: str, depth: int) -> None:
    """Draw one quantity over the rates; a line ends where most networks have diverged."""
    for name, text in NAMES.items():
        arm = arms[name]
        values = shift(arm, depth) if what == "shift" else loss(arm, depth)
        marks.seeds(panel, arm["rates"], values.T, name, text, top=LIMITS[what, depth][1])
        x, y, ha, va = PLACES[what, depth][name]
        words.label(panel, x, y, text, pen(name).role, ha=ha, va=va)
    panel.axes.set_ylim(*LIMITS[what, depth])
    words.decades(panel, "x")
    words.decades(panel, "y")
    if what == "loss":
        words.named_ticks(panel, "y", LOSSES[depth], [words.plain(loss) for loss in LOSSES[depth]])
    words.x_label(panel, "learning rate")
