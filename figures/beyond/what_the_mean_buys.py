"""How alike a network makes the images before training, against what subtracting the mean buys it: a dot a network."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings import beyond as readings

EXPERIMENTS = ("beyond", "travels")
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=300, left=28, right=24)
LIMITS = (0.55, 25)  # of the axis of rates
NOTHING = 1.0


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    words.title(panel, "what the mean buys")
    words.y_label(panel, "how many times as large a rate trains")
    panel.axes.set_xlim(0.2, 0.9)
    panel.axes.set_yscale("log")
    panel.axes.set_ylim(*LIMITS)
    words.named_ticks(panel, "y", (1, 2, 5, 10, 20), ("1", "2", "5", "10", "20"))
    words.named_ticks(panel, "x", (0.2, 0.4, 0.6, 0.8), ("0.2", "0.4", "0.6", "0.8"))
    words.x_label(panel, "how alike the images are before training (sameness)")
    marks.rule(panel, NOTHING, "nothing", above=False)
    places = {
        name: (float(np.median(readings.alike(results, name))), _mean(readings.bought(results, name)))
        for name in readings.networks(results)
    }
    _pooled(panel, float(np.median(readings.alike(results, readings.PICTURES, pooled=True))), *places[readings.PICTURES])
    marks.points(panel, *zip(*places.values(), strict=True), "ink", ", ".join(places), size=8)
    words.point_labels(panel, places, "ink", rule=NOTHING)


def _mean(ratios: np.ndarray) -> float:
    """The geometric mean over seeds, within the axis."""
    return float(np.clip(np.exp(np.log(ratios).mean()), *LIMITS))


def _pooled(panel: Panel, pooled: float, apart: float, y: float) -> None:
    """Where a network for pictures stands if each place of a picture counts as an image."""
    text = "if places count as images"
    marks.line(panel, [pooled, apart], [y, y], "truth", text, width=marks.THIN)
    words.label(panel, pooled, y, text, "grey", va="bottom", shift=(5, 2))
