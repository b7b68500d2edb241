"""What the figures of walks along the gradient share: the rate at which arms are compared, and all rates."""

from collections.abc import Mapping

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Panel


def equal_rate(part: Mapping[str, np.ndarray]) -> int:
    """Return the index of the learning rate that both arms have in common in the main comparison."""
    return int(np.abs(part["rates"] - part["equal_rate"]).argmin())


def by_rate(panel: Panel, part: Mapping[str, np.ndarray], found: np.ndarray, arm: str, label: str) -> None:
    """Draw what is typical of a run, median over all but its first moment, against the learning rate.

    `found` is (moment, seed, rate). Each seed has a line, as far as no seed has diverged. The y axis
    must have its final limits.
    """
    rates = part["rates"]
    alive = ~np.isnan(part["final_loss"]).any(0)
    typical = np.median(found[1:], 0)[:, alive]
    if panel.narrow:
        words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, by learning rate"
    marks.runs(panel, rates[alive], typical, arm)
    marks.line(panel, rates[alive], np.median(typical, axis=0), arm)
    best = rates[np.median(np.where(alive, part["final_loss"], np.inf), 0).argmin()]
    panel.axes.set_xlim(rates[0], rates[-1])
    marks.rule(panel, best, along="y")
    left = best < rates[len(rates) // 2]
    side = {"ha": "left" if left else "right", "va": "bottom", "shift": (5 if left else -5, 3)}
    words.label(panel, best, panel.axes.get_ylim()[0], "best rate", "grey", **side)
    words.decades(panel, "x")
    words.y_label(panel, label)
    words.x_label(panel, "learning rate")
