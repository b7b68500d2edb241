"""One image's answer in train mode as the other images of its mini-batch are exchanged, by size of the mini-batch."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.trajectory import typical_network

EXPERIMENTS = ("trajectory",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=220, right=14)


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    part = results["trajectory"]["batch_norm"]
    draws, seed = part["companions"].shape[-1], typical_network(part)
    words.title(panel, f"one image, {draws} sets of companions")
    sizes = part["companion_sizes"]
    aside = 0.6 * (np.arange(draws) / (draws - 1) - 0.5)
    for place, (size, found) in enumerate(zip(sizes, part["companions"][:, seed], strict=True)):
        marks.points(panel, place + aside, found, "batch_norm", f"mini-batch of {size}", size=4)
    panel.axes.set(xlim=(-0.5, len(sizes) - 0.5), ylim=(0, 1.12))
    marks.rule(panel, part["alone"][seed], "eval mode", at=0.02, name="trajectory.eval_probability")
    words.named_ticks(panel, "x", range(len(sizes)), [str(size) for size in sizes])
    words.named_ticks(panel, "y", [0, 0.5, 1], ["0", "0.5", "1"])
    words.y_label(panel, "probability given to the right digit")
    words.x_label(panel, "images in the mini-batch")
