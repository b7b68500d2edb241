"""The loss at the best learning rate for so long a training, against steps and against seconds, at three depths."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.rates import lowest

EXPERIMENTS = ("rates", "step_time")
LAYOUT = Layout(wide=(2, 3), narrow=(6, 1), row_height=150, share="y", left=44, columns_named=True)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    arms, times = results["rates"], results["step_time"]["turns"]
    steps, depths = arms["plain"]["steps"], arms["plain"]["depths"]
    for row, depth in enumerate(depths):
        by_steps, by_time = axes[row], axes[row + len(depths)]
        words.title(by_steps, f"{depth} layers")
        if by_time.narrow:
            words.title(by_time, f"{depth} layers")
        by_time.name = f"{depth} layers, by time"
        _falls(by_steps, arms, row, dict.fromkeys(ARMS, steps))
        _falls(by_time, arms, row, {arm: _milliseconds(times, arm, row, steps) for arm in ARMS})
        words.x_label(by_steps, "training steps")
        words.x_label(by_time, "milliseconds of one core")
    ends = [_milliseconds(times, arm, row, steps[[0, -1]]) for arm in ARMS for row in range(len(depths))]
    for row in range(len(depths)):
        _reach(axes[row], steps[0], steps[-1])
        _reach(axes[row + len(depths)], np.min(ends), np.max(ends))
    early = [np.median(lowest(arms[arm])[0, 2]) for arm in ARMS]
    words.label(axes[0], steps[2], early[0], "without", "rust", va="bottom", shift=(4, 8))
    words.label(axes[0], steps[0], early[1], "with Batch Norm", "blue", va="top", shift=(4, -16))


def _falls(panel: Panel, arms: dict, row: int, spent: dict[str, np.ndarray]) -> None:
    """Draw both arms' loss at the best rate against what was `spent` on it."""
    for arm in ARMS:
        marks.seeds(panel, spent[arm], lowest(arms[arm])[row], arm)
    words.decades(panel, "y")
    words.y_label(panel, "loss at the best rate")


def _reach(panel: Panel, low: float, high: float) -> None:
    """Give all panels of a row the same limits, a little beyond `low` and `high`."""
    panel.axes.set_xlim(low / 1.2, high * 1.3)
    words.decades(panel, "x")


def _milliseconds(times: dict[str, np.ndarray], arm: str, row: int, steps: np.ndarray) -> np.ndarray:
    """Return how long so many steps take at one depth."""
    return steps * 1000 * np.median(times[arm][row])
