"""What else might do instead of Batch Norm: the largest rate that trains and the loss, a row for each network."""

from collections.abc import Callable

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.rivals import bought
from whybn.readings.taken_apart import largest, lowest

EXPERIMENTS = ("rivals", "taken_apart")
LAYOUT = Layout(wide=(1, 2), narrow=(1, 2), row_height=205, share="y", left=132, right=10, between=24)
# Name of each row, from the top.
ROWS = {
    "plain": "nothing",
    "warm_up": "a slow start",
    "squashed": "squashed (DyT)",
    "standardised_weights": "standardised weights",
    "layer_norm": "Layer Norm",
    "batch_norm": "Batch Norm",
}
PENS = {"plain": "plain", "batch_norm": "batch_norm"}  # the others are ink


def draw(results: dict, axes: list[Panel]) -> None:
    rate, loss = axes
    for panel, measure in zip(axes, (largest, lowest), strict=True):
        _column(panel, results, measure, "largest_rate" if panel is rate else "loss")
        panel.axes.set_ylim(len(ROWS) - 0.5, -0.6)
        panel.axes.spines["left"].set_visible(False)
        panel.axes.tick_params(axis="y", length=0)
    words.named_ticks(rate, "y", range(len(ROWS)), list(ROWS.values()))
    words.title(rate, "largest rate")
    words.y_label(rate, "that trains")
    rate.axes.set_xlim(0.003, 4)
    words.decades(rate, "x")
    words.title(loss, "loss")
    words.y_label(loss, "after training")
    loss.axes.set_xscale("log")
    loss.axes.set_xlim(4, 0.06)  # to the right is better, as in the other column
    words.named_ticks(loss, "x", (2, 0.5, 0.1), ("2", "0.5", "0.1"))


def _column(panel: Panel, results: dict, measure: Callable[[dict], np.ndarray], fact: str) -> None:
    """Draw how far each row's median lies from that of nothing."""
    found = {name: float(np.median(bought(results, name, measure))) for name in ROWS}
    rows = np.arange(len(ROWS))
    marks.strokes(panel, rows, [found["plain"]] * len(rows), list(found.values()), "truth", "from nothing", upright=False)
    for name, pen in PENS.items():
        place = quote(panel, f"rivals.{name}_{fact}", found[name]), list(ROWS).index(name)
        marks.points(panel, *([one] for one in place), pen, ROWS[name], size=8)
    others = [name for name in ROWS if name not in PENS]
    places = [list(ROWS).index(name) for name in others]
    marks.points(panel, [found[name] for name in others], places, "ink", ", ".join(ROWS[name] for name in others), size=8)
