"""How much a layer's gradient changes when the layers below take their step, along trainings of three networks."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.moving_target import by_time

EXPERIMENTS = ("moving_target",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=200, narrow_row_height=130, left=38, between=22)
TITLES = {"sigmoid": "3 layers, sigmoid", "relu": "10 layers, ReLU", "linear": "25 layers, linear"}
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    networks = results["moving_target"]
    for panel, (name, title) in zip(axes, TITLES.items(), strict=True):
        words.title(panel, title)
        at = networks[name]["probe_at"]
        for arm in ARMS:
            change = by_time(networks[name], arm, "relative")
            marks.runs(panel, at, change.T, arm)
            marks.line(panel, at, np.median(change, axis=-1), arm)
        marks.rule(panel, 1, "as long as the gradient" if name == "linear" else "")
        words.y_label(panel, "relative change of the gradient")
        words.x_label(panel, "step")
    for panel in axes:
        panel.axes.set_ylim(0.003, 5)
        words.decades(panel, "y")
    words.few_ticks(axes[0], "x")
    end = networks["sigmoid"]["probe_at"][-1]
    words.label(axes[0], end, 0.02, pen("plain").label, "rust", ha="right", va="top")
    words.label(axes[0], end, 1.3, pen("batch_norm").label, "blue", ha="right", va="bottom")
