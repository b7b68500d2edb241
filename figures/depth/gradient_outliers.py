"""How unevenly the first gradient is spread: the share of its entries beyond a multiple of their typical size."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=200, narrow_row_height=150, left=44)
ARMS = {"plain": 0.02, "batch_norm": 0.005}  # and how high each name stands
SCHEMES = {"he": "from He initialisation", "glorot": "from Glorot’s initialisation"}
FEWEST = 1e-4  # share of entries below which a tail is not drawn


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["tails"]
    for panel, (scheme, text) in zip(axes, SCHEMES.items(), strict=True):
        words.title(panel, text)
        for arm in ARMS:
            _tail(panel, part, arm, scheme)
        panel.axes.set(xlim=(0.1, 40), ylim=(FEWEST, 1))
        words.decades(panel, "x")
        words.decades(panel, "y")
        words.y_label(panel, "share of larger entries in the gradient")
        words.x_label(panel, "entry, over the root mean square")
    for arm, height in ARMS.items():
        words.label(axes[0], 0.13, height, pen(arm).label, pen(arm).role)


def _tail(panel: Panel, part: dict[str, np.ndarray], arm: str, scheme: str) -> None:
    """Draw the shares beyond each threshold, as far as the median seed has any to speak of."""
    shares = part[f"{arm}_{scheme}_tail"]
    seen = np.median(shares, axis=-1) > FEWEST
    marks.seeds(panel, part["thresholds"][seen], np.maximum(shares[seen], FEWEST), arm)
