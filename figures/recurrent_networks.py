"""A recurrent network that reads a digit row by row: spread of its sums by time step, and test error."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("recurrent",)
LAYOUT = Layout(
    wide=(2, 2), narrow=(4, 1), row_height=150, share="y", right=82, between=96, columns_named=True
)
PAIRS = (("plain", "layer_norm"), ("batch_norm", "shared_batch_norm"))
NAMES = {
    "plain": "no norm",
    "layer_norm": "Layer Norm",
    "batch_norm": "a set per row",
    "shared_batch_norm": "one set for all",
}
TITLES = ("without Batch Norm", "with Batch Norm")


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["recurrent"]
    for panel, title, (arm, _) in zip(axes[:2], TITLES, PAIRS, strict=True):
        words.title(panel, title)
        _spread(panel, arms[arm], arm)
    for panel, title, pair in zip(axes[2:], TITLES, PAIRS, strict=True):
        if panel.narrow:
            words.title(panel, title)
        panel.name = f"{title}, test error"
        _errors(panel, arms, pair)
    axes[0].axes.set_ylim(0, None)
    axes[2].axes.set_ylim(0, None)
    for panel, pair in zip(axes[2:], PAIRS, strict=True):
        ends = {NAMES[arm]: float(np.median(_error(arms[arm])[-1])) for arm in pair}
        roles = {NAMES[arm]: pen(arm).role for arm in pair}
        words.end_labels(panel, arms["plain"]["blank_rows"][-1], ends, roles)


def _spread(panel: Panel, arm: dict[str, np.ndarray], name: str) -> None:
    """Draw the spread of the sums by time step: a thin line for each seed, and their median."""
    steps = np.arange(1, 1 + len(arm["spread"]))
    marks.runs(panel, steps, arm["spread"].T, name)
    marks.line(panel, steps, np.median(arm["spread"], axis=1), name)
    panel.axes.set_ylim(0, None)
    words.few_ticks(panel, "x", 8)
    words.few_ticks(panel, "y")
    words.x_label(panel, "row of the digit")
    words.y_label(panel, "spread of the sums")


def _errors(panel: Panel, arms: dict[str, dict[str, np.ndarray]], pair: tuple[str, str]) -> None:
    """Draw test error by blank rows for two arms."""
    for arm in pair:
        marks.seeds(panel, arms[arm]["blank_rows"], _error(arms[arm]), arm, NAMES[arm])
    words.few_ticks(panel, "x", 5)
    words.few_ticks(panel, "y")
    words.x_label(panel, "blank rows before the digit")
    words.y_label(panel, "test error, percent")


def _error(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Test error in percent at the rate that is best on the images set aside: (length, seed)."""
    best = np.nan_to_num(arm["validation_error"], nan=0.9).mean(0).argmin()
    return 100 * np.nan_to_num(arm["test_error"], nan=0.9)[:, :, best]
