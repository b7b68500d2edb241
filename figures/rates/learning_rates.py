"""The loss after a short and after a long training, at three depths and many learning rates."""

import numpy as np

from whybn.drawing import marks, valleys, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import TRAINED
from whybn.readings.rates import short

EXPERIMENTS = ("rates",)
LAYOUT = Layout(wide=(3, 2), narrow=(3, 2), row_height=130, between=20, left=40, columns_named=True)
DEPTHS = ("shallow", "middle", "deep")


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["rates"]
    part = arms["plain"]
    rates, steps = part["rates"], part["steps"]
    checks = {"short": short(part), "long": len(steps) - 1}
    places = [(row, length, check) for row in range(len(part["depths"])) for length, check in checks.items()]
    lowest = min(np.nanmin(arm["loss"]) for arm in arms.values())
    for panel, (row, length, check) in zip(axes, places, strict=True):
        if row == 0:
            words.title(panel, f"after {steps[check]} steps")
        panel.name = f"{part['depths'][row]} layers, {steps[check]} steps"
        valleys.prepare(panel, rates, lowest, name_rule=row == 0 and panel.first_column)
        marks.rule(panel, TRAINED, "trained below" if panel.last_row and panel.first_column else "", at=0, above=False)
        for arm in valleys.ARMS:
            valleys.valley(panel, rates, arms[arm]["loss"][row, check], arm, f"rates.{arm}_{length}_{DEPTHS[row]}")
        words.y_label(panel, f"loss, {part['depths'][row]} layers")
    valleys.name_arms(axes[0], rates, {arm: arms[arm]["loss"][0, checks["short"]] for arm in valleys.ARMS})
