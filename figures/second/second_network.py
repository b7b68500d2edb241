"""A convolutional network on other data: loss by learning rate, without and with Batch Norm, and with noise behind it."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING, middle
from whybn.readings.second import TRAINED

EXPERIMENTS = ("second",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=250, right=14)
TOP = 3.0  # of the loss axis
# Where each name stands: share of the way along the rates, loss, role, alignment.
NAMES = {
    "without": (0.55, 1.75, "rust", "left"),
    "with noise behind it": (0.64, 0.97, "blue", "center"),
    "with Batch Norm": (0.6, 0.4, "blue", "center"),
}


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    arms = results["second"]
    rates = arms["plain"]["rates"]
    panel.name = "loss by learning rate"
    marks.rule(panel, GUESSING, "guessing", at=0)
    marks.rule(panel, TRAINED, "trained below", at=0, above=False)
    for arm in ("plain", "batch_norm"):
        marks.runs(panel, rates, arms[arm]["loss"], arm)
        marks.line(panel, *_median(arms[arm]), arm)
    marks.line(panel, *_median(arms["noisy_batch_norm"]), "noisy_batch_norm")
    panel.axes.set_xlim(rates[0] * 0.8, rates[-1] * 1.25)
    panel.axes.set_ylim(0, TOP)
    words.decades(panel, "x")
    words.few_ticks(panel, "y")
    words.y_label(panel, "loss after training")
    words.x_label(panel, "learning rate")
    for name, (share, height, role, ha) in NAMES.items():
        words.label(panel, rates[0] * (rates[-1] / rates[0]) ** share, height, name, role, ha=ha)


def _median(part: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Learning rates and median losses, as far as most networks did not diverge."""
    typical = middle(part["loss"])
    kept = np.isfinite(typical)
    return part["rates"][kept], typical[kept]
