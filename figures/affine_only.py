"""The loss against the learning rate when everything is trained, and when only scales and shifts are."""

import numpy as np

from whybn import valleys, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=170, left=44, share="y")
TRAINED = {"he": "all parameters trained", "affine": "only scales and shifts trained"}


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["recipes"]["batch_norm"]
    lowest = min(np.nanmin(part[f"{recipe}_loss"]) for recipe in TRAINED)
    for panel, (recipe, text) in zip(axes, TRAINED.items(), strict=True):
        words.title(panel, text)
        rates = part[f"{recipe}_rates"]
        valleys.prepare(panel, rates, lowest, name_rule=panel is axes[0])
        valleys.valley(panel, rates, part[f"{recipe}_loss"], "batch_norm")
        words.y_label(panel, "loss")
