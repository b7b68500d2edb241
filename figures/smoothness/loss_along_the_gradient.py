"""The lowest and the highest loss met along each gradient while two networks train."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.smoothness import equal_rate

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=210, narrow_row_height=170)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    for panel, arm in zip(axes, ARMS, strict=True):
        words.title(panel, pen(arm).label)
        _along(panel, results["smoothness"][arm], arm)
        words.y_label(panel, "loss along each gradient")
        words.x_label(panel, "step")
    axes[0].axes.set_ylim(0, None)
    words.few_ticks(axes[0], "x")
    words.few_ticks(axes[0], "y")


def _along(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Fill between the lowest and the highest loss along each gradient, at equal rate: medians over seeds."""
    walked = part["walk_loss"][..., equal_rate(part)]
    low, high = np.median(walked.min(1), -1), np.median(walked.max(1), -1)
    marks.band(panel, part["probe_at"], low, high, arm)
    marks.line(panel, part["probe_at"], high, arm, "highest")
    marks.line(panel, part["probe_at"], low, arm, "lowest")
