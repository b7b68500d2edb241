"""Training data from a part of the input range, and what networks learn there."""

from whybn.drawing import strip, words
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.curve import seen

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=190, head=26)


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["curve"]["partial"]
    (panel,) = axes
    panel.name = "data from a part of the range"
    strip.curve_axes(panel)
    strip.training_inputs(panel, part)
    strip.training_data(panel, part)
    low, high = part["range"]
    found = strip.networks(part)[:, seen(part)]
    strip.spread(panel, part["grid"][seen(part)], found)
    text = quoting(panel, "median and spread of {} networks", {"curve.networks": len(found)})
    words.label(panel, (low + high) / 2, 1.25, text, "rust", ha="center")
