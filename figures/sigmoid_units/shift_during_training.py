"""What the units of a sigmoid network receive while it trains: one unit, ten units, and the shift of all of them."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("sigmoid_units",)
LAYOUT = Layout(wide=(3, 2), narrow=(6, 1), row_height=130, right=46, between=56, columns_named=True)
ARMS = ("plain", "batch_norm")
RATE = 0  # the lower one
EVERY = 10  # of the hundred units, in their own order


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["sigmoid_units"]
    for column, arm in enumerate(ARMS):
        one, many, shift = axes[column], axes[2 + column], axes[4 + column]
        for panel in (one, many, shift) if one.narrow else (one,):
            words.title(panel, pen(arm).label)
        one.name, many.name, shift.name = (f"{pen(arm).label}, {what}" for what in ("one unit", "ten units", "shift"))
        at = parts[arm]["snapshot_at"]
        percentiles = parts[arm]["percentiles"][..., RATE]
        _one_unit(one, at, percentiles, arm)
        marks.runs(many, at, percentiles[:, 1, ::EVERY].T, arm)
        _shift(shift, at, parts[arm]["shift"][..., RATE], arm)
        words.y_label(one, "a typical unit: 15, 50 and 85 %")
        words.y_label(many, "medians of ten units")
        words.y_label(shift, "shift of all units, in deviations")
        for panel in (one, many):
            words.few_ticks(panel, "y")
        words.few_ticks(shift, "x")
        words.x_label(shift, "step")


def _one_unit(panel: Panel, at: np.ndarray, percentiles: np.ndarray, arm: str) -> None:
    """Draw the percentiles of the unit whose median moves as far as the typical unit's."""
    reach = np.ptp(percentiles[:, 1], axis=0)
    unit = int(np.argsort(reach)[len(reach) // 2])
    low, middle, high = percentiles[..., unit].T
    marks.band(panel, at, low, high, arm)
    marks.line(panel, at, middle, arm)


def _shift(panel: Panel, at: np.ndarray, shift: np.ndarray, arm: str) -> None:
    """Draw the shift between neighbouring snapshots for each layer, median over seeds."""
    middles = np.median(shift, axis=-1)
    for layer, values in enumerate(middles.T, start=1):
        marks.line(panel, at[1:], values, arm, f"layer {layer}")
    panel.axes.set_ylim(0.005, 20)
    words.decades(panel, "y")
    words.end_labels(panel, at[-1], {f"layer {k}": v for k, v in enumerate(middles[-1], 1)}, pen(arm).role)
