"""Two networks that differ in Batch Norm alone: what they answer to ten digits, and their loss on the way."""

import numpy as np

from whybn.drawing import maps, marks, words
from whybn.drawing.palette import hex_of, pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING, diverged_last, interval
from whybn.readings.pair import shown_seed

EXPERIMENTS = ("pair", "atlas")
LAYOUT = Layout(wide=(2, 1), narrow=(2, 1), row_height=(158, 150), broad_row_height=(186, 190), share="", head=40)
ROWS = {"plain": 1.0, "batch_norm": -1.0}  # where the answers stand, above and below the digits
STRUCK = 0.2  # half the width of the stroke through a wrong answer, in digits


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["pair"]
    _answers(axes[0], arms)
    _losses(axes[1], arms)


def explore(results: dict) -> dict[str, object]:
    """Where the live figure begins, and the learning rates and gains that it offers: those of the map."""
    atlas, pair = results["atlas"]["plain"], results["pair"]["plain"]
    return {
        "rate": pair["rate"],
        "gain": 1,
        "steps": pair["loss_step"][-1],
        "rates": atlas["rates"],
        "gains": atlas["gains"],
    }


def _answers(panel: Panel, arms: dict[str, dict[str, np.ndarray]]) -> None:
    """Ten test digits in a row, what one network takes them for above and the other below; wrong answers are struck."""
    seed = shown_seed(arms)
    panel.name = "answers"
    panel.axes.set(xlim=(-0.6, 9.6), ylim=(-1.2, 2.1), xticks=[], yticks=[])
    panel.axes.axis("off")
    side = 28 if panel.narrow else min(64, 0.075 * panel.axes.bbox.width)  # px
    for digit, greys in enumerate(arms["plain"]["shown"][seed]):
        maps.picture(panel, digit, 0, side, greys.reshape(8, 8), series=f"test image of a {digit}")
    for arm, height in ROWS.items():
        answers = arms[arm]["answers"][seed]
        marks.record(panel, f"{pen(arm).label}, answer", x=np.arange(10), value=answers)
        wrong = answers != np.arange(10)
        for digit, answer in enumerate(answers):
            role = "grey" if wrong[digit] else pen(arm).role
            text = str(answer) if answer >= 0 else "–"
            panel.axes.annotate(text, (digit, height), ha="center", va="center", size=18, weight=600, color=hex_of(role))
        at = np.flatnonzero(wrong)
        strokes = np.column_stack([at - STRUCK, at + STRUCK, np.full(len(at), np.nan)]).ravel()  # with gaps between them
        panel.axes.plot(strokes, np.full(len(strokes), height), color=hex_of("grey"), linewidth=1.25)
        shift = 25 if height > 0 else -25
        words.label(panel, -0.45, height, f"{pen(arm).label} it says", pen(arm).role, va="center", shift=(0, shift))


def _losses(panel: Panel, arms: dict[str, dict[str, np.ndarray]]) -> None:
    """The loss over the steps: all seeds thin, and their median."""
    panel.name = "loss"
    marks.rule(panel, GUESSING, "guessing")
    for arm, part in arms.items():
        marks.seeds(panel, part["loss_step"], part["loss"], arm, top=4)
    panel.axes.set(xlim=(0, part["loss_step"][-1]), ylim=(0, 3.2))
    words.few_ticks(panel, "x", 5)
    words.few_ticks(panel, "y", 3)
    words.y_label(panel, "loss")
    words.x_label(panel, "training steps")
    half = len(part["loss_step"]) // 2
    for arm, (va, shift) in {"plain": ("top", -6), "batch_norm": ("bottom", 6)}.items():
        band = interval(diverged_last(arms[arm]["loss"][half]))
        edge = band.low if va == "top" else band.high
        words.label(
            panel, part["loss_step"][half], edge, pen(arm).label, pen(arm).role, shift=(0, shift), ha="center", va=va
        )
