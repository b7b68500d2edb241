"""Two networks at one place of the map: what enters each layer's activation function, the gradients, the loss."""

import numpy as np
from sklearn.datasets import load_digits

from whybn.drawing import maps, marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.atlas import typical
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("layers", "atlas")
LAYOUT = Layout(
    wide=(3, 2),
    narrow=(6, 1),
    row_height=(206, 92, 92),
    share="y",
    left=44,
    right=54,
    between=72,
    columns_named=True,
)
ARMS = ("plain", "batch_norm")
OVERLAP = 1.8  # height of the hills, in layers
THINNEST = 0.01  # part of a hill's height below which its line would be its foot
SMOOTHING = np.array([0.25, 0.5, 0.25])  # of the histograms, over neighbouring bins


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["layers"]
    for column, arm in enumerate(ARMS):
        for panel, what in zip(axes[column::2], ("distributions", "gradient", "loss"), strict=True):
            if panel.narrow or panel is axes[column]:
                words.title(panel, pen(arm).label)
            panel.name = f"{pen(arm).label}, {what}"
        _distributions(axes[column], arms[arm], arm)
        _gradients(axes[2 + column], arms[arm], arm)
        _loss(axes[4 + column], arms[arm], arm)
    words.decades(axes[2], "y", every=2)
    words.few_ticks(axes[4], "y", 3)
    for column, arm in enumerate(ARMS):
        ends = dict(zip(_moments(arms[arm]), np.median(arms[arm]["gradient"][:, -1], -1), strict=True))
        words.end_labels(axes[2 + column], arms[arm]["gradient"].shape[1], ends, pen(arm).role)


def explore(results: dict) -> dict[str, object]:
    """The map to point at, after its longer budget, and the digits to train on, one character for each pixel."""
    atlas = results["atlas"]
    images, labels = load_digits(return_X_y=True)
    return {
        "gains": atlas["plain"]["gains"],
        "rates": atlas["plain"]["rates"],
        "steps": atlas["plain"]["budgets"][-1],
        "map": [typical(atlas[arm], -1) for arm in ARMS],
        "levels": maps.LOSS_LEVELS,
        "gain": results["layers"]["plain"]["gain"],
        "rate": results["layers"]["plain"]["rate"],
        "images": "".join(chr(ord("0") + int(pixel)) for pixel in images.ravel()),
        "labels": "".join(map(str, labels)),
    }


def _distributions(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """One hill for each layer, before the first step, each as high as the others; the first layer on top."""
    edges, share = part["edges"], part["share"][0]
    layers = 1 + np.arange(len(share))
    panel.axes.set_xscale("asinh")
    for layer, row in zip(layers, share, strict=True):
        smooth = np.convolve(row, SMOOTHING, "same")
        hill = smooth / smooth.max()
        hill[hill < THINNEST] = 0
        marks.ridge(panel, (edges[1:] + edges[:-1]) / 2, OVERLAP * hill, layer, arm, f"layer {layer}")
    panel.axes.set(xlim=(-10, 10), ylim=(layers[-1] + 0.4, layers[0] - OVERLAP - 0.1))
    words.named_ticks(panel, "x", (-10, -1, 0, 1, 10), ("−10", "−1", "0", "1", "10"))
    words.named_ticks(panel, "y", layers[[0, -1]], layers[[0, -1]])
    words.y_label(panel, "layer")
    words.x_label(panel, "what enters the activation function, at the start")


def _moments(part: dict[str, np.ndarray]) -> list[str]:
    return [f"step {step}" if step else "start" for step in part["moments"]]


def _gradients(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """The gradient by layer at the moments that were read."""
    layers = 1 + np.arange(part["gradient"].shape[1])
    for series, values in zip(_moments(part), part["gradient"], strict=True):
        marks.seeds(panel, layers, values, arm, series)
    words.named_ticks(panel, "x", layers[[0, -1]], layers[[0, -1]])
    words.y_label(panel, "gradient")
    words.x_label(panel, "layer")


def _loss(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """The loss over the steps, and that of guessing."""
    marks.rule(panel, GUESSING, "guessing", at=0.5)
    marks.seeds(panel, part["loss_step"], part["loss"], arm)
    panel.axes.set_ylim(0, 3.2)
    words.few_ticks(panel, "x", 5)
    words.y_label(panel, "loss")
    words.x_label(panel, "steps")
