"""Rescaled weights, and how the effective learning rate falls over a long training."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.invariance import effective_rate, rescaled

EXPERIMENTS = ("invariance",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", left=40, right=66, between=82, columns_named=True)
ARMS = ("plain", "batch_norm")
MEASURES = ("loss", "gradient", "curvature")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = [results["invariance"][arm] for arm in ARMS]
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.title(panel, pen(arm).label)
        _rescaled(panel, part, arm)
    for panel, arm, part in zip(axes[2:], ARMS, parts, strict=True):
        if panel.narrow:
            words.title(panel, pen(arm).label)
        _effective(panel, part, arm)
    for panel in axes[:2]:
        words.decades(panel, "y", every=2)
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.end_labels(panel, part["factors"][-1], {name: _ratio(part, name)[-1] for name in MEASURES}, pen(arm).role)
    for panel, arm, part in zip(axes[2:], ARMS, parts, strict=True):
        words.end_labels(panel, part["step"][-1], _ends(part), pen(arm).role)


def _ratio(part: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return a quantity over its own value at factor 1, median over seeds, for each factor."""
    return np.median(rescaled(part, name), -1)


def _rescaled(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw loss, gradient and curvature against the factor."""
    panel.name = f"{pen(arm).label}, weights times a factor"
    for name in MEASURES:
        marks.line(panel, part["factors"], _ratio(part, name), arm, name)
    panel.axes.set_xscale("log")
    words.named_ticks(panel, "x", part["factors"], [words.plain(float(factor)) for factor in part["factors"]])
    words.y_label(panel, "compared with unscaled weights")
    words.x_label(panel, "all hidden weights times")


def _curves(part: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the effective rate over its first value for each learning rate at which no seed diverged: median seed."""
    effective = effective_rate(part)
    alive = ~np.isnan(effective).any((0, 1))
    return {f"rate {rate:g}": np.median(effective[..., k], -1) for k, rate in enumerate(part["rates"]) if alive[k]}


def _ends(part: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: float(curve[-1]) for name, curve in _curves(part).items()}


def _effective(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw how the effective learning rates fall."""
    panel.name = f"{pen(arm).label}, effective learning rate"
    for name, curve in _curves(part).items():
        marks.line(panel, part["step"], curve, arm, name)
    panel.axes.set_ylim(0, 1.05)
    words.few_ticks(panel, "x", 3)
    words.few_ticks(panel, "y", 3)
    words.y_label(panel, "effective learning rate, against its start")
    words.x_label(panel, "step")
