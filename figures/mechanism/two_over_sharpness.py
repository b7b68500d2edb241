"""Two over the sharpness beside the largest rate that trains: at the start they part, on the way they go together."""

from collections.abc import Callable

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.mechanism import at_start, largest_of, on_the_way

EXPERIMENTS = ("mechanism", "taken_apart")
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=252, share="xy", left=138, right=12)
# From the top; names as in the figure of Batch Norm taken apart.
ROWS = {
    "batch_norm": "Batch Norm",
    "mean_only": "subtract the mean",
    "size_only": "divide by the size",
    "mean_only_louder": "mean, larger weights",
    "spread_only": "divide by the spread",
    "layer_norm": "Layer Norm",
    "plain": "nothing",
    "plain_quieter": "nothing, smaller weights",
}
RUST = ("plain", "plain_quieter")
GREEN = "layer_norm"
HIGH = 0.26  # half the height of a tick, in rows


def draw(results: dict, axes: list[Panel]) -> None:
    words.title(axes[0], "sharpness at the start")
    words.title(axes[1], "sharpness on the way")
    rates = {name: float(np.median(largest_of(results, name))) for name in ROWS}
    for panel, measure in zip(axes, (lambda part: at_start(part, "sharpness"), on_the_way), strict=True):
        _panel(panel, results["mechanism"], rates, measure)
    for panel in axes:
        panel.axes.set_ylim(len(ROWS) - 0.5, -1.1)
        words.named_ticks(panel, "y", range(len(ROWS)), list(ROWS.values()))
        panel.axes.tick_params(axis="y", length=0)
        panel.axes.spines["left"].set_visible(False)
        panel.axes.margins(x=0.06)
        words.decades(panel, "x")
        words.x_label(panel, "learning rate")


def _panel(panel: Panel, parts: dict, rates: dict[str, float], measure: Callable[[dict], np.ndarray]) -> None:
    """Draw a tick at two over the sharpness, a dot at the largest rate, and what lies between them."""
    row = {name: place for place, name in enumerate(ROWS)}
    bounds = [float(np.median(2 / measure(parts[name]))) for name in ROWS]
    places = np.arange(len(ROWS))
    marks.strokes(panel, places, bounds, list(rates.values()), "truth", "from one to the other", upright=False, width=1)
    marks.strokes(panel, bounds, places - HIGH, places + HIGH, "truth", "two over the sharpness", width=3)
    blue = [name for name in ROWS if name not in {*RUST, GREEN}]
    for names, pen in ((RUST, "plain"), (blue, "batch_norm")):
        marks.points(panel, [rates[name] for name in names], [row[name] for name in names], pen, "largest rate", size=9)
    largest = quote(panel, "mechanism.layer_norm_largest_rate", rates[GREEN])
    marks.points(panel, [largest], [row[GREEN]], "layer_norm", "largest rate", size=9)
    words.label(panel, bounds[0], -HIGH, "two over sharpness", "grey", ha="center", va="bottom", shift=(0, 3))
    words.label(panel, rates["batch_norm"], -HIGH, "trains", "blue", ha="center", va="bottom", shift=(0, 3))
