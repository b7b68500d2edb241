"""What compounds from layer to layer at the start: the size of the values from three gains, and how alike they are."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.mechanism import COMMON, START

EXPERIMENTS = ("mechanism",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=230, narrow_row_height=190, share="x", left=40)
REACH = (1, 14.5)  # of the axis of layers; its right end is room for names
ARMS = {"plain": "without", "size_only": "size alone", "mean_only": "mean alone", "batch_norm": "Batch Norm"}
GAINS = {0.5: "half as large", 1.0: "He’s weights", 2.0: "twice as large"}


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["mechanism"]
    _sizes(axes[0], parts)
    _sameness(axes[1], parts)
    for panel in axes:
        panel.axes.set_xlim(*REACH)
        words.named_ticks(panel, "x", (1, 4, 7, 10), ("layer 1", "4", "7", "10"))


def _sizes(panel: Panel, parts: dict) -> None:
    """Draw a fan without Batch Norm and a bundle with it."""
    words.title(panel, "size: what the weights multiply")
    words.y_label(panel, "root mean square of pre-activations")
    gains = parts["plain"]["gains"]
    for arm in ("plain", "batch_norm"):
        for gain, sizes in zip(gains, parts[arm]["gain_size"], strict=True):
            marks.seeds(panel, _layers(sizes), sizes, arm, f"{arm}, gain {gain:g}")
    words.decades(panel, "y", every=2)
    last = len(parts["plain"]["gain_size"][0])
    ends = {GAINS[gain]: float(np.median(sizes[-1])) for gain, sizes in zip(gains, parts["plain"]["gain_size"], strict=True)}
    words.end_labels(panel, last, ends, "rust")
    words.label(panel, 1.4, ends[GAINS[0.5]], "without Batch Norm", "rust", va="bottom")
    words.label(panel, 10, 8, "with Batch Norm", "blue", ha="right")


def _sameness(panel: Panel, parts: dict) -> None:
    """Draw what all images share, by what is done to each layer."""
    words.title(panel, "sameness: what all images share")
    words.y_label(panel, "part of the mean square")
    ends: dict[str, float] = {}
    for arm, name in ARMS.items():
        rows = parts[arm]["sameness"][COMMON, START]
        marks.line(panel, _layers(rows), np.median(rows, axis=-1), arm)
        ends[name] = float(np.median(rows[-1]))
    panel.axes.set_ylim(0, 1)
    words.few_ticks(panel, "y", 3)
    words.end_labels(panel, len(rows), ends, {name: pen(arm).role for arm, name in ARMS.items()})


def _layers(rows: np.ndarray) -> np.ndarray:
    return np.arange(1, len(rows) + 1)
