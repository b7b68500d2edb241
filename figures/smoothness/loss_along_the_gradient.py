"""The loss met along each gradient while two networks train, and its range at every learning rate."""

import numpy as np

from whybn.drawing import marks, walks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.smoothness import equal_rate, loss_range, own_rate, typical

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", left=40, columns_named=True)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    for column, arm in enumerate(ARMS):
        part = results["smoothness"][arm]
        _along(axes[column], part, arm)
        below = axes[2 + column]
        below.axes.set_ylim(0.02, 10)
        words.decades(below, "y")
        label, name = "highest minus lowest, typical of a run", f"smoothness.{arm}_best_rate"
        walks.by_rate(below, part, typical(loss_range(part)), own_rate(part), arm, label, name)
    axes[0].axes.set_ylim(0, None)
    words.few_ticks(axes[0], "y")


def _along(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Fill between the lowest and the highest loss along each gradient, at equal rate: medians over seeds."""
    walked = part["walk_loss"][..., equal_rate(part)]
    low, high = np.median(walked.min(1), -1), np.median(walked.max(1), -1)
    words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, loss at learning rate {words.plain(float(part['equal_rate']))}"
    marks.band(panel, part["probe_at"], low, high, arm)
    marks.line(panel, part["probe_at"], high, arm, "highest")
    marks.line(panel, part["probe_at"], low, arm, "lowest")
    words.y_label(panel, "lowest and highest loss along each gradient")
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")
