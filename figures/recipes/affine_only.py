"""The accuracy against the learning rate when everything is trained, and when only scales and shifts are."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(share="y", left=40)
TRAINED = {"he": "all parameters trained", "affine": "only scales and shifts trained"}
GUESSING = 0.1  # accuracy, among ten digits


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["recipes"]["batch_norm"]
    for panel, (recipe, text) in zip(axes, TRAINED.items(), strict=True):
        words.title(panel, text)
        rates = part[f"{recipe}_rates"]
        accuracy = np.nan_to_num(part[f"{recipe}_accuracy"], nan=GUESSING)  # what diverged can but guess
        marks.seeds(panel, rates, 100 * accuracy.T, "batch_norm")
        panel.axes.set(xlim=(rates[0] / 1.2, rates[-1] * 1.2), ylim=(0, 105))
        words.decades(panel, "x")
        words.named_ticks(panel, "y", (0, 50, 100), ("0", "50", "100"))
        marks.rule(panel, 100 * GUESSING, "guessing" if panel is axes[0] else "")
        words.y_label(panel, "training images right, percent")
        words.x_label(panel, "learning rate")
