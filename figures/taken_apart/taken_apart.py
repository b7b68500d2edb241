"""Batch Norm taken apart: which ingredients each row has, and what it buys, from nothing to all of Batch Norm."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.taken_apart import lowest, more_rate, repaired

EXPERIMENTS = ("taken_apart",)
LAYOUT = Layout(
    wide=(1, 4), narrow=(1, 4), row_height=480, broad_row_height=500, share="y", left=0, right=4, between=14, foot=88
)
SWITCHES = ("subtract", "divide", "each step", "gradient: mean", "gradient: size")
# Name and switches of each row, from the top.
ROWS: dict[str, tuple[str, str]] = {
    "plain": ("nothing", "....."),
    "both_seldom": ("both, taken anew every five steps", "##..."),
    "both_stopped": ("both, the gradient ignores them", "###.."),
    "mean_stopped": ("both, the gradient ignores the mean", "###.#"),
    "both_frozen": ("both, frozen at the start", "##..."),
    "spread_only": ("divide by the spread about the mean", ".##.#"),
    "group_norm": ("Group Norm: for parts of each example", "#####"),
    "layer_norm": ("Layer Norm: both, for each example", "#####"),
    "mean_only": ("subtract the mean", "#.##."),
    "mean_and_rms_norm": ("subtract; divide each example", "#####"),
    "size_only": ("divide by the size about zero", ".##.#"),
    "size_stopped": ("both, the gradient ignores the size", "####."),
    "batch_norm": ("Batch Norm", "#####"),
}
PENS = {"plain": "plain", "batch_norm": "batch_norm"}  # the others are ink
NAME = (0, 6)  # px from a row's marks to its name


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["taken_apart"]
    ingredients, rate, loss, gains = axes
    for panel in axes:
        panel.axes.set_ylim(len(ROWS) - 0.6, -0.85)
        panel.axes.tick_params(left=False, labelleft=False)
        panel.axes.spines["left"].set_visible(False)
    _ingredients(ingredients)
    _benefit(rate, {name: more_rate(arms[name], arms["plain"]) for name in ROWS}, batch_norm="more_rate")
    rate.axes.set_xscale("log")
    rate.axes.margins(x=0.1)
    words.title(rate, "largest rate")
    words.y_label(rate, "over nothing's")
    words.named_ticks(rate, "x", (0.1, 1, 10), ("0.1", "1", "10"))
    _benefit(loss, {name: lowest(arms[name]) for name in ROWS}, plain="loss", batch_norm="loss")
    loss.axes.set_xscale("log")
    loss.axes.set_xlim(0.8, 0.08)  # to the right is better, as in the other columns
    words.title(loss, "loss")
    words.y_label(loss, "after training")
    words.named_ticks(loss, "x", (0.5, 0.2, 0.1), ("0.5", "0.2", "0.1"))
    _repaired(gains, arms)


def _ingredients(panel: Panel) -> None:
    """Draw the switches of each row, and its name above them."""
    words.title(panel, "what it does")
    on = [(column, row) for row, (_, switches) in enumerate(ROWS.values()) for column in range(5) if switches[column] == "#"]
    off = [(column, row) for row in range(len(ROWS)) for column in range(5) if (column, row) not in on]
    marks.points(panel, *zip(*on, strict=True), "ink", "on", size=8)
    marks.points(panel, *zip(*off, strict=True), "truth", "off", size=3)
    panel.axes.set_xlim(-0.4, 4.6)
    words.named_ticks(panel, "x", range(5), SWITCHES)
    panel.axes.tick_params(axis="x", labelrotation=90)
    for row, (name, _) in enumerate(ROWS.values()):
        words.label(panel, -0.4, row, name, "ink", va="bottom", shift=NAME)


def _benefit(panel: Panel, values: dict[str, np.ndarray], **facts: str) -> None:
    """Draw how far each row's median over seeds lies from that of nothing. facts: what the marks of rows are quoted as."""
    found = {name: float(np.median(of_seeds)) for name, of_seeds in values.items()}
    rows = np.arange(len(ROWS))
    marks.strokes(panel, rows, [found["plain"]] * len(rows), list(found.values()), "truth", "from nothing", upright=False)
    others = [row for row, name in enumerate(ROWS) if name not in PENS]
    marks.points(panel, [found[name] for name in ROWS if name not in PENS], others, "ink", size=8)
    for name, pen in PENS.items():
        value = quote(panel, f"taken_apart.{name}_{facts[name]}", found[name]) if name in facts else found[name]
        marks.points(panel, [value], [list(ROWS).index(name)], pen, size=8)


def _repaired(panel: Panel, arms: dict) -> None:
    """Mark from which of the bad gains each row learns."""
    words.title(panel, "bad weights")
    words.y_label(panel, "repaired")
    learns = np.array([repaired(arms[name]) for name in ROWS])  # (row, gain)
    for series, chosen, pen, size in (("learns", learns, "ink", 8), ("does not", ~learns, "truth", 3)):
        row, gain = np.nonzero(chosen)
        marks.points(panel, gain, row, pen, series, size=size)
    panel.axes.set_xlim(-0.7, 1.7)
    words.named_ticks(panel, "x", (0, 1), ("small", "large"))
