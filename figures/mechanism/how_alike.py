"""How alike ten digits are to a network before training, layer by layer, without and with each mean subtracted."""

import numpy as np

from whybn.drawing import maps, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import typical_seed

EXPERIMENTS = ("mechanism",)
LAYOUT = Layout(
    wide=(2, 4), narrow=(4, 2), row_height=152, narrow_row_height=110, share="", left=0, right=0, between=14, foot=4
)
ROWS = {"plain": ("rust", "without Batch Norm"), "mean_only": ("blue", "each mean subtracted")}
LEVELS = (0.2, 0.4, 0.6, 0.8, 0.9)
SIDE = 8  # px of a digit


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["mechanism"]
    seed = typical_seed(parts["plain"]["cosine"][:, -1].mean((1, 2)))
    rows = [axes[: len(axes) // 2], axes[len(axes) // 2 :]]
    for panels, (arm, (hue, name)) in zip(rows, ROWS.items(), strict=True):
        part = parts[arm]
        for panel, layer, cosine in zip(panels, part["layers"], part["cosine"][seed], strict=True):
            words.title(panel, f"layer {layer}", hue)
            panel.axes.set(
                xlim=(-2, len(cosine) - 0.4), ylim=(len(cosine) - 0.4, -2), aspect="equal", anchor="SW", xticks=[], yticks=[]
            )
            panel.axes.set_axis_off()
            maps.matrix(panel, cosine, LEVELS, hue, series=f"{name}, cosine")
        words.y_label(panels[0], name)
        _digits(panels[0], part["pixels"][seed])


def _digits(panel: Panel, pixels: np.ndarray) -> None:
    """Draw the ten images along two sides, where their rows and columns begin."""
    low, high = pixels.min(), pixels.max()
    for place, image in enumerate((pixels - low) / (high - low)):
        maps.picture(panel, -1.2, place, SIDE, image, series=f"digit {place}")
        maps.picture(panel, place, -1.2, SIDE, image, series=f"digit {place}")
