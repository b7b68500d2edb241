"""The loss met along each gradient while two networks train, and its range at every learning rate."""

import numpy as np

from whybn.drawing import marks, words
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
        _by_rate(axes[2 + column], part, arm)
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


def _by_rate(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the range typical of a run against the learning rate, as far as no seed has diverged, and the best rate."""
    panel.axes.set_ylim(0.02, 10)
    words.decades(panel, "y")
    rates, found, best = part["rates"], typical(loss_range(part)), own_rate(part)
    alive = ~np.isnan(part["final_loss"]).any(0)
    if panel.narrow:
        words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, by learning rate"
    marks.runs(panel, rates[alive], found[:, alive], arm)
    marks.line(panel, rates[alive], np.median(found[:, alive], axis=0), arm)
    panel.axes.set_xlim(rates[0], rates[-1])
    marks.rule(panel, rates[best], along="y", name=f"smoothness.{arm}_best_rate")
    left = best < len(rates) // 2
    side = {"ha": "left" if left else "right", "va": "bottom", "shift": (5 if left else -5, 3)}
    words.label(panel, rates[best], panel.axes.get_ylim()[0], "best rate", "grey", **side)
    words.decades(panel, "x")
    words.y_label(panel, "highest minus lowest, typical of a run")
    words.x_label(panel, "learning rate")
