"""What the units of a sigmoid network receive while it trains: ten of them in each arm, and the shift of all."""

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("sigmoid_units",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=190, narrow_row_height=125, share="x", left=38, between=6)
ARMS = ("plain", "batch_norm")
RATE = 0  # the lower one
EVERY = 10  # of the hundred units, in their own order


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["sigmoid_units"]
    *units, shift = axes
    words.title(shift, "shift of all units")
    for panel, arm in zip(units, ARMS, strict=True):
        words.title(panel, pen(arm).label)
        at = parts[arm]["snapshot_at"]
        marks.runs(panel, at, parts[arm]["percentiles"][:, 1, ::EVERY, RATE].T, arm)
        words.y_label(panel, "medians of ten units")
        marks.seeds(shift, at[1:], parts[arm]["shift"][..., RATE].mean(1), arm)
    reach = max(abs(limit) for panel in units for limit in panel.axes.get_ylim())
    for panel in units:
        panel.axes.set_ylim(-reach, reach)
        words.few_ticks(panel, "y")
    words.y_label(shift, "deviations, mean over layers")
    shift.axes.set_ylim(0.005, 5)
    words.decades(shift, "y")
    for panel in axes:
        words.few_ticks(panel, "x")
        words.x_label(panel, "step")
    words.label(shift, at[-1], 0.3, pen("plain").label, "rust", ha="right", va="bottom")
    words.label(shift, at[-1], 0.015, pen("batch_norm").label, "blue", ha="right", va="top")
