"""A mini-batch of one unit as it arrives and as it leaves, after one of its members was moved."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("one_example",)
LAYOUT = Layout(row_height=292, narrow_row_height=225, right=12)
SEED = 0
UNIT = 13  # of the layer, counted from 0
MOVED = 30  # the second highest of 32, counted from the lowest and 0
DEVIATIONS = 5.0  # standard deviations of the mini-batch by which it moves
BEFORE = -0.13  # height of the ticks, where what arrives is at 1 and what leaves at 0
ABOVE = 1.08  # height of the stroke that shows the move
REACH = (-6, 8)  # of the axis; no output of 32 lies beyond the root of 31


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["one_example"]["batch_norm"]
    before = np.sort(part["linear"][SEED, :, UNIT].astype(float))
    after = before.copy()
    after[MOVED] += _move(part)
    for panel, arm in zip(axes, ("plain", "batch_norm"), strict=True):
        words.title(panel, pen(arm).label)
        pairs = [(values, _normalised(values, part) if arm == "batch_norm" else values) for values in (before, after)]
        _batch(panel, *pairs, arm)


def explore(results: dict) -> dict[str, object]:
    """The pre-activations, unsorted, of which digits, the running statistics, and what the static figure moves."""
    part = results["one_example"]["batch_norm"]
    return {
        "arriving": part["linear"][SEED, :, UNIT],
        "digits": part["label"][SEED],
        "running": {"mean": part["running_mean"][SEED, UNIT], "variance": part["running_variance"][SEED, UNIT]},
        "epsilon": part["epsilon"],
        "moved": MOVED + 1,
        "by": _move(part).round(1),
        "reach": REACH,
    }


def _move(part: dict[str, np.ndarray]) -> np.float64:
    """How far the member moves: DEVIATIONS of its mini-batch."""
    return DEVIATIONS * part["linear"][SEED, :, UNIT].astype(float).std()


def _normalised(values: np.ndarray, part: dict[str, np.ndarray]) -> np.ndarray:
    return (values - values.mean()) / np.sqrt(values.var() + part["epsilon"])


def _batch(panel: Panel, before: tuple[np.ndarray, ...], after: tuple[np.ndarray, ...], arm: str) -> None:
    """Draw every member from what arrives, above, to what leaves, below; ticks mark where it left before the move."""
    others = np.delete(np.arange(len(before[0])), MOVED)
    for member in others:
        ends = [values[member] for values in after]
        marks.line(panel, ends, [1, 0], arm, f"member {member + 1}", width=marks.THIN)
    marks.line(panel, [values[MOVED] for values in after], [1, 0], "ink", "moved member")
    for row, values in ((1, after[0]), (0, after[1])):
        name = "arrives" if row else "leaves"
        marks.points(panel, values[others], np.full(len(others), row), arm, name, size=6)
        marks.points(panel, values[[MOVED]], [row], "ink", f"moved member {name}", size=8)
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
    most = np.abs(after[1] - before[1])[others].max()
    words.y_label(panel, f"the others’ outputs move by up to {most:.2f}")
