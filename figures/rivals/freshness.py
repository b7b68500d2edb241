"""Statistics that the gradient does not know, taken anew ever more seldom: worst between fresh and frozen."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.rivals import AGES, bought
from whybn.readings.taken_apart import lowest

EXPERIMENTS = ("rivals", "taken_apart")
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=220, left=34, right=86)
BESIDE = {"plain": ("with nothing", "rust"), "batch_norm": ("Batch Norm", "blue")}


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    words.title(panel, "the gradient ignores the statistics")
    words.y_label(panel, "loss after training")
    places = np.arange(len(AGES))
    marks.seeds(panel, places, np.stack([bought(results, name, lowest) for name in AGES.values()]), "ink", "read anew")
    panel.axes.set_yscale("log")
    panel.axes.set_ylim(0.06, 3)
    panel.axes.set_xlim(places[0], places[-1])
    for name, (text, role) in BESIDE.items():
        value = float(np.median(bought(results, name, lowest)))
        marks.line(panel, places[[0, -1]], [value] * 2, name, text, width=marks.THIN)
        words.label(panel, places[-1], value, text, role, shift=(7, 0))
    words.named_ticks(panel, "y", (2, 1, 0.5, 0.2, 0.1), ("2", "1", "0.5", "0.2", "0.1"))
    words.named_ticks(panel, "x", places, list(AGES))
    words.x_label(panel, "steps until they are read again")
