"""Noise and drift behind Batch Norm: loss over learning rates, in ten and in twenty layers."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss
from whybn.readings.definitions import GUESSING, middle

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=230, narrow_row_height=200, share="x", left=30, between=30)
NAMES = {"plain": "neither", "batch_norm": "Batch Norm", "noisy_batch_norm": "with noise", "drifting": "with drift"}
# Where a name stands: rate, loss, alignment. In ten layers there is no room for all of them.
PLACES = {
    10: {
        "neither": (0.36, 1.6, "left"),
        "Batch Norm": (0.3, 0.078, "center"),
        "with noise": (0.3, 0.19, "center"),
    },
    20: {
        "neither": (0.2, 1.7, "left"),
        "Batch Norm": (0.15, 0.5, "center"),
        "with noise": (0.3, 1.1, "center"),
        "with drift": (0.17, 0.71, "center"),
    },
}
RATES = (0.0087, 3.7)  # those at which the noisy networks train
LIMITS = {10: (0.06, 4), 20: (0.4, 4)}
LOSSES = {10: (0.1, 0.3, 1), 20: (0.5, 1, 2)}  # named on the axis


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["controls"]
    for panel, depth in zip(axes, LIMITS, strict=True):
        words.title(panel, f"{depth} layers")
        for arm, name in NAMES.items():
            _median(panel, arms[arm]["rates"], loss(arms[arm], depth), arm, name)
            if name in PLACES[depth]:
                rate, height, ha = PLACES[depth][name]
                words.label(panel, rate, height, name, pen(arm).role, ha=ha)
        panel.axes.set_xlim(*RATES)
        panel.axes.set_ylim(*LIMITS[depth])
        words.decades(panel, "x")
        words.decades(panel, "y")
        words.named_ticks(panel, "y", LOSSES[depth], [words.plain(value) for value in LOSSES[depth]])
        marks.rule(panel, GUESSING, "guessing", at=0)
        words.x_label(panel, "learning rate")
        words.y_label(panel, "loss after training")


def _median(panel: Panel, rates: np.ndarray, losses: np.ndarray, arm: str, name: str) -> None:
    """Draw the median of losses (seed, rate); the line ends where most networks have diverged."""
    typical = middle(losses)
    kept = np.isfinite(typical)
    marks.line(panel, rates[kept], typical[kept], arm, name)
