"""Change of the gradient per distance walked: over training, and against the distance itself."""

import numpy as np

from whybn.drawing import marks, walks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), share="y", left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["smoothness"]
    words.title(axes[0], "over half to four steps")
    for arm in ARMS:
        _over_training(axes[0], parts[arm], arm)
    _by_distance(axes[1], parts, "over a distance, first step", slice(0, 1))
    _by_distance(axes[2], parts, "over a distance, later", slice(1, None))
    for panel in axes:
        panel.axes.set_ylim(1, 1000)
        words.decades(panel, "y")
        words.y_label(panel, "change per distance")
    end = max(float(np.median(_far(parts[arm], slice(1, None))[-1])) for arm in ARMS)
    words.label(axes[2], parts["plain"]["distances"][-1], end, "without", "rust", ha="right", va="bottom", shift=(0, 6))
    words.label(axes[2], 0.25, 6, "with", "blue", ha="right", va="top")
    words.label(axes[1], 1, 200, pen("batch_norm").label, "blue", ha="right", va="bottom")
    words.label(axes[1], 0.012, 30, "without", "rust", va="top")


def _over_training(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the largest change per distance along half to four steps, at equal rate."""
    rate = walks.equal_rate(part)
    steps = part["multiples"][:, None] * part["equal_rate"]
    rough = (part["change"][..., rate] / (steps * part["norm"][:, None, :, rate])).max(1)
    marks.seeds(panel, part["probe_at"], rough, arm)
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")


def _by_distance(panel: Panel, parts: dict, title: str, times: slice) -> None:
    """Draw both networks' change per distance against the distance, median over `times`."""
    words.title(panel, title)
    for arm in ARMS:
        marks.seeds(panel, parts[arm]["distances"], _far(parts[arm], times), arm)
    words.decades(panel, "x")
    words.x_label(panel, "distance walked")


def _far(part: dict[str, np.ndarray], times: slice) -> np.ndarray:
    """Return the change per distance, median over `times`, at equal rate: (distance, seed)."""
    return np.median(part["far_change"][times, ..., walks.equal_rate(part)], 0) / part["distances"][:, None]
