"""Both sides of the bound on the gradient, unit by unit, and how large its two removed parts are."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("invariance",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=(190, 150), share="y", head=52, left=40, right=58, between=70)
UNITS = 4  # of each layer are drawn


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["invariance"]["batch_norm"]
    for moment, step in enumerate(part["bound_at"]):
        name = f"step {step}"
        words.title(axes[moment], name)
        _sides(axes[moment], part, moment, name)
        if axes[2].narrow:
            words.title(axes[2 + moment], name)
        _removed(axes[2 + moment], part, moment, name)
    for panel in axes[:2]:
        words.decades(panel, "x", every=2)
        words.decades(panel, "y", every=2)
    axes[2].axes.set_ylim(0, None)
    words.few_ticks(axes[2], "y")


def _sides(panel: Panel, part: dict[str, np.ndarray], moment: int, name: str) -> None:
    """Draw a dot for some units of every layer of the first seed: the gradient below against what the bound allows."""
    terms = [part[f"bound_{term}"][moment, :, 0, :UNITS].ravel() for term in ("factor", "before", "mean", "along", "after")]
    factor, before, mean, along, after = terms
    allowed = factor * (before - mean - along)
    panel.name = f"{name}, both sides"
    limits = np.array([after.min() / 2, after.max() * 2])
    marks.line(panel, limits, limits, "truth", "equality", width=1)
    marks.points(panel, allowed, after, "batch_norm", "unit", size=4)
    words.y_label(panel, "squared gradient below Batch Norm")
    words.x_label(panel, "right side of the bound")


def _removed(panel: Panel, part: dict[str, np.ndarray], moment: int, name: str) -> None:
    """Draw the shares of the two removed parts by layer: mean over units; median seed, second to second highest."""
    layers = np.arange(1, 1 + part["bound_before"].shape[1])
    ends = {}
    panel.name = f"{name}, parts removed"
    for term, series, pen_name in (("mean", "mean", "batch_norm"), ("along", "stretch", "ink")):
        share = np.sort((part[f"bound_{term}"][moment] / part["bound_before"][moment]).mean(-1), -1)
        marks.band(panel, layers, 100 * share[:, 1], 100 * share[:, -2], pen_name, series)
        marks.line(panel, layers, 100 * np.median(share, -1), pen_name, series)
        ends[series] = (float(100 * np.median(share[-1])), pen(pen_name).role)
    marks.rule(panel, 100 / int(part["batch"]), "by chance", at=0)
    words.few_ticks(panel, "x", 5)
    words.y_label(panel, "part removed, in percent")
    words.x_label(panel, "layer")
    upper = max(ends, key=ends.get)
    for series, (height, role) in ends.items():
        words.label(panel, layers[-1], height, series, role, shift=(7, 8 if series == upper else -8))
