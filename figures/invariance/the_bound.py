"""What Batch Norm makes of the squared gradient at a unit on its way back: a part removed, the rest kept and multiplied."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.invariance import by_chance, passed_by_seed, removed_shares

EXPERIMENTS = ("invariance",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=130, left=86, right=14, between=14, head=40)
MOMENTS = ("start", "trained")
ROWS = ("at a unit", "passed on", "for its weights")  # from the top down
BAR = 22  # px


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["invariance"]["batch_norm"]
    shares = {space: np.median(share, axis=-1) for space, share in removed_shares(part).items()}
    passed, chance = np.median(passed_by_seed(part), axis=-1), np.median(by_chance(part).mean(1), axis=-1)
    for moment, (panel, word) in enumerate(zip(axes, MOMENTS, strict=True)):
        words.title(panel, f"step {part['bound_at'][moment]}")
        panel.axes.set(xlim=(0, 100 * max(1.05, 1.05 * passed.max())), ylim=(-2.6, 0.9))
        marks.rule(panel, 100, along="y")
        for row, space in ((0, "units"), (2, "weights")):
            share = 100 * quote(panel, f"invariance.{space}_removed_{word}", shares[space][moment])
            _bar(panel, row, 0, share, "truth", "removed")
            _bar(panel, row, share, 100, "batch_norm", "kept")
        _bar(panel, 1, 0, 100 * quote(panel, f"invariance.bound_passed_{word}", passed[moment]), "batch_norm", "multiplied")
        by = 100 * quote(panel, f"invariance.weights_by_chance_{word}", chance[moment])
        marks.strokes(panel, by, -2.45, -1.55, "ink", "removed from the weights by chance")
        words.named_ticks(panel, "y", [-row for row in range(len(ROWS))], ROWS)
        panel.axes.tick_params(axis="y", length=0)
        words.few_ticks(panel, "x")
        words.x_label(panel, "percent of the squared gradient before")
    _name(axes[0], chance)


def _bar(panel: Panel, row: int, start: float, end: float, pen_name: str, what: str) -> None:
    marks.strokes(panel, [-row], [start], [end], pen_name, f"{ROWS[row]}, {what}", upright=False, width=BAR)


def _name(panel: Panel, chance: np.ndarray) -> None:
    """Name the parts in the first panel, on their bars or beside them."""
    words.label(panel, 50, 0, "kept", "paper", ha="center")
    words.label(panel, 50, -1, "kept, and multiplied", "paper", ha="center")
    words.label(panel, 0, 0, "removed", "grey", va="bottom", shift=(0, BAR / 2))
    words.label(panel, 100 * chance[0], -2, "by chance", "paper", shift=(6, 0))
