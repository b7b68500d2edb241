"""Statistics frozen at the start against live ones and none: final loss over learning rates, from three gains."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=200, between=22)
NAMES = {"plain": "without", "frozen_batch_norm": "frozen", "batch_norm": "live"}
TITLES = {0.3: "Weights too small", 1.0: "He initialisation", 3.0: "Weights too large"}
# Where each name stands: rate, loss, alignment across and up.
PLACES = {
    0.3: {
        "plain": (0.01, 2.2, "left", "top"),
        "frozen_batch_norm": (0.0035, 0.13, "center", "top"),
        "batch_norm": (0.1, 0.12, "left", "top"),
    },
    1.0: {
        "plain": (0.38, 1.5, "left", "center"),
        "frozen_batch_norm": (0.0045, 0.55, "right", "center"),
        "batch_norm": (0.4, 0.085, "center", "top"),
    },
    3.0: {
        "plain": (3.1, 3.3, "right", "center"),
        "frozen_batch_norm": (0.01, 0.9, "right", "center"),
        "batch_norm": (0.6, 0.13, "center", "top"),
    },
}
GUESSING = np.log(10)


def draw(results: dict, axes: list[Panel]) -> None:
    for panel, (gain, title) in zip(axes, TITLES.items(), strict=True):
        words.title(panel, title)
        for arm in NAMES:
            _loss(panel, results["controls"][arm], gain, arm)
        panel.axes.set_ylim(0.045, 4.5)
        marks.rule(panel, GUESSING, "guessing" if gain == 1 else "", at=1)
        words.decades(panel, "x")
        words.decades(panel, "y")
        words.x_label(panel, "learning rate")
        if panel.first_column:
            words.y_label(panel, "loss after training")


def _loss(panel: Panel, part: dict[str, np.ndarray], gain: float, arm: str) -> None:
    """Draw the loss: median over seeds, second to second highest; a line ends where most members have diverged."""
    loss = part["loss"][np.flatnonzero((part["depths"] == 10) & (part["gains"] == gain))[0]]
    ordered = np.sort(np.where(np.isnan(loss), np.inf, loss), axis=0)
    middle = np.median(ordered, axis=0)
    kept = np.isfinite(middle)
    rates, high = part["rates"][kept], np.minimum(ordered[-2], 100)[kept]
    marks.band(panel, rates, ordered[1][kept], high, arm)
    marks.line(panel, rates, middle[kept], arm)
    x, y, ha, va = PLACES[gain][arm]
    text = NAMES[arm] if kept.any() else f"{NAMES[arm]}: all diverge"
    words.label(panel, x, y, text, pen(arm).role, ha=ha, va=va)
