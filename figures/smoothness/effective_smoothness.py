"""Change of the gradient per distance walked: over training, and against the distance itself."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.smoothness import equal_far, equal_rate, roughness, smoother_beyond, typical

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), narrow_row_height=130, share="y", left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["smoothness"]
    distances = parts["plain"]["distances"]
    words.title(axes[0], "over half to four steps")
    for arm in ARMS:
        _over_training(axes[0], parts[arm], arm)
    _by_distance(axes[1], "over a distance, first step", {arm: equal_far(parts[arm])[0] for arm in ARMS}, distances)
    later = {arm: typical(equal_far(parts[arm])) for arm in ARMS}
    _by_distance(axes[2], "over a distance, later", later, distances)
    for panel in axes:
        panel.axes.set_ylim(1, 1000)
        words.decades(panel, "y")
        words.y_label(panel, "change per distance")
    end = max(float(np.median(later[arm][-1])) for arm in ARMS)
    words.label(axes[2], distances[-1], end, "without", "rust", ha="right", va="bottom", shift=(0, 6))
    _crossing(axes[2], parts, later)
    words.label(axes[2], distances[-1], 2, "with", "blue", ha="right", va="top")
    words.label(axes[1], 1, 200, pen("batch_norm").label, "blue", ha="right", va="bottom")
    words.label(axes[1], 0.012, 30, "without", "rust", va="top")


def _crossing(panel: Panel, parts: dict, later: dict[str, np.ndarray]) -> None:
    """Mark on the curve with Batch Norm from which distance on it is the lower one, if any that was walked."""
    beyond = quote(panel, "smoothness.smoother_beyond", float(np.median(smoother_beyond(**parts))))
    if np.isfinite(beyond):
        distances = parts["plain"]["distances"]
        logs = np.log(np.median(later["batch_norm"], axis=-1))
        height = np.exp(np.interp(np.log(beyond), np.log(distances), logs))
        marks.points(panel, [beyond], [height], "ink", "smoother beyond", size=7)
        late = beyond**2 > distances[0] * distances[-1]
        words.label(
            panel, beyond, height, "smoother beyond", "ink", ha="right" if late else "left", va="bottom", shift=(-4, 12)
        )


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
