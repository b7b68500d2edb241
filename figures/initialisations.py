"""The loss against the learning rate from three common initialisations."""

import numpy as np

from whybn import valleys, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=170, left=44)
SCHEMES = {"he": "He", "glorot": "Glorot", "default": "PyTorch’s default"}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recipes"]
    lowest = min(np.nanmin(arm[f"{scheme}_loss"]) for arm in arms.values() for scheme in SCHEMES)
    for panel, (scheme, text) in zip(axes, SCHEMES.items(), strict=True):
        words.title(panel, text)
        rates = arms["plain"][f"{scheme}_rates"]
        valleys.prepare(panel, rates, lowest, name_rule=panel is axes[0])
        for arm in valleys.ARMS:
            valleys.valley(panel, rates, arms[arm][f"{scheme}_loss"], arm)
        words.y_label(panel, "loss")
    he = {arm: arms[arm]["he_loss"] for arm in valleys.ARMS}
    valleys.name_arms(axes[0], arms["plain"]["he_rates"], he)
