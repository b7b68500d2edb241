"""The accuracy against the learning rate when everything is trained, and when only scales and shifts are."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING_ACCURACY
from whybn.readings.recipes import accuracy, best, best_accuracy

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(share="y", left=40)
TRAINED = {"he": "all parameters trained", "affine": "only scales and shifts trained"}
NAMES = {"he": "all", "affine": "affine"}


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["recipes"]["batch_norm"]
    for panel, (recipe, text) in zip(axes, TRAINED.items(), strict=True):
        words.title(panel, text)
        rates = part[f"{recipe}_rates"]
        marks.seeds(panel, rates, 100 * accuracy(part, recipe).T, "batch_norm")
        at_best = quote(panel, f"recipes.{NAMES[recipe]}_accuracy", np.median(best_accuracy(part, recipe)))
        marks.points(panel, rates[[best(part, recipe)]], [100 * at_best], "batch_norm", "at the best rate", size=7)
        panel.axes.set(xlim=(rates[0] / 1.2, rates[-1] * 1.2), ylim=(0, 105))
        words.decades(panel, "x")
        words.named_ticks(panel, "y", (0, 50, 100), ("0", "50", "100"))
        marks.rule(panel, 100 * GUESSING_ACCURACY, "guessing" if panel is axes[0] else "")
        words.y_label(panel, "training images right, percent")
        words.x_label(panel, "learning rate")
