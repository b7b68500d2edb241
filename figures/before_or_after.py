"""The loss against the learning rate with Batch Norm before and after the activation, and without it."""

import numpy as np

from whybn import valleys, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=170, left=44)
PLACES = {
    "without Batch Norm": ("plain", "he"),
    "before the activation": ("batch_norm", "he"),
    "after the activation": ("batch_norm", "after"),
}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recipes"]
    lowest = min(np.nanmin(arms[arm][f"{name}_loss"]) for arm, name in PLACES.values())
    for panel, (text, (arm, name)) in zip(axes, PLACES.items(), strict=True):
        words.title(panel, text)
        rates = arms[arm][f"{name}_rates"]
        valleys.prepare(panel, rates, lowest, name_rule=panel is axes[0])
        valleys.valley(panel, rates, arms[arm][f"{name}_loss"], arm)
        words.y_label(panel, "loss")
