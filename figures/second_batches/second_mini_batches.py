"""A convolutional network on other data: test error by size of the mini-batch, without and with Batch Norm."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING_ERROR
from whybn.readings.second_batches import error

EXPERIMENTS = ("second_batches",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=210, right=14)
ARMS = {"plain": 34, "batch_norm": -34}  # how many px above its curve each name stands


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    arms = results["second_batches"]
    sizes = arms["plain"]["sizes"]
    panel.name = "test error by size of the mini-batch"
    for arm, above in ARMS.items():
        percent = 100 * error(arms[arm])
        marks.runs(panel, sizes, percent.T, arm)
        marks.line(panel, sizes, np.median(percent, axis=-1), arm)
        height = float(np.median(percent[len(sizes) // 2]))
        middle = float(np.sqrt(sizes[0] * sizes[-1]))
        words.label(panel, middle, height, pen(arm).label, pen(arm).role, ha="center", shift=(0, above))
    marks.rule(panel, 100 * GUESSING_ERROR, "guessing", at=0)
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(sizes[0] / 1.08, sizes[-1] * 1.08)
    panel.axes.set_ylim(0, 112)
    words.named_ticks(panel, "x", sizes, [str(size) for size in sizes])
    words.named_ticks(panel, "y", (0, 50, 100), ("0", "50", "100"))
    words.y_label(panel, "test error, percent")
    words.x_label(panel, "pictures in a mini-batch")
