"""The loss against the learning rate without Batch Norm, and with it before and after the activation."""

import numpy as np

from whybn.drawing import valleys, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(left=44)
SIDES = {"plain": {"plain": "he"}, "batch_norm": {"batch_norm": "he", "batch_norm_after": "after"}}  # {arm: {pen: recipe}}
NAMES = {"batch_norm": "before the activation", "batch_norm_after": "after the activation"}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recipes"]
    lowest = min(np.nanmin(arms[arm][f"{recipe}_loss"]) for arm, kinds in SIDES.items() for recipe in kinds.values())
    for panel, (arm, kinds) in zip(axes, SIDES.items(), strict=True):
        words.title(panel, pen(arm).label)
        valleys.prepare(panel, arms[arm]["he_rates"], lowest, name_rule=panel is axes[0])
        for pen_name, recipe in kinds.items():
            name = f"recipes.{arm}_best_{recipe}"
            valleys.valley(panel, arms[arm][f"{recipe}_rates"], arms[arm][f"{recipe}_loss"], pen_name, name)
        words.y_label(panel, "loss after training")
    _name(axes[1], arms["batch_norm"])


def _name(panel: Panel, arm: dict[str, np.ndarray]) -> None:
    """Name both curves at the smallest rate, where they lie farthest apart."""
    start = {pen_name: np.median(arm[f"{recipe}_loss"][:, 0]) for pen_name, recipe in SIDES["batch_norm"].items()}
    upper = max(start, key=start.get)
    for pen_name, height in start.items():
        place = {"va": "bottom", "shift": (14, 4)} if pen_name == upper else {"va": "top", "shift": (0, -60)}
        words.label(panel, arm["he_rates"][0], height, NAMES[pen_name], "blue", **place)
