"""Noise and drift behind Batch Norm: how far the inputs of the layers move, joined to the largest rate that trains."""

from dataclasses import replace

import numpy as np
from matplotlib.patches import ConnectionPatch

from whybn.drawing import marks, words
from whybn.drawing.palette import hex_of, pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.controls import largest, own_shift

EXPERIMENTS = ("controls",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=270, head=50, left=40, right=44, foot=10)
DEPTH = 10
# Each arm's name, and where its column of rates stands: the rates are those of a grid, and would hide each other.
ARMS = {
    "noisy_batch_norm": ("with noise", 1.26),
    "plain": ("neither", 1.0),
    "drifting": ("with drift", 1.13),
    "batch_norm": ("Batch Norm", 1.0),
}
MOVES = (0.5, 0.05)  # from the foot of the axis to its top, or beyond: steady inputs stand high
RATES = (1.6e-4, 2.4)
JITTER = 0.05


def draw(results: dict, axes: list[Panel]) -> None:
    (moves,) = axes
    arms = results["controls"]
    rates = replace(moves, axes=moves.axes.twinx())
    moves.name = f"{DEPTH} layers"
    shifts = [own_shift(arms[arm], DEPTH) for arm in ARMS]
    moves.axes.set(xlim=(-0.58, 1.34), ylim=(max(MOVES[0], 1.2 * np.max(shifts)), min(MOVES[1], np.min(shifts) / 1.2)))
    rates.axes.set(ylim=RATES)
    for panel, side in ((moves, "left"), (rates, "right")):
        words.decades(panel, "y")
        panel.axes.tick_params(bottom=False, labelbottom=False)
        panel.axes.spines["bottom"].set_visible(False)
        panel.axes.spines[{"left": "right", "right": "left"}[side]].set_visible(False)
        panel.axes.spines[side].set_visible(True)
    words.named_ticks(moves, "y", (0.05, 0.1, 0.2, 0.5), ("0.05", "0.1", "0.2", "0.5"))
    words.named_ticks(rates, "y", *_rate_ticks(arms["plain"]))
    starts = {ARMS[arm][0]: _joined(moves, rates, arms[arm], arm) for arm in ARMS}
    words.end_labels(moves, -JITTER, starts, {name: pen(arm).role for arm, (name, _) in ARMS.items()}, before=True)
    words.y_label(moves, "how far inputs move")
    above = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
    rates.axes.annotate("largest rate that trains", (1, 1), (0, 9), **above)


def _joined(moves: Panel, rates: Panel, part: dict[str, np.ndarray], arm: str) -> float:
    """Draw the seeds of both columns and a line from one median to the other; return where it begins."""
    name, place = ARMS[arm]
    moved, rate = own_shift(part, DEPTH), largest(part, DEPTH)
    aside = np.linspace(-JITTER, JITTER, len(moved))
    marks.points(moves, aside, moved, arm, f"{name}, shift of the inputs", size=4)
    marks.points(rates, place + aside, rate, arm, f"{name}, largest rate that trains", size=4)
    start = quote(moves, f"controls.{arm}_shift_ten", np.median(moved))
    moves.axes.add_artist(
        ConnectionPatch(
            (JITTER, start),
            (place - JITTER, np.median(rate)),
            coordsA=moves.axes.transData,
            coordsB=rates.axes.transData,
            color=hex_of(pen(arm).role),
            linewidth=marks.MEDIAN,
            linestyle=(0, pen(arm).dash) if pen(arm).dash else "solid",
        )
    )
    return start


def _rate_ticks(part: dict[str, np.ndarray]) -> tuple[list[float], list[str]]:
    """Ticks of the rates; the lowest is where networks stand that train at no rate (`definitions.largest_rate`)."""
    none = part["rates"][0] ** 2 / part["rates"][1]
    return [none, 0.001, 0.01, 0.1, 1], ["none", "0.001", "0.01", "0.1", "1"]
