"""Rescaled weights without and with Batch Norm, and how the effective learning rate falls over a long training."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.invariance import effective_rate, rescaled

EXPERIMENTS = ("invariance",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=230, narrow_row_height=200, share="", right=64, between=72)
ARMS = ("plain", "batch_norm")
MEASURES = {"loss": "same", "gradient": "half", "curvature": "quarter"}  # what algebra makes of them at twice the weights
LIMITS = (0.03, 30)  # of the ratios; without Batch Norm they leave the picture


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["invariance"]
    scaled, effective = axes
    words.title(scaled, "rescaled weights")
    for arm in ARMS:
        _rescaled(scaled, parts[arm], arm)
    _name(scaled, parts["batch_norm"])
    words.title(effective, "over the training")
    _effective(effective, {arm: parts[arm] for arm in ARMS})


def _ratio(part: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return a quantity over its own value at factor 1, median over seeds, for each factor."""
    return np.median(rescaled(part, name), -1)


def _rescaled(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw loss, gradient and curvature against the factor."""
    for name in MEASURES:
        width = marks.MEDIAN if arm == "batch_norm" else 1
        marks.line(panel, part["factors"], _ratio(part, name), arm, f"{pen(arm).label}, {name}", width=width)


def _name(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Set the axes, name the lines with Batch Norm, and say at factor two what has become of each quantity."""
    panel.axes.set_xscale("log")
    words.named_ticks(panel, "x", part["factors"], [words.plain(float(factor)) for factor in part["factors"]])
    panel.axes.set_ylim(*LIMITS)
    words.decades(panel, "y")
    words.y_label(panel, "compared with unscaled weights")
    words.x_label(panel, "all hidden weights times")
    words.end_labels(panel, part["factors"][-1], {name: _ratio(part, name)[-1] for name in MEASURES}, "blue")
    row = int(np.flatnonzero(part["factors"] == 2)[0])
    for name, word in MEASURES.items():
        low = {"ha": "right", "va": "top", "shift": (-3, -2)} if name == "curvature" else {"va": "bottom", "shift": (5, 1)}
        words.label(panel, 2, _ratio(part, name)[row], word, "blue", **low)
    words.label(panel, 1, 12, pen("plain").label, "rust", ha="right", shift=(20, 0))


def _effective(panel: Panel, parts: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw how the effective learning rates fall, at every rate at which no seed diverged: medians over seeds."""
    ends, roles = {}, {}
    for arm, part in parts.items():
        effective = effective_rate(part)
        alive = ~np.isnan(effective).any((0, 1))
        for k in np.flatnonzero(alive):
            curve, rate = np.median(effective[..., k], -1), f"rate {part['rates'][k]:g}"
            marks.line(panel, part["step"], curve, arm, f"{pen(arm).label}, {rate}")
            if arm == "batch_norm":
                ends[rate], roles[rate] = float(curve[-1]), "blue"
    panel.axes.set_ylim(0, 1.05)
    words.few_ticks(panel, "x", 3)
    words.few_ticks(panel, "y", 3)
    words.y_label(panel, "effective rate, over its start")
    words.x_label(panel, "step")
    step = parts["plain"]["step"][-1]
    words.end_labels(panel, step, ends, roles)
    words.label(panel, 0, 0.1, pen("plain").label, "rust", shift=(6, 14))
    words.label(panel, 0, 0.1, pen("batch_norm").label, "blue", shift=(6, 0))
