"""Statistics frozen at the start against live ones and none: final loss over learning rates, from three gains."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), narrow_row_height=130, between=22)
NAMES = {"plain": "without", "frozen_batch_norm": "frozen", "batch_norm": "live"}
TITLES = {0.3: "weights too small", 1.0: "He initialisation", 3.0: "weights too large"}
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
TOP = 4.5  # of the loss axis


def draw(results: dict, axes: list[Panel]) -> None:
    for panel, (gain, title) in zip(axes, TITLES.items(), strict=True):
        words.title(panel, title)
        for arm in NAMES:
            _loss(panel, results["controls"][arm], gain, arm)
        panel.axes.set_ylim(0.045, TOP)
        marks.rule(panel, GUESSING, "guessing" if gain == 1 else "", at=1)
        words.decades(panel, "x")
        words.decades(panel, "y")
        words.x_label(panel, "learning rate")
        words.y_label(panel, "loss after training")


def _loss(panel: Panel, part: dict[str, np.ndarray], gain: float, arm: str) -> None:
    """Draw the loss from one gain; a cross ends the line where most networks diverge beyond."""
    losses = loss(part, gain=gain)
    marks.seeds(panel, part["rates"], losses.T, arm, top=TOP, ends=True)
    x, y, ha, va = PLACES[gain][arm]
    text = NAMES[arm] if np.isfinite(losses).any() else f"{NAMES[arm]}: all diverge"
    words.label(panel, x, y, text, pen(arm).role, ha=ha, va=va)
