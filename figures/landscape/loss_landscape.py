"""Loss around two trained reference networks, without and with Batch Norm: on a plane, and by distance."""

import numpy as np

from whybn.drawing import maps, marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING
from whybn.readings.landscape import around, distances, ratio_at, reach

EXPERIMENTS = ("landscape",)
LAYOUT = Layout(wide=(1, 4), narrow=(2, 2), row_height=124, share="", left=30, between=14, under=44)
ARMS = {"plain": "rust", "batch_norm": "blue"}
LEVELS = (0.3, 1, 3, 10, 30, 100, 300)  # of the loss
COMPARED = {"tenth": 0.1, "half": 0.5, "whole": 1.0}  # distances of which the claim speaks


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["landscape"]
    for panel, (arm, hue) in zip(axes[:2], ARMS.items(), strict=True):
        _plane(panel, parts[arm], arm, hue)
    _by_distance(axes[2], parts)
    _ratio(axes[3], parts["plain"], parts["batch_norm"])
    maps.key(axes, LEVELS, tuple(ARMS.values()), "loss", extra="guessing", hatched=False)


def _plane(panel: Panel, part: dict[str, np.ndarray], arm: str, hue: str) -> None:
    words.title(panel, pen(arm).label)
    maps.contours(panel, part["offsets"], part["offsets"], part["loss"][0, 0], LEVELS, hue, series="loss", mark=GUESSING)
    words.y_label(panel, "direction 2")
    words.few_ticks(panel, "x", 2)
    words.few_ticks(panel, "y", 2)
    words.x_label(panel, "direction 1")


def _by_distance(panel: Panel, parts: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw the loss against the distance from the network, a line a seed."""
    words.title(panel, "by distance")
    for arm in ARMS:
        marks.runs(panel, distances(parts[arm]), around(parts[arm]), arm)
        marks.line(panel, distances(parts[arm]), np.median(around(parts[arm]), axis=0), arm, f"{pen(arm).label}, median")
    panel.axes.set_ylim(0.03, 300)
    marks.rule(panel, GUESSING, "guessing", above=False)
    for arm in ARMS:
        marks.points(panel, [quote(panel, f"landscape.{arm}_radius", float(np.median(reach(parts[arm]))))], [GUESSING], arm)
    words.label(panel, 0.52, 22, "without", "rust", ha="right", va="bottom")
    words.label(panel, 1, 6.5, "with", "blue", ha="right")
    words.decades(panel, "y")
    words.y_label(panel, "loss")
    _distance_axis(panel)


def _ratio(panel: Panel, plain: dict[str, np.ndarray], normalised: dict[str, np.ndarray]) -> None:
    """Draw the loss without over that with Batch Norm against the distance, a line a seed."""
    words.title(panel, "times as high")
    ratio = around(plain) / around(normalised)
    marks.runs(panel, distances(plain), ratio, "ink")
    marks.line(panel, distances(plain), np.median(ratio, axis=0), "ink", "median")
    for name, distance in COMPARED.items():
        height = float(np.median(ratio_at(plain, normalised, distance)))
        marks.quoted(panel, f"steeper_plane.{name}", distance, height, "ink", size=5)
    panel.axes.set_ylim(0.2, 100)
    marks.rule(panel, 1, "equal", at=1, above=False)
    words.decades(panel, "y")
    words.y_label(panel, "loss without over with")
    _distance_axis(panel)


def _distance_axis(panel: Panel) -> None:
    panel.axes.set_xlim(0, None)
    words.named_ticks(panel, "x", (0, 0.5, 1), ("0", "0.5", "1"))
    words.x_label(panel, "distance")
