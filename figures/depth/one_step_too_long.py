"""What one step along the first gradient does to the loss, by its length and by the initial weights."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=200, narrow_row_height=150, left=44)
ARMS = {"plain": 1000, "batch_norm": 0.3}  # and how high each name stands
SCHEMES = {"he": "from He initialisation", "glorot": "from Glorot’s initialisation"}
SHORTEST = 0.1  # step
HIGHEST = 1e6  # loss, over before


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["tails"]
    seen = part["lengths"] >= SHORTEST
    lengths = part["lengths"][seen]
    for panel, (scheme, text) in zip(axes, SCHEMES.items(), strict=True):
        words.title(panel, text)
        for arm in ARMS:  # what overflowed lies above the axis
            values = np.nan_to_num(part[f"{arm}_{scheme}_loss"][seen], nan=HIGHEST, posinf=HIGHEST)
            marks.seeds(panel, lengths, values, arm, top=HIGHEST)
        panel.axes.set(xlim=(lengths[0], lengths[-1]), ylim=(0.1, 3e4))
        marks.rule(panel, 1, "no change" if panel is axes[0] else "", at=0)
        words.decades(panel, "x")
        words.decades(panel, "y")
        words.y_label(panel, "loss after one step, over before")
        words.x_label(panel, "step length")
    for arm, height in ARMS.items():
        words.label(axes[0], 1.2 * SHORTEST, height, pen(arm).label, pen(arm).role)
