"""Networks that agree on their training data and part ways beyond it, and how much they disagree."""

from whybn import marks, strip, words
from whybn.style import Layout, Panel

EXPERIMENTS = ("curve",)
LAYOUT = Layout(wide=(2, 1), narrow=(2, 1), row_height=(190, 64), head=26, share="x")
SHOWN = 6  # networks of each data set that are drawn; the disagreement is that of all


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["curve"]["partial"]
    curve, below = axes
    curve.name, below.name = "networks", "disagreement"
    strip.curve_axes(curve)
    strip.training_inputs(curve, part)
    few = part["predictions"][:, :SHOWN].reshape(-1, len(part["grid"]))
    marks.runs(curve, part["grid"], few, "plain", "network", most=36)
    strip.target(curve, part)
    found = strip.networks(part)
    words.label(curve, -0.98, 2, f"{len(few)} of {len(found)} networks", "rust")
    marks.line(below, part["grid"], found.std(0), "plain", "standard deviation of all networks")
    below.axes.set_ylim(0, None)
    words.few_ticks(below, "y", 2)
    words.y_label(below, "disagreement")
    words.x_label(below, "input")
