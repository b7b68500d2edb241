"""A real layer on its way through Batch Norm: values of twelve units at three stages, and one example's among them."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("trajectory",)
LAYOUT = Layout(wide=(1, 3), narrow=(3, 1), row_height=230, narrow_row_height=128, left=24)
UNITS = 12  # of the layer, shown
EXAMPLES = 24  # of the mini-batch, shown
EXAMPLE = 0  # of the mini-batch, followed
STAGES = {"linear": "as they arrive", "normalised": "normalised", "transformed": "scaled and shifted"}


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["trajectory"]["batch_norm"]
    order = part["linear"][:, :UNITS].mean(0).argsort()
    units = np.arange(UNITS)
    for panel, (name, text) in zip(axes, STAGES.items(), strict=True):
        words.title(panel, text)
        values = part[name][:, order]
        for unit in units:
            shown = values[:EXAMPLES, unit]
            marks.points(panel, np.full(len(shown), unit), shown, "batch_norm", f"unit {unit + 1}", size=2)
        marks.rule(panel, 0)
        marks.strokes(panel, values.mean(0), units - 0.4, units + 0.4, "batch_norm", "mean", upright=False)
        marks.line(panel, units, values[EXAMPLE], "ink", "one example", width=1.25)
        words.y_label(panel, "pre-activation")
        words.x_label(panel, f"{UNITS} units")
    axes[0].axes.set_xlim(-0.8, UNITS - 0.2)
    words.few_ticks(axes[0], "y")
    words.named_ticks(axes[0], "x", [], [])
    axes[0].axes.set_ylim(axes[0].axes.get_ylim()[0] * 1.25, None)  # room for two names
    low = axes[0].axes.get_ylim()[0]
    words.label(axes[0], 0, low, "one example", "ink", va="bottom", shift=(0, 1))
    words.label(axes[0], UNITS - 1, low, "means", "blue", ha="right", va="bottom", shift=(0, 1))
