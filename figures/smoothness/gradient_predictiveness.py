"""How far a gradient changes along its own steps: over training at equal rate, and at every learning rate."""

import numpy as np

from whybn.drawing import marks, walks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.smoothness import change, equal_rate, own_rate, typical

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", left=40, columns_named=True)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    for panel in axes:
        panel.axes.set_ylim(1, 100)
        words.decades(panel, "y")
    for column, arm in enumerate(ARMS):
        part = results["smoothness"][arm]
        _over_training(axes[column], part, arm)
        label, name = "the same, typical of a run", f"smoothness.{arm}_best_rate"
        walks.by_rate(axes[2 + column], part, typical(change(part)), own_rate(part), arm, label, name)


def _over_training(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the change at equal rate."""
    words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, learning rate {words.plain(float(part['equal_rate']))}"
    marks.seeds(panel, part["probe_at"], change(part)[..., equal_rate(part)], arm)
    words.y_label(panel, "largest change of the gradient")
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")
