"""Noise behind Batch Norm: how well the networks train, over learning rates, measured with the noise and without it."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss, noisy_loss
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, left=30, between=20)
NAMES = {"plain": "neither", "batch_norm": "Batch Norm", "noisy_batch_norm": "both"}
# Where each name stands: rate, loss, alignment across and up.
PLACES = {
    10: {
        "plain": (0.36, 1.6, "left", "center"),
        "batch_norm": (0.16, 0.085, "center", "top"),
        "noisy_batch_norm": (0.04, 0.6, "left", "bottom"),
    },
    20: {
        "plain": (0.16, 1.55, "left", "center"),
        "batch_norm": (0.15, 0.54, "center", "top"),
        "noisy_batch_norm": (0.03, 1.78, "left", "bottom"),
    },
}
RATES = (0.0087, 3.7)  # those at which the noisy networks train
LOSSES = {10: (0.1, 0.3, 1), 20: (0.5, 1, 2)}  # named on the axis
LIMITS = {10: (0.055, 4.2), 20: (0.42, 3.2)}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["controls"]
    for row, depth in enumerate(PLACES):
        noisy = arms["noisy_batch_norm"]
        scored = {"measured with the noise": noisy_loss(noisy, depth), "measured with the noise off": loss(noisy, depth)}
        for panel, (how, losses) in zip(axes[2 * row : 2 * row + 2], scored.items(), strict=True):
            words.title(panel, f"{depth} layers, {how}")
            _panel(panel, arms, losses, depth)


def _panel(panel: Panel, arms: dict, losses: np.ndarray, depth: int) -> None:
    """Draw `losses` of the noisy arm, (seed, rate), and those of its rivals; a line ends where most have diverged."""
    low, high = LIMITS[depth]
    for name, text in NAMES.items():
        values = losses if name == "noisy_batch_norm" else loss(arms[name], depth)
        marks.seeds(panel, arms[name]["rates"], values.T, name, text, top=high)
        x, y, ha, va = PLACES[depth][name]
        words.label(panel, x, y, text, pen(name).role, ha=ha, va=va)
    panel.axes.set_xlim(*RATES)
    panel.axes.set_ylim(low, high)
    words.decades(panel, "x")
    words.decades(panel, "y")
    words.named_ticks(panel, "y", LOSSES[depth], [words.plain(value) for value in LOSSES[depth]])
    marks.rule(panel, GUESSING, "guessing")
    words.x_label(panel, "learning rate")
    words.y_label(panel, "loss after training")
