"""The accuracy against the learning rate when everything is trained, and when only scales and shifts are."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING_ACCURACY
from whybn.readings.recipes import accuracy, best, best_accuracy

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=220, left=36, right=14)
TRAINED = {"he": "all parameters trained", "affine": "only scales and shifts"}
NAMES = {"he": "all", "affine": "affine"}


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    part = results["recipes"]["batch_norm"]
    panel.name = "accuracy by learning rate"
    marks.rule(panel, 100 * GUESSING_ACCURACY, "guessing", at=0)
    for recipe, text in TRAINED.items():
        rates = part[f"{recipe}_rates"]
        marks.seeds(panel, rates, 100 * accuracy(part, recipe).T, "batch_norm", text)
        at_best = 100 * quote(panel, f"recipes.{NAMES[recipe]}_accuracy", np.median(best_accuracy(part, recipe)))
        rate = rates[[best(part, recipe)]]
        marks.points(panel, rate, [at_best], "batch_norm", f"{text}, best", size=7)
        words.label(panel, rate[0], at_best, text, "blue", ha="center", va="top", shift=(0, -24))
    panel.axes.set(xlim=(part["he_rates"][0] / 1.2, part["affine_rates"][-1] * 1.2), ylim=(0, 105))
    words.decades(panel, "x")
    words.named_ticks(panel, "y", (0, 50, 100), ("0", "50", "100"))
    words.y_label(panel, "training images right, percent")
    words.x_label(panel, "learning rate")
