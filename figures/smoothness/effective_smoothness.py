"""Change of the gradient per distance walked: over training, and against the distance itself."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.smoothness import at_distance, equal_rate, roughness, typical

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), share="y", left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["smoothness"]
    distances = parts["plain"]["distances"]
    words.title(axes[0], "over half to four steps")
    for arm in ARMS:
        _over_training(axes[0], parts[arm], arm)
    _by_distance(axes[1], "over a distance, first step", {arm: _far(parts[arm])[0] for arm in ARMS}, distances)
    later = {arm: typical(_far(parts[arm])) for arm in ARMS}
    _by_distance(axes[2], "over a distance, later", later, distances)
    for panel in axes:
        panel.axes.set_ylim(1, 1000)
        words.decades(panel, "y")
        words.y_label(panel, "change per distance")
    end = max(float(np.median(later[arm][-1])) for arm in ARMS)
    words.label(axes[2], distances[-1], end, "without", "rust", ha="right", va="bottom", shift=(0, 6))
    words.label(axes[2], 0.25, 6, "with", "blue", ha="right", va="top")
    words.label(axes[1], 1, 200, pen("batch_norm").label, "blue", ha="right", va="bottom")
    words.label(axes[1], 0.012, 30, "without", "rust", va="top")


def _over_training(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the largest change per distance along half to four steps, at equal rate."""
    marks.seeds(panel, part["probe_at"], roughness(part)[..., equal_rate(part)], arm)
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")


def _by_distance(panel: Panel, title: str, changes: dict[str, np.ndarray], distances: np.ndarray) -> None:
    """Draw the change per distance of {arm: (distance, seed)} against the distance."""
    words.title(panel, title)
    for arm in ARMS:
        marks.seeds(panel, distances, changes[arm], arm)
    words.decades(panel, "x")
    words.x_label(panel, "distance walked")


def _far(part: dict[str, np.ndarray]) -> np.ndarray:
    """Return the change per distance at equal rate: (time, distance, seed)."""
    return at_distance(part)[..., equal_rate(part)]
