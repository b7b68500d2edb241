"""The lowest loss that any learning rate reaches with a given amount of arithmetic, at three depths."""

import numpy as np

from whybn import marks, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("rates",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=190, left=44)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["rates"]
    plain = arms["plain"]
    for row, (panel, depth) in enumerate(zip(axes, plain["depths"], strict=False)):
        words.title(panel, f"{depth} layers")
        for arm in ARMS:
            _curve(panel, arms[arm], plain, row, arm)
        words.y_label(panel, "lowest loss")
    steps = plain["steps"]
    axes[0].axes.set_xlim(steps[0] / 1.2, steps[-1] * 1.6)
    for panel in axes[: len(plain["depths"])]:
        words.decades(panel, "y")
        words.named_ticks(panel, "x", steps[[0, len(steps) // 2, -1]], [str(s) for s in steps[[0, len(steps) // 2, -1]]])
        words.x_label(panel, "work, in steps without")
    early = np.median(np.nanmin(np.stack([arms[arm]["loss"][0, 2] for arm in ARMS]), axis=-1), axis=-1)
    words.label(axes[0], steps[2], early[0], "without", "rust", va="bottom", shift=(4, 8))
    words.label(axes[0], steps[2], early[1], "with", "blue", ha="right", va="top", shift=(-4, -8))


def _curve(panel: Panel, part: dict[str, np.ndarray], plain: dict[str, np.ndarray], row: int, arm: str) -> None:
    """Draw median and band over seeds of the lowest loss over rates, against steps times the cost of a step."""
    work = plain["steps"] * part["operations"][row] / plain["operations"][row]
    lowest = np.sort(np.nanmin(part["loss"][row], axis=-1), axis=-1)  # (check, seed)
    marks.band(panel, work, lowest[:, 1], lowest[:, -2], arm)
    marks.line(panel, work, np.median(lowest, axis=-1), arm)
    panel.axes.set_xscale("log")
