"""Loss over learning rates when units are divided by the standard, the mean or the largest deviation, or not at all."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("norms",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=220, right=120)
NAMES = {
    "plain": "none",
    "batch_norm": "standard deviation",
    "l1_norm": "mean deviation",
    "linf_norm": "largest deviation",
}
LOSSES = (0.1, 0.3, 1)  # named on the axis


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    panel.name = "loss after training"
    ends: dict[str, float] = {}
    for name, text in NAMES.items():
        arm = results["norms"][name]
        ordered = np.sort(np.where(np.isnan(arm["loss"]), np.inf, arm["loss"]), axis=0)
        middle = np.median(ordered, axis=0)
        kept = np.isfinite(middle)
        rates, high = arm["rates"][kept], np.minimum(ordered[-2], 100)[kept]
        marks.band(panel, rates, ordered[1][kept], high, name, text)
        marks.line(panel, rates, middle[kept], name, text)
        if kept.all():
            ends[text] = float(middle[-1])
        else:
            words.label(panel, rates[-1], middle[kept][-1], text, pen(name).role, shift=(7, 0))
    panel.axes.set_ylim(0.04, 4)
    words.decades(panel, "x")
    words.decades(panel, "y")
    words.named_ticks(panel, "y", LOSSES, [words.plain(loss) for loss in LOSSES])
    marks.rule(panel, np.log(10), "guessing", at=0.7)
    words.end_labels(panel, rates[-1], ends, "blue")
    words.y_label(panel, "loss after training")
    words.x_label(panel, "learning rate")
