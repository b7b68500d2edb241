"""Sharpness in full-batch descent against two divided by the learning rate, and sharpness at the start."""

import itertools

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.sharpness import reached

EXPERIMENTS = ("sharpness",)
LAYOUT = Layout(wide=(3, 2), narrow=(6, 1), row_height=130, share="y", left=40, right=56, between=70)
ARMS = ("plain", "batch_norm")
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}
SCHEMES = {"default": "PyTorch", "glorot": "Glorot", "he": "He"}


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["sharpness"]
    for panel, (activation, arm) in zip(axes, itertools.product(ACTIVATIONS, ARMS), strict=False):
        _over_training(panel, parts[f"{activation}_{arm}"], activation, arm)
    for panel, arm in zip(axes[4:], ARMS, strict=True):
        _at_start(panel, parts, arm)
    for panel, (activation, arm) in zip(axes, itertools.product(ACTIVATIONS, ARMS), strict=False):
        part = parts[f"{activation}_{arm}"]
        ends = {name: float(curve[-1]) for name, curve in _curves(part).items()}
        words.end_labels(panel, part["step"][-1], ends, pen(arm).role)


def _curves(part: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return sharpness times half the rate over time, for each rate: median over seeds."""
    scaled = np.median(reached(part), 1)
    return {f"rate {rate:g}": scaled[:, k] for k, rate in enumerate(part["rates"])}


def _over_training(panel: Panel, part: dict[str, np.ndarray], activation: str, arm: str) -> None:
    """Draw sharpness times half the learning rate; at one it equals two over the rate."""
    words.title(panel, f"{pen(arm).label}, {ACTIVATIONS[activation]}")
    for name, curve in _curves(part).items():
        marks.line(panel, part["step"], curve, arm, name)
    panel.axes.set_ylim(0.1, 10)
    words.decades(panel, "y")
    marks.rule(panel, 1, "two over the rate" if (activation, arm) == ("relu", "batch_norm") else "", at=1)
    words.y_label(panel, "sharpness times rate over two")
    words.few_ticks(panel, "x", 3)
    words.x_label(panel, "step")


def _at_start(panel: Panel, parts: dict, arm: str) -> None:
    """Draw each seed's sharpness before the first step, for every kind of initial weights."""
    words.title(panel, f"{pen(arm).label}, before the first step")
    ends: dict[str, float] = {}
    for (activation, name), shift in zip(ACTIVATIONS.items(), (-0.15, 0.15), strict=True):
        part = parts[f"{activation}_{arm}"]
        for row in range(len(part["schemes"])):
            spot = np.full(part["start"].shape[1], row + shift)
            marks.points(panel, spot, part["start"][row], arm, f"{name}, {SCHEMES[part['schemes'][row]]}", size=4)
        places = np.arange(len(part["schemes"])) + shift
        marks.line(panel, places, np.median(part["start"], axis=-1), arm, f"{name}, median")
        ends[name] = float(np.median(part["start"][-1]))
    panel.axes.set_xlim(-0.5, len(SCHEMES) - 0.5)
    panel.axes.set_ylim(0.1, 100)
    words.decades(panel, "y")
    words.named_ticks(panel, "x", range(len(SCHEMES)), list(SCHEMES.values()))
    words.y_label(panel, "sharpness")
    words.x_label(panel, "initial weights")
    words.end_labels(panel, len(SCHEMES) - 0.85, ends, pen(arm).role)
