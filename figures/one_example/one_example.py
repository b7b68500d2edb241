"""A mini-batch of one unit as it arrives and as it leaves, after one of its members was moved."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.one_example import MOVED, after, before, move, normalised, others_move, typical

EXPERIMENTS = ("one_example",)
LAYOUT = Layout(row_height=292, narrow_row_height=225, right=12)
BEFORE = -0.13  # height of the ticks, where what arrives is at 1 and what leaves at 0
ABOVE = 1.08  # height of the stroke that shows the move
REACH = (-6, 8)  # of the axis; no output of 32 lies beyond the root of 31


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["one_example"]["batch_norm"]
    seed, unit = typical(part)
    arriving = before(part), after(part)
    leaving = {"plain": arriving, "batch_norm": tuple(normalised(values, part) for values in arriving)}
    for panel, (arm, outputs) in zip(axes, leaving.items(), strict=True):
        words.title(panel, pen(arm).label)
        _batch(panel, *([values[seed, :, unit] for values in pair] for pair in zip(arriving, outputs, strict=True)), arm)
    words.y_label(axes[0], "the others’ outputs do not move")
    most = {"one_example.others_move": others_move(part)[seed, unit]}
    words.y_label(axes[1], quoting(axes[1], "the others’ outputs move by up to {:.2f}", most))


def explore(results: dict) -> dict[str, object]:
    """The pre-activations, unsorted, of which digits, the running statistics, and what the static figure moves."""
    part = results["one_example"]["batch_norm"]
    seed, unit = typical(part)
    return {
        "arriving": part["linear"][seed, :, unit],
        "digits": part["label"][seed],
        "running": {"mean": part["running_mean"][seed, unit], "variance": part["running_variance"][seed, unit]},
        "epsilon": part["epsilon"],
        "moved": part["linear"].shape[1] + MOVED + 1,
        "by": move(part)[seed, unit].round(1),
        "reach": REACH,
    }


def _batch(panel: Panel, before: list[np.ndarray], after: list[np.ndarray], arm: str) -> None:
    """Draw every member from what arrives, above, to what leaves, below; ticks mark where it left before the move."""
    others = np.delete(np.arange(len(before[0])), MOVED)
    for member in others:
        ends = [values[member] for values in after]
        marks.line(panel, ends, [1, 0], arm, f"member {member + 1}", width=marks.THIN)
    moved = [values[MOVED] for values in after]
    marks.line(panel, moved, [1, 0], "ink", "moved member")
    for row, name, values in ((1, "arrives", after[0]), (0, "leaves", after[1])):
        marks.points(panel, values[others], np.full(len(others), row), arm, name, size=6)
    marks.points(panel, moved, [1, 0], "ink", "moved member arrives and leaves", size=8)
    lows, highs = np.full(len(before[1]), BEFORE - 0.035), np.full(len(before[1]), BEFORE + 0.035)
    marks.strokes(panel, before[1], lows, highs, arm, "left before", width=1)
    marks.strokes(panel, [ABOVE], before[0][[MOVED]], after[0][[MOVED]], "ink", "move", upright=False, width=1)
    panel.axes.set(xlim=REACH, ylim=(BEFORE - 0.11, ABOVE + 0.01))
    panel.axes.spines["left"].set_visible(False)
    ticks = (-4, 0, 4, 8)
    words.named_ticks(panel, "x", ticks, [words.plain(tick) for tick in ticks])
    words.named_ticks(panel, "y", [1, 0, BEFORE], ["arrives", "leaves", "before"])
    panel.axes.tick_params(axis="y", length=0)
    words.x_label(panel, "value")
