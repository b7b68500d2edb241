"""The lowest loss that any learning rate reaches with a given amount of arithmetic, at three depths."""

import numpy as np

from whybn import marks, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("rates",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), left=44)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["rates"]
    plain = arms["plain"]
    steps, depths = plain["steps"], plain["depths"]
    for row, (panel, depth) in enumerate(zip(axes, depths, strict=False)):
        words.title(panel, f"{depth} layers")
        for arm in ARMS:
            work = steps * arms[arm]["operations"][row] / plain["operations"][row]
            marks.seeds(panel, work, _lowest(arms[arm], row), arm)
        panel.axes.set_xlim(steps[0] / 1.2, steps[-1] * 1.6)
        words.decades(panel, "y")
        words.decades(panel, "x")
        words.y_label(panel, "lowest loss")
    words.x_label(axes[len(depths) - 1], "arithmetic, in steps without Batch Norm")
    early = [np.median(_lowest(arms[arm], 0)[2]) for arm in ARMS]
    words.label(axes[0], steps[2], early[0], "without", "rust", va="bottom", shift=(4, 8))
    words.label(axes[0], steps[0], early[1], "with Batch Norm", "blue", va="top", shift=(4, -16))


def _lowest(part: dict[str, np.ndarray], row: int) -> np.ndarray:
    """Return the lowest loss over rates: (check, seed)."""
    return np.nanmin(part["loss"][row], axis=-1)
