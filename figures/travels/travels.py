"""Loss over learning rates in three networks: with nothing, with Batch Norm, and when its gradient ignores the mean."""

import numpy as np

from whybn.drawing import valleys, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING, best_rate, middle
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
    _names(axes[0], rates, losses["relu 32"])


def _names(panel: Panel, rates: np.ndarray, losses: dict[str, np.ndarray]) -> None:
    """Write the names of the arms: without where it turns up, mean ignored where it begins, Batch Norm below its best."""
    words.label(panel, rates[1], middle(losses["plain"])[1], "without", "rust", va="top", shift=(8, -1))
    words.label(panel, rates[0], GUESSING, "mean ignored", "blue", va="bottom", shift=(0, 3))
    loss = losses["batch_norm"]
    best = int(best_rate(loss))
    words.label(panel, rates[best], middle(loss)[best], "with Batch Norm", "blue", ha="center", va="top", shift=(0, -10))
