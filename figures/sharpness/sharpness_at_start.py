"""Sharpness before the first step, from three kinds of initial weights."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("sharpness",)
LAYOUT = Layout(wide=(1, 2), narrow=(1, 2), row_height=180)
ARMS = {"plain": "without", "batch_norm": "with Batch Norm"}
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}
SCHEMES = {"default": "PyTorch", "glorot": "Glorot", "he": "He"}


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["sharpness"]
    for panel, (activation, name) in zip(axes, ACTIVATIONS.items(), strict=True):
        words.title(panel, name)
        for arm, shift in zip(ARMS, (-0.1, 0.1), strict=True):
            _at_start(panel, parts[f"{activation}_{arm}"], arm, shift)
        words.y_label(panel, "sharpness")
        words.x_label(panel, "initial weights")
    axes[0].axes.set(xlim=(-0.5, len(SCHEMES) - 0.5), ylim=(0.1, 100))
    for panel in axes:
        words.decades(panel, "y")
        words.named_ticks(panel, "x", range(len(SCHEMES)), list(SCHEMES.values()))
    words.label(axes[0], -0.4, 30, ARMS["plain"], "rust")
    words.label(axes[0], -0.4, 15, ARMS["batch_norm"], "blue")


def _at_start(panel: Panel, part: dict[str, np.ndarray], arm: str, shift: float) -> None:
    """Draw each seed as a dot and join the medians, beside the place of each kind of initial weights."""
    places = np.arange(len(part["schemes"])) + shift
    for row, scheme in enumerate(part["schemes"]):
        spot = np.full(part["start"].shape[1], places[row])
        marks.points(panel, spot, part["start"][row], arm, f"{pen(arm).label}, {SCHEMES[scheme]}", size=4)
    marks.line(panel, places, np.median(part["start"], axis=-1), arm, f"{pen(arm).label}, median")
