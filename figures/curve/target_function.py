"""The rule to be learned, and what networks make of it when their data cover the whole input range."""

from whybn.drawing import strip, words
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=190, head=26)


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["curve"]["whole"]
    (panel,) = axes
    panel.name = "data from the whole range"
    strip.curve_axes(panel)
    strip.training_inputs(panel, part)
    strip.training_data(panel, part)
    found = strip.networks(part)
    strip.spread(panel, part["grid"], found)
    strip.target(panel, part)
    words.label(panel, -0.98, 0.35, "the rule", "grey")
    text = quoting(panel, "median and spread of {} networks", {"curve.networks_whole": len(found)})
    words.label(panel, 0.3, 1.25, text, "rust", ha="center")
