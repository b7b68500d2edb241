"""How far a gradient changes along its own steps: over training at equal rate, and at every learning rate."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=(150, 130), share="y", head=52, left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    for column, arm in enumerate(ARMS):
        part = results["smoothness"][arm]
        change = part["change"].max(1)
        _over_training(axes[column], part, change, arm)
        _by_rate(axes[2 + column], part, change, arm)
    for panel in axes:
        panel.axes.set_ylim(1, 100)
        words.decades(panel, "y")


def _over_training(panel: Panel, part: dict[str, np.ndarray], change: np.ndarray, arm: str) -> None:
    """Draw the median over seeds, and the second to second highest, at equal rate."""
    rate = np.abs(part["rates"] - part["equal_rate"]).argmin()
    values = np.sort(change[..., rate], axis=-1)
    words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, learning rate {words.plain(float(part['equal_rate']))}"
    marks.band(panel, part["probe_at"], values[:, 1], values[:, -2], arm)
    marks.line(panel, part["probe_at"], np.median(values, -1), arm)
    words.y_label(panel, "largest change of the gradient")
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")


def _by_rate(panel: Panel, part: dict[str, np.ndarray], change: np.ndarray, arm: str) -> None:
    """Draw each seed's typical change against the learning rate, as far as no seed has diverged."""
    alive = ~np.isnan(part["final_loss"]).any(0)
    if panel.narrow:
        words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, by learning rate"
    marks.runs(panel, part["rates"][alive], np.median(change[1:], 0)[:, alive], arm)
    best = part["rates"][np.median(np.where(alive, part["final_loss"], np.inf), 0).argmin()]
    panel.axes.set_xlim(part["rates"][0], part["rates"][-1])
    marks.rule(panel, best, along="y")
    left = best < part["rates"][len(part["rates"]) // 2]
    side = {"ha": "left" if left else "right", "va": "bottom", "shift": (5 if left else -5, 3)}
    words.label(panel, best, 1, "best rate", "grey", **side)
    words.decades(panel, "x")
    words.y_label(panel, "the same, typical of a run")
    words.x_label(panel, "learning rate")
