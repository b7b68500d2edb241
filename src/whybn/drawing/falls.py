"""The loss at the best rate for so long a training, at several depths, against what the training takes."""

from collections.abc import Mapping

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel

ARMS = ("plain", "batch_norm")
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=150, narrow_row_height=130, share="y", left=44, columns_named=True)


def draw(
    panels: list[Panel], depths: np.ndarray, loss: Mapping[str, np.ndarray], spent: Mapping[str, np.ndarray], unit: str
) -> None:
    """Draw both arms, one panel for each of `depths`.

    loss: {arm: (depth, length, seed)}. spent: what the trainings took, {arm: (depth, length)}, in `unit`.
    """
    every = np.stack([spent[arm] for arm in ARMS])
    for row, (panel, depth) in enumerate(zip(panels, depths, strict=True)):
        words.title(panel, f"{depth} layers")
        for arm in ARMS:
            marks.seeds(panel, spent[arm][row], loss[arm][row], arm)
        panel.axes.set_xlim(every.min() / 1.2, every.max() * 1.3)
        for axis in ("x", "y"):
            words.decades(panel, axis)
        words.x_label(panel, unit)
        words.y_label(panel, "loss at the best rate")
    _name_arms(panels[0], loss, spent)


def _name_arms(panel: Panel, loss: Mapping[str, np.ndarray], spent: Mapping[str, np.ndarray]) -> None:
    """Write the upper curve's name above a point of it, and the lower one's below it, half way down."""
    typical = {arm: np.median(loss[arm][0], axis=-1) for arm in ARMS}
    words.label(panel, spent["plain"][0, 2], typical["plain"][2], "without", "rust", va="bottom", shift=(4, 8))
    middle = float(np.sqrt(np.prod(panel.axes.get_ylim())))
    words.label(panel, spent["batch_norm"][0, 0], middle, "with Batch Norm", "blue", va="top", shift=(4, 0))
