"""Networks tested where their data did not reach: elsewhere on a curve, and on slanted digits."""

import numpy as np

from whybn.drawing import maps, marks, strip, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING_ACCURACY

EXPERIMENTS = ("curve", "shifted_images")
LAYOUT = Layout(share="")
SIDE = 26  # px, of a digit
FLOOR = -0.34  # the accuracy axis goes on below zero, to make room for the digits


def draw(results: dict, axes: list[Panel]) -> None:
    toy, images = axes
    _curve(toy, results["curve"]["partial"])
    _images(images, results["shifted_images"])


def _curve(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw the networks trained on a part of the curve, and test data from another part."""
    words.title(panel, "elsewhere on the curve")
    strip.curve_axes(panel)
    strip.training_inputs(panel, part)
    strip.training_data(panel, part)
    strip.spread(panel, part["grid"], strip.networks(part))
    marks.points(panel, part["shifted_x"], part["shifted_y"], "ink", "test data", size=3)
    words.label(panel, part["shifted_x"].mean(), -0.75, "test data", "ink", ha="center")


def _images(panel: Panel, arms: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw the accuracy of both arms against the slant of the test images, over one image at each slant."""
    words.title(panel, "digits, slanted")
    slants = arms["plain"]["slants"]
    step = slants[1] - slants[0]
    panel.axes.set(xlim=(slants[0] - 0.6 * step, slants[-1] + 0.6 * step), ylim=(FLOOR, 1.05))
    for arm, found in arms.items():
        marks.seeds(panel, slants, found["accuracy"], arm)
    marks.rule(panel, GUESSING_ACCURACY, "guessing", at=0.45)
    for slant, images in zip(slants, arms["plain"]["examples"], strict=True):
        maps.picture(panel, slant, FLOOR / 2, SIDE, images[2], series=f"digit slanted by {words.plain(slant)}")
    words.label(panel, 0, 0.5, pen("plain").label, "rust", ha="center")
    words.label(panel, 0, 0.38, pen("batch_norm").label, "blue", ha="center")
    words.named_ticks(panel, "y", [0, 0.5, 1], ["0", "0.5", "1"])
    words.few_ticks(panel, "x")
    words.y_label(panel, "test accuracy")
    words.x_label(panel, "slant, columns per row")
