"""The loss at the best learning rate for so long a training, against its steps, at three depths."""

import numpy as np

from whybn.drawing import falls, marks, words
from whybn.drawing.quotes import quote
from whybn.drawing.style import Panel
from whybn.readings.rates import lead_ends, lowest

EXPERIMENTS = ("rates",)
LAYOUT = falls.LAYOUT


def draw(results: dict, axes: list[Panel]) -> None:
    arms = results["rates"]
    steps = {arm: np.tile(part["steps"], (len(part["depths"]), 1)) for arm, part in arms.items()}
    loss = {arm: lowest(part) for arm, part in arms.items()}
    falls.draw(axes, arms["plain"]["depths"], loss, steps, "training steps")
    _crossing(axes[0], arms)


def _crossing(panel: Panel, arms: dict) -> None:
    """Mark on the curve with Batch Norm where its lead ends, if the training is long enough to see it."""
    steps, loss = arms["plain"]["steps"], np.median(lowest(arms["batch_norm"])[0], axis=-1)
    end = quote(panel, "rates.lead_ends_shallow", float(np.median(lead_ends(arms["plain"], arms["batch_norm"])[0])))
    if np.isfinite(end):
        height = np.exp(np.interp(np.log(end), np.log(steps), np.log(loss)))
        marks.points(panel, [end], [height], "ink", "the lead ends", size=7)
        words.label(panel, end, height, "the lead ends", "ink", ha="right", va="top", shift=(-8, 0))
