"""A real layer before and after Batch Norm; and one image's output as its mini-batch companions change."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.trajectory import typical_network

EXPERIMENTS = ("trajectory",)
LAYOUT = Layout(share="", row_height=190)
UNITS = 12  # of the layer, shown
STAGES = {"linear": "arriving", "normalised": "normalised", "transformed": "scaled, shifted"}


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["trajectory"]["batch_norm"]
    layer, image = axes
    _stages(layer, part)
    _companions(image, part)


def _stages(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw mean and standard deviation over the mini-batch of some units, at the three stages."""
    words.title(panel, f"{UNITS} units of one layer")
    order = part["linear"][:, :UNITS].mean(0).argsort()
    pitch = UNITS + 3
    for stage, (name, text) in enumerate(STAGES.items()):
        values = part[name][:, order]
        places, mean, deviation = stage * pitch + np.arange(UNITS), values.mean(0), values.std(0)
        marks.strokes(panel, places, mean - deviation, mean + deviation, "batch_norm", f"{text}, mean ± deviation")
        marks.points(panel, places, mean, "batch_norm", f"{text}, mean", size=5)
    middles = [stage * pitch + (UNITS - 1) / 2 for stage in range(len(STAGES))]
    panel.axes.set_xlim(-2, len(STAGES) * pitch - 2)
    words.named_ticks(panel, "x", middles, list(STAGES.values()))
    panel.axes.tick_params(axis="x", length=0)
    words.few_ticks(panel, "y")
    marks.rule(panel, 0)
    words.y_label(panel, "pre-activation: mean ± standard deviation")


def _companions(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw what one image gets for its right digit with each set of companions, by size of the mini-batch."""
    draws, seed = part["companions"].shape[-1], typical_network(part)
    words.title(panel, f"one image, {draws} sets of companions")
    sizes = part["companion_sizes"]
    aside = 0.6 * (np.arange(draws) / (draws - 1) - 0.5)
    for place, (size, found) in enumerate(zip(sizes, part["companions"][:, seed], strict=True)):
        marks.points(panel, place + aside, found, "batch_norm", f"mini-batch of {size}", size=3.5)
    panel.axes.set(xlim=(-0.5, len(sizes) - 0.5), ylim=(0, 1.12))
    marks.rule(panel, part["alone"][seed], "eval mode", at=0.02, name="trajectory.eval_probability")
    words.named_ticks(panel, "x", range(len(sizes)), [str(size) for size in sizes])
    words.named_ticks(panel, "y", [0, 0.5, 1], ["0", "0.5", "1"])
    words.y_label(panel, "probability given to the right digit")
    words.x_label(panel, "images in the mini-batch")
