"""Loss over learning rates in three networks: with nothing, with Batch Norm, and when its gradient ignores the mean."""

import numpy as np

from whybn.drawing import valleys, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import best_rate, middle
from whybn.readings.taken_apart import LATE
from whybn.readings.travels import in_network

EXPERIMENTS = ("travels",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), narrow_row_height=140, left=44)
TITLES = {"relu 32": "ReLU", "tanh 32": "tanh", "clothes 8": "convolutions, clothes"}
ARMS = ("plain", "batch_norm", "mean_stopped")


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["travels"]
    losses = {network: {arm: in_network(arms[arm], network)["loss"][LATE] for arm in ARMS} for network in TITLES}
    lowest = min(float(np.nanmin(loss)) for each in losses.values() for loss in each.values())
    rates = arms["plain"]["rates"]
    for panel, (network, title) in zip(axes, TITLES.items(), strict=True):
        words.title(panel, title)
        valleys.prepare(panel, rates, lowest, name_rule=panel is axes[0])
        for arm in ARMS:
            valleys.valley(panel, rates, losses[network][arm], arm)
        words.y_label(panel, "loss after training")
    valleys.name_arms(axes[0], rates, {arm: losses["relu 32"][arm] for arm in ("plain", "batch_norm")})
    typical = middle(losses["relu 32"]["mean_stopped"])
    best = int(best_rate(losses["relu 32"]["mean_stopped"]))
    words.label(axes[0], rates[best], typical[best], "mean ignored", "blue", shift=(8, 8))
