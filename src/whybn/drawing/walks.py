"""What the figures of walks along the gradient share: what is typical of a run, at all learning rates."""

from collections.abc import Mapping

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Panel


def by_rate(
    panel: Panel, part: Mapping[str, np.ndarray], typical: np.ndarray, best: int, arm: str, label: str, name: str
) -> None:
    """Draw what is `typical` of a run, (seed, rate), against the learning rate, and a rule at the rate of index `best`.

    Each seed has a line, as far as no seed has diverged. `name` is that of the fact that says the best rate. The y axis
    must have its final limits.
    """
    rates = part["rates"]
    alive = ~np.isnan(part["final_loss"]).any(0)
    if panel.narrow:
        words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, by learning rate"
    marks.runs(panel, rates[alive], typical[:, alive], arm)
    marks.line(panel, rates[alive], np.median(typical[:, alive], axis=0), arm)
    panel.axes.set_xlim(rates[0], rates[-1])
    marks.rule(panel, rates[best], along="y", name=name)
    left = best < len(rates) // 2
    side = {"ha": "left" if left else "right", "va": "bottom", "shift": (5 if left else -5, 3)}
    words.label(panel, rates[best], panel.axes.get_ylim()[0], "best rate", "grey", **side)
    words.decades(panel, "x")
    words.y_label(panel, label)
    words.x_label(panel, "learning rate")
