"""What one step along the first gradient does to the loss, and how unevenly that gradient is spread."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import nearest

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", left=44, columns_named=True)
ARMS = ("plain", "batch_norm")
SCHEMES = {"he": "from He initialisation", "glorot": "from Glorot’s initialisation"}
FEWEST = 1e-4  # share of entries below which a tail is not drawn
SHORTEST = 0.1  # step
HIGHEST = 1e6  # loss, over before


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["tails"]
    for column, (scheme, text) in enumerate(SCHEMES.items()):
        step, tail = axes[column], axes[2 + column]
        words.title(step, text)
        if tail.narrow:
            words.title(tail, text)
        step.name, tail.name = f"{text}, loss", f"{text}, tail"
        for arm in ARMS:
            _step(step, part, arm, scheme)
            _tail(tail, part, arm, scheme)
        marks.rule(step, 1, "no change" if column == 0 else "", at=0)
        words.y_label(step, "loss after one step, over before")
        words.x_label(step, "step length")
        words.y_label(tail, "share of larger entries in the gradient")
        words.x_label(tail, "entry, over the root mean square")
    for panel in axes:
        words.decades(panel, "x")
    axes[0].axes.set_ylim(0.1, 3e4)
    axes[2].axes.set(xlim=(0.1, 40), ylim=(FEWEST, 1))
    axes[3].axes.set_xlim(0.1, 40)
    for panel in axes:
        words.decades(panel, "x")
        words.decades(panel, "y")
    _name_arms(axes, part)


def _step(panel: Panel, part: dict[str, np.ndarray], arm: str, scheme: str) -> None:
    """Draw the loss after steps that are long enough to matter; what overflowed lies above the axis."""
    seen = part["lengths"] >= SHORTEST
    values = np.nan_to_num(part[f"{arm}_{scheme}_loss"][seen], nan=HIGHEST, posinf=HIGHEST)
    marks.seeds(panel, part["lengths"][seen], values, arm, top=HIGHEST)


def _tail(panel: Panel, part: dict[str, np.ndarray], arm: str, scheme: str) -> None:
    """Draw the shares beyond each threshold, as far as the median seed has any to speak of."""
    shares = part[f"{arm}_{scheme}_tail"]
    seen = np.median(shares, axis=-1) > FEWEST
    marks.seeds(panel, part["thresholds"][seen], np.maximum(shares[seen], FEWEST), arm)


def _name_arms(axes: list[Panel], part: dict[str, np.ndarray]) -> None:
    """Name the arms where they lie apart: in the loss from He initialisation."""
    lengths, losses = part["lengths"], np.median(part["plain_he_loss"], axis=-1)
    row = nearest(lengths, 3)
    words.label(axes[0], lengths[row], losses[row], pen("plain").label, "rust", ha="right", shift=(-20, 28))
    words.label(axes[0], lengths[-1], 1, pen("batch_norm").label, "blue", ha="right", va="top", shift=(0, -4))
