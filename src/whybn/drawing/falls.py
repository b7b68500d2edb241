"""The loss at the best rate for so long a training, at several depths, against what the training takes."""

from collections.abc import Mapping

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.rates import lowest

ARMS = ("plain", "batch_norm")
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=150, narrow_row_height=130, share="y", left=44, columns_named=True)


def draw(panels: list[Panel], arms: dict, spent: Mapping[str, np.ndarray], unit: str) -> None:
    """Draw both arms, one panel for each depth; `spent` is what its trainings took: {arm: (depth, length)}, in `unit`."""
    every = np.stack([spent[arm] for arm in ARMS])
    for row, (panel, depth) in enumerate(zip(panels, arms["plain"]["depths"], strict=True)):
        words.title(panel, f"{depth} layers")
        for arm in ARMS:
            marks.seeds(panel, spent[arm][row], lowest(arms[arm])[row], arm)
        panel.axes.set_xlim(every.min() / 1.2, every.max() * 1.3)
        for axis in ("x", "y"):
            words.decades(panel, axis)
        words.x_label(panel, unit)
        words.y_label(panel, "loss at the best rate")
    _name_arms(panels[0], arms, spent)


def _name_arms(panel: Panel, arms: dict, spent: Mapping[str, np.ndarray]) -> None:
    """Write the upper curve's name above a point of it, the lower one's left of and below one, where no falling curve is."""
    typical = {arm: np.median(lowest(arms[arm])[0], axis=-1) for arm in ARMS}
    words.label(panel, spent["plain"][0, 2], typical["plain"][2], "without", "rust", va="bottom", shift=(4, 8))
    early = len(typical["batch_norm"]) // 2 - 1
    place = (spent["batch_norm"][0, early], typical["batch_norm"][early])
    words.label(panel, *place, "with Batch Norm", "blue", ha="right", va="top", shift=(-2, -6))
