"""Loss over learning rates when units are divided by the standard, the mean or the largest deviation, or not at all."""

import numpy as np

from whybn.drawing import valleys, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import middle

EXPERIMENTS = ("norms",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), narrow_row_height=130, left=44)
SIZES = ("batch_norm", "l1_norm", "linf_norm")
TITLES = {"batch_norm": "standard deviation", "l1_norm": "mean deviation", "linf_norm": "largest deviation"}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["norms"]
    rates, plain = arms["plain"]["rates"], arms["plain"]["loss"]
    lowest = min(np.nanmin(arm["loss"]) for arm in arms.values())
    for panel, size in zip(axes, SIZES, strict=True):
        words.title(panel, TITLES[size])
        valleys.prepare(panel, rates, lowest, name_rule=panel is axes[0])
        valleys.valley(panel, rates, plain, "plain", "norms.plain_best_loss")
        valleys.valley(panel, rates, arms[size]["loss"], size, f"norms.{size}_best_loss")
        words.y_label(panel, "loss after training")
    typical = middle(plain)
    end = int(np.flatnonzero(np.isfinite(typical))[-1])
    words.label(axes[0], rates[end], typical[end], "without", "rust", shift=(7, -4))
