"""What Batch Norm makes of the gradient, unit by unit, beside what the bound allows; and what it removes."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.invariance import (
    PARTS_REMOVED,
    allowed,
    by_chance,
    passed,
    removed,
    removed_from_weights,
    typical_network,
)

EXPERIMENTS = ("invariance",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, left=40, right=64, between=76, columns_named=True)
UNITS = 4  # of each layer are drawn


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["invariance"]["batch_norm"]
    for moment, step in enumerate(part["bound_at"]):
        name = f"step {step}"
        sides, parts = axes[moment], axes[2 + moment]
        words.title(sides, name)
        if parts.narrow:
            words.title(parts, name)
        sides.name, parts.name = f"{name}, both sides", f"{name}, parts removed"
        _sides(sides, part, moment)
        _removed(parts, part, moment)
    words.named_ticks(axes[0], "y", (0.5, 1, 2, 4), ("0.5", "1", "2", "4"))
    words.named_ticks(axes[2], "y", (0, 30, 60), ("0", "30", "60"))


def _sides(panel: Panel, part: dict[str, np.ndarray], moment: int) -> None:
    """Draw both sides of the bound over the gradient above, some units of the typical seed; and the median unit."""
    shown = moment, slice(None), typical_network(part), slice(UNITS)
    right = allowed(part)[shown] / part["bound_before"][shown]
    layers = np.arange(1, 1 + len(right))
    x = (layers[:, None] + np.linspace(-0.3, 0.3, UNITS)).ravel()
    panel.axes.set_yscale("log")
    panel.axes.set_xlim(0.4, layers[-1] + 0.6)
    marks.strokes(panel, right.ravel(), x - 0.2, x + 0.2, "truth", "right side of the bound", upright=False, width=1)
    marks.points(panel, x, passed(part)[shown].ravel(), "batch_norm", "unit", size=3.5)
    typical = np.median(passed(part)[moment], axis=(-1, -2))
    marks.line(panel, layers, typical, "batch_norm", "median unit of all seeds")
    marks.rule(panel, 1, "no change" if moment == 0 else "", at=1, above=False)
    words.y_label(panel, "squared gradient below Batch Norm, over above")


def _removed(panel: Panel, part: dict[str, np.ndarray], moment: int) -> None:
    """Draw what the two removed parts take, by layer, mean over units: at the units, for their weights, by chance."""
    shares = {
        "at the units": (sum(removed(part, term) for term in PARTS_REMOVED), "ink"),
        "for the weights": (removed_from_weights(part), "batch_norm"),
        "by chance": (by_chance(part), "truth"),
    }
    layers = np.arange(1, 1 + part["bound_before"].shape[1])
    for series, (share, pen_name) in shares.items():
        marks.seeds(panel, layers, 100 * share[moment], pen_name, series)
    panel.axes.set_ylim(0, 80)
    ends = {series: float(np.median(100 * share[moment, -1])) for series, (share, _) in shares.items()}
    words.end_labels(panel, layers[-1], ends, {series: pen(name).role for series, (_, name) in shares.items()})
    words.few_ticks(panel, "x", 6)
    words.y_label(panel, "removed of the squared gradient, in percent")
    words.x_label(panel, "layer")
