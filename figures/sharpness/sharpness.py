"""Sharpness in full-batch descent against two divided by the learning rate, and sharpness at the start."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.sharpness import reached

EXPERIMENTS = ("sharpness",)
LAYOUT = Layout(wide=(2, 4), narrow=(4, 2), row_height=118, narrow_row_height=84, share="", left=32, between=14)
ARMS = {"plain": "without", "batch_norm": "with"}
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}
SCHEMES = {"default": "PyTorch", "glorot": "Glorot", "he": "He"}


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["sharpness"]
    for row, (activation, name) in zip((axes[:4], axes[4:]), ACTIVATIONS.items(), strict=True):
        pair = {arm: parts[f"{activation}_{arm}"] for arm in ARMS}
        for place, panel in enumerate(row[:3]):
            _over_training(panel, pair, name, place)
        _at_start(row[3], pair, name)
    for arm, height in {"plain": 0.042, "batch_norm": 3.2}.items():
        words.label(axes[0], parts["tanh_plain"]["step"][-1], height, ARMS[arm], pen(arm).role, ha="right")


def _over_training(panel: Panel, pair: dict[str, dict[str, np.ndarray]], name: str, place: int) -> None:
    """Draw sharpness times half the learning rate; at one it equals two over the rate."""
    words.title(panel, f"{name}, rate {words.plain(float(pair['plain']['rates'][place]))}")
    for arm, part in pair.items():
        marks.seeds(panel, part["step"], reached(part)[..., place], arm)
    panel.axes.set_ylim(0.02, 10)
    words.decades(panel, "y")
    marks.rule(panel, 1, "two over the rate" if (name, place) == ("ReLU", 0) else "", at=1)
    words.y_label(panel, "sharpness × rate / 2")
    words.few_ticks(panel, "x", 2)
    words.x_label(panel, "step")


def _at_start(panel: Panel, pair: dict[str, dict[str, np.ndarray]], name: str) -> None:
    """Draw each seed's sharpness before the first step, for every kind of initial weights."""
    words.title(panel, f"{name}, at the start")
    for (arm, part), shift in zip(pair.items(), (-0.13, 0.13), strict=True):
        places = np.arange(len(part["schemes"])) + shift
        for row, scheme in enumerate(part["schemes"]):
            spot = np.full(part["start"].shape[1], places[row])
            marks.points(panel, spot, part["start"][row], arm, f"{pen(arm).label}, {SCHEMES[scheme]}", size=3)
        marks.line(panel, places, np.median(part["start"], axis=-1), arm, f"{pen(arm).label}, median")
    panel.axes.set_xlim(-0.5, len(SCHEMES) - 0.5)
    panel.axes.set_ylim(0.1, 100)
    words.decades(panel, "y")
    words.named_ticks(panel, "x", range(len(SCHEMES)), list(SCHEMES.values()))
    words.y_label(panel, "sharpness")
    words.x_label(panel, "initial weights")
