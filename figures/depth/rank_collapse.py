"""How alike the examples of a mini-batch become on their way through a deep network with random weights."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout()
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["rank"]
    axes[0].axes.set_ylim(0, 1.1 * max(part[f"rank_{arm}"].max() for arm in ARMS))
    for panel, arm in zip(axes, ARMS, strict=True):
        words.title(panel, pen(arm).label)
        values = part[f"rank_{arm}"]
        layers = np.arange(1, 1 + len(values))
        marks.runs(panel, layers, values.T, arm)
        marks.line(panel, layers, np.median(values, axis=-1), arm)
        marks.rule(panel, 1, "all examples alike" if arm == "batch_norm" else "")
        words.few_ticks(panel, "x", 6)
        words.few_ticks(panel, "y", 5)
        words.y_label(panel, "soft rank of the mini-batch")
        words.x_label(panel, "layer")
