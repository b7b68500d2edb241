"""Two networks at one place of the map: what enters each layer's activation function, the gradients, the loss."""

from dataclasses import replace

import numpy as np
from sklearn.datasets import load_digits

from whybn.drawing import maps, marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.atlas import typical
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("layers", "atlas")
LAYOUT = Layout(
    wide=(2, 2),
    narrow=(2, 2),
    row_height=(290, 150),
    narrow_row_height=(280, 190),
    share="",
    left=40,
    right=44,
    between=28,
)
ARMS = ("plain", "batch_norm")
OVERLAP = 1.8  # height of the hills, in layers
SMOOTHING = 0.2  # of a distribution, in its own standard deviations
REACH = 3.2  # how far a hill's outline goes to each side, in standard deviations
POINTS = 13  # of an outline at least
APART = 0.31  # between two of them at most, on the figure's axis
THINNEST = 0.01  # part of a hill's height below which its line would be its foot
HILLS = {False: 0.7, True: 1.0}  # part of the panel's width that the hills have; narrow or not
DOTS = {False: (0.84, 1.14), True: (1.1, 1.46)}  # where the axis of the dots lies, in widths of the panel
BEYOND = 0.5  # decades that this axis goes on beyond a size of one


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["layers"]
    for panel, arm in zip(axes[:2], ARMS, strict=True):
        words.title(panel, pen(arm).label, pen(arm).role)
        _distributions(panel, arms[arm], arm)
        _sizes(panel, arms, arm)
    gradient, loss = axes[2:]
    words.title(gradient, "gradient")
    words.title(loss, "loss")
    for arm in ARMS:
        _gradients(gradient, arms[arm], arm)
        marks.seeds(loss, arms[arm]["loss_step"], arms[arm]["loss"], arm)
    words.decades(gradient, "y", every=2)
    words.y_label(gradient, "for the weights")
    words.x_label(gradient, "layer")
    for arm in ARMS:
        ends = dict(zip(_moments(arms[arm]), np.median(arms[arm]["gradient"][:, -1], -1), strict=True))
        words.end_labels(gradient, arms[arm]["gradient"].shape[1], ends, pen(arm).role)
    _loss_axes(loss)


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
    share = part["share"][0]
    layers = 1 + np.arange(len(share))
    panel.axes.set_xscale("asinh")
    for layer, row in zip(layers, share, strict=True):
        at, hill = _outline(part["edges"], row)
        marks.ridge(panel, at, OVERLAP * hill, layer, arm, f"layer {layer}")
    panel.axes.set(xlim=(-10, 10), ylim=(layers[-1] + 0.4, layers[0] - OVERLAP - 0.1))
    panel.axes.set_position(_part(panel, 0, HILLS[panel.narrow]))
    ticks = (-1, 0, 1) if panel.narrow else (-10, -1, 0, 1, 10)
    words.named_ticks(panel, "x", ticks, [words.plain(tick) for tick in ticks])
    words.named_ticks(panel, "y", layers[[0, -1]], layers[[0, -1]])
    words.y_label(panel, "layer")
    words.x_label(panel, "into the activation")


def _sizes(panel: Panel, arms: dict[str, dict[str, np.ndarray]], arm: str) -> None:
    """A dot beside each hill for its size, median over seeds, on a logarithmic axis that both networks share."""
    sizes = {name: np.median(part["spread"][0], -1) for name, part in arms.items()}
    layers = 1 + np.arange(len(sizes[arm]))
    left, right = (edge / HILLS[panel.narrow] for edge in DOTS[panel.narrow])
    beside = replace(panel, axes=panel.axes.inset_axes((left, 0, right - left, 1), facecolor="none"))
    beside.axes.set(xscale="log", ylim=panel.axes.get_ylim())
    marks.points(beside, sizes[arm], layers, arm, "size")
    smallest = 10 ** int(np.ceil(-np.log10(min(map(np.min, sizes.values())))))
    beside.axes.set_xlim(1 / smallest, 10**BEYOND)
    words.named_ticks(beside, "x", (1 / smallest, 1), (f"1/{smallest}", "1"))
    words.named_ticks(beside, "y", (), ())
    beside.axes.spines["left"].set_visible(False)
    words.x_label(beside, "size")


def _part(panel: Panel, left: float, right: float) -> tuple[float, float, float, float]:
    """Where the part of a panel from `left` to `right`, in widths of it, lies in the figure."""
    box = panel.axes.get_position()
    return box.x0 + left * box.width, box.y0, (right - left) * box.width, box.height


def _outline(edges: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places and heights of a hill, (point,), up to 1: a histogram smoothed over a part of its own width.

    All is done on the figure's axis, so that narrow hills are drawn as true as wide ones.
    """
    ends = np.arcsinh(edges)
    middle, width = (ends[1:] + ends[:-1]) / 2, ends[1] - ends[0]  # of the bins
    mean = np.average(middle, weights=share)
    deviation = max(np.sqrt(np.average((middle - mean) ** 2, weights=share)), width)
    points = max(POINTS, round(2 * REACH * deviation / APART))
    at = mean + deviation * np.linspace(-REACH, REACH, points)
    near = np.exp(-(((at[:, None] - middle) / max(SMOOTHING * deviation, width / 2)) ** 2) / 2)
    hill = near @ share / (near @ share).max()
    return np.sinh(at), np.where(hill < THINNEST, 0, hill)


def _moments(part: dict[str, np.ndarray]) -> list[str]:
    return [f"step {step}" if step else "start" for step in part["moments"]]


def _gradients(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """The gradient by layer at the moments that were read."""
    layers = 1 + np.arange(part["gradient"].shape[1])
    for series, values in zip(_moments(part), part["gradient"], strict=True):
        marks.seeds(panel, layers, values, arm, f"{pen(arm).label}, {series}")
    words.named_ticks(panel, "x", layers[[0, -1]], layers[[0, -1]])


def _loss_axes(panel: Panel) -> None:
    """The axes of the loss over the steps, and that of guessing."""
    marks.rule(panel, GUESSING, "guessing", at=0.5)
    panel.axes.set_ylim(0, 3.2)
    words.few_ticks(panel, "x", 3)
    words.few_ticks(panel, "y", 3)
    words.y_label(panel, "on the training images")
    words.x_label(panel, "steps")
