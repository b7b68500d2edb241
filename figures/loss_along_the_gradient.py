"""The loss met along each gradient while two networks train, and its range at every learning rate."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=(170, 130), share="y", head=52, left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    for column, arm in enumerate(ARMS):
        part = results["smoothness"][arm]
        _along(axes[column], part, arm)
        _by_rate(axes[2 + column], part, arm)
    axes[0].axes.set_ylim(0, None)
    words.few_ticks(axes[0], "y")
    for panel in axes[2:]:
        panel.axes.set_ylim(0.01, 10)
        words.decades(panel, "y")


def _along(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Fill between the lowest and the highest loss along each gradient, at equal rate: medians over seeds."""
    rate = np.abs(part["rates"] - part["equal_rate"]).argmin()
    walked = part["walk_loss"][..., rate]
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
    """Draw each seed's typical range against the learning rate, as far as no seed has diverged."""
    alive = ~np.isnan(part["final_loss"]).any(0)
    typical = np.median(np.ptp(part["walk_loss"], axis=1)[1:], 0)
    if panel.narrow:
        words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, range by learning rate"
    marks.runs(panel, part["rates"][alive], typical[:, alive], arm)
    best = part["rates"][np.median(np.where(alive, part["final_loss"], np.inf), 0).argmin()]
    panel.axes.set_xlim(part["rates"][0], part["rates"][-1])
    marks.rule(panel, best, along="y")
    left = best < part["rates"][len(part["rates"]) // 2]
    side = {"ha": "left" if left else "right", "va": "bottom", "shift": (5 if left else -5, 3)}
    words.label(panel, best, 0.01, "best rate", "grey", **side)
    words.decades(panel, "x")
    words.y_label(panel, "highest minus lowest, typical")
    words.x_label(panel, "learning rate")
