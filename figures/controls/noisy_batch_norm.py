"""Noise and drift behind Batch Norm: how well the networks train, over rates, measured with and without the noise."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import loss, noisy_loss
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(2, 3), narrow=(6, 1), row_height=150, narrow_row_height=120, left=30, between=16)
NAMES = {"plain": "neither", "batch_norm": "Batch Norm", "noisy_batch_norm": "both", "drifting": "both"}
# Where each name stands: rate, loss, alignment across and up.
PLACES = {
    10: {
        "neither": (0.36, 1.6, "left", "center"),
        "Batch Norm": (0.16, 0.085, "center", "top"),
        "both": (0.04, 0.6, "left", "bottom"),
    },
    20: {
        "neither": (0.16, 1.55, "left", "center"),
        "Batch Norm": (0.15, 0.54, "center", "top"),
        "both": (0.03, 1.78, "left", "bottom"),
    },
}
RATES = (0.0087, 3.7)  # those at which the noisy networks train
LOSSES = {10: (0.1, 0.3, 1), 20: (0.5, 1, 2)}  # named on the axis
LIMITS = {10: (0.045, 4.2), 20: (0.4, 3.2)}


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["controls"]
    noisy, drifting = arms["noisy_batch_norm"], arms["drifting"]
    for row, depth in enumerate(PLACES):
        scored = {
            "noise": ("noisy_batch_norm", noisy_loss(noisy, depth)),
            "noise, then off": ("noisy_batch_norm", loss(noisy, depth)),
            "drift, then off": ("drifting", loss(drifting, depth)),
        }
        for panel, (how, (name, losses)) in zip(axes[3 * row : 3 * row + 3], scored.items(), strict=True):
            words.title(panel, f"{depth} layers, {how}")
            rivals = {rival: loss(arms[rival], depth) for rival in ("plain", "batch_norm")}
            _panel(panel, arms, rivals | {name: losses}, depth)


def _panel(panel: Panel, arms: dict, losses: dict[str, np.ndarray], depth: int) -> None:
    """Draw losses, {arm: (seed, rate)}, over the rates; a line ends where most networks have diverged."""
    low, high = LIMITS[depth]
    for name, values in losses.items():
        marks.seeds(panel, arms[name]["rates"], values.T, name, NAMES[name], top=high)
        x, y, ha, va = PLACES[depth][NAMES[name]]
        words.label(panel, x, y, NAMES[name], pen(name).role, ha=ha, va=va)
    panel.axes.set_xlim(*RATES)
    panel.axes.set_ylim(low, high)
    words.decades(panel, "x")
    words.decades(panel, "y")
    words.named_ticks(panel, "y", LOSSES[depth], [words.plain(value) for value in LOSSES[depth]])
    marks.rule(panel, GUESSING, "guessing")
    words.x_label(panel, "learning rate")
    words.y_label(panel, "loss after training")
