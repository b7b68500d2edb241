"""Sharpness over full-batch descent at three learning rates, against two over each rate."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("sharpness",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=240, narrow_row_height=220, right=80, between=84)
ARMS = {"plain": "without", "batch_norm": "with"}
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}
LIMITS = (0.3, 16)


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["sharpness"]
    for panel, (activation, name) in zip(axes, ACTIVATIONS.items(), strict=True):
        words.title(panel, name)
        panel.axes.set_ylim(*LIMITS)
        words.decades(panel, "y")
        words.named_ticks(panel, "y", (0.5, 1, 2, 5, 10), ("0.5", "1", "2", "5", "10"))
        for rate in parts[f"{activation}_plain"]["rates"]:
            marks.rule(panel, 2 / rate, f"two over {words.plain(float(rate))}", at=1)
        ends, roles = {}, {}
        for arm in ARMS:
            found = _over_training(panel, parts[f"{activation}_{arm}"], arm)
            ends |= found
            roles |= dict.fromkeys(found, pen(arm).role)
        words.y_label(panel, "sharpness")
        words.x_label(panel, "step")
        words.end_labels(panel, parts[f"{activation}_plain"]["step"][-1], ends, roles)
    words.few_ticks(axes[0], "x", 2)


def _over_training(panel: Panel, part: dict[str, np.ndarray], arm: str) -> dict[str, float]:
    """Draw the median seed's sharpness at each rate; return {name of the curve: its end}."""
    ends = {}
    for rate, curve in zip(part["rates"], np.median(part["sharpness"], axis=1).T, strict=True):
        name = f"{ARMS[arm]}, {words.plain(float(rate))}"
        marks.line(panel, part["step"], curve, arm, name)
        ends[name] = float(curve[-1])
    return ends
