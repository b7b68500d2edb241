"""The loss against the learning rate with plain gradient descent, momentum, Adam and warm-up."""

import numpy as np

from whybn import valleys, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, left=44, share="y")
OPTIMISERS = {"he": "gradient descent", "warm_up": "with warm-up", "momentum": "with momentum", "adam": "Adam"}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recipes"]
    lowest = min(np.nanmin(arm[f"{name}_loss"]) for arm in arms.values() for name in OPTIMISERS)
    for panel, (name, text) in zip(axes, OPTIMISERS.items(), strict=True):
        words.title(panel, text)
        rates = arms["plain"][f"{name}_rates"]
        valleys.prepare(panel, rates, lowest, name_rule=panel is axes[0])
        for arm in valleys.ARMS:
            valleys.valley(panel, rates, arms[arm][f"{name}_loss"], arm)
        words.y_label(panel, "loss")
    he = {arm: arms[arm]["he_loss"] for arm in valleys.ARMS}
    valleys.name_arms(axes[0], arms["plain"]["he_rates"], he)
