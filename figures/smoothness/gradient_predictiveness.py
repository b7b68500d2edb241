"""How far a gradient changes along its own steps: over training at equal rate, and at every learning rate."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.smoothness import change, equal_rate, own_rate, typical

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=160, narrow_row_height=124, share="y", left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = {arm: results["smoothness"][arm] for arm in ARMS}
    for panel in axes:
        panel.axes.set_ylim(1, 1000)
        words.decades(panel, "y")
        words.y_label(panel, "change of the gradient")
    _over_training(axes[0], parts)
    words.title(axes[1], "the first step")
    for arm, part in parts.items():
        marks.seeds(axes[1], part["rates"], part["first_change"].T, arm)
    words.title(axes[2], "later, typical of a run")
    for arm, part in parts.items():
        _later(axes[2], part, arm)
    for panel in axes[1:]:
        words.decades(panel, "x")
        words.x_label(panel, "learning rate")
    early = 0.15 * parts["plain"]["probe_at"][-1]
    _name(axes[0], (early, early), (90, 2))
    _name(axes[1], (0.055, 0.012), (180, 26))
    _name(axes[2], (0.012, 0.012), (42, 2.5))


def _over_training(panel: Panel, parts: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw the change at equal rate."""
    rate = words.plain(float(parts["plain"]["equal_rate"]))
    words.title(panel, f"at learning rate {rate}")
    for arm, part in parts.items():
        marks.seeds(panel, part["probe_at"], change(part)[..., equal_rate(part)], arm)
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")


def _later(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw what is typical of a run, as far as no seed has diverged, and a dot at the best rate."""
    alive = ~np.isnan(part["final_loss"]).any(0)
    found, best = typical(change(part)), own_rate(part)
    marks.seeds(panel, part["rates"][alive], found.T[alive], arm)
    at = quote(panel, f"smoothness.{arm}_best_rate", float(part["rates"][best]))
    marks.points(panel, [at], [np.median(found[:, best])], arm, f"{pen(arm).label}, best rate", size=7)


def _name(panel: Panel, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Name both arms, without first."""
    for arm, across, height in zip(ARMS, x, y, strict=True):
        text = {"plain": "without", "batch_norm": "with"}[arm]
        words.label(panel, across, height, text, pen(arm).role)
