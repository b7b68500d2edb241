"""A convolutional network on other data: loss by learning rate and along one gradient, error by size of mini-batch."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING, GUESSING_ERROR, middle
from whybn.readings.second_batches import error
from whybn.readings.walks import per_seed

EXPERIMENTS = ("second", "second_batches")
LAYOUT = Layout(wide=(3, 2), narrow=(6, 1), row_height=150, share="y", right=60, between=64, columns_named=True)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = [results["second"][arm] for arm in ARMS]
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, loss by learning rate"
        _by_rate(panel, part, arm)
    _noise(axes[1], results["second"]["noisy_batch_norm"])
    for panel, arm, part in zip(axes[2:4], ARMS, parts, strict=True):
        if panel.narrow:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, loss along the gradient"
        _along(panel, part, arm)
    axes[2].axes.set_ylim(0, None)
    for panel, arm in zip(axes[4:], ARMS, strict=True):
        if panel.narrow:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, test error by size of mini-batch"
        _by_size(panel, results["second_batches"][arm], arm)
    for panel, arm, part in zip(axes[2:4], ARMS, parts, strict=True):
        words.few_ticks(panel, "y")
        ends = {
            f"step {step}": float(loss)
            for step, loss in zip(part["walk_at"], np.median(per_seed(part["walk_loss"][0, :, -1]), axis=-1), strict=True)
        }
        words.end_labels(panel, part["walk_steps"][-1], ends, pen(arm).role)


def _by_rate(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the loss of each seed and the median against the learning rate; a line ends where networks diverge."""
    marks.runs(panel, part["rates"], part["loss"], arm)
    marks.line(panel, *_median(part), arm)
    marks.rule(panel, GUESSING, "guessing" if arm == "plain" else "", at=0)
    panel.axes.set_xlim(part["rates"][0] * 0.8, part["rates"][-1] * 1.25)
    panel.axes.set_ylim(0, 3)
    words.decades(panel, "x")
    words.few_ticks(panel, "y")
    words.y_label(panel, "loss after training")
    words.x_label(panel, "learning rate")


def _noise(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Add the median with noise behind Batch Norm."""
    rates, loss = _median(part)
    marks.line(panel, rates, loss, "noisy_batch_norm", "with noise")
    early = min(2, len(rates) - 1)  # where it lies well above the others
    words.label(panel, rates[early], loss[early], "with noise", "blue", shift=(6, 8))


def _median(part: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Learning rates and median losses, as far as most networks did not diverge."""
    typical = middle(part["loss"])
    kept = np.isfinite(typical)
    return part["rates"][kept], typical[kept]


def _along(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the loss along the walk from each moment, of each seed the median over mini-batches."""
    for moment, step in enumerate(part["walk_at"]):
        marks.seeds(panel, part["walk_steps"], per_seed(part["walk_loss"][0, moment]), arm, f"step {step}")
    words.few_ticks(panel, "x")
    words.y_label(panel, "loss on the same mini-batch")
    words.x_label(panel, "length of the step, in training steps")


def _by_size(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the test error at the best learning rate against the size of the mini-batch."""
    marks.seeds(panel, part["sizes"], 100 * error(part), arm)
    panel.axes.set_xscale("log")
    panel.axes.set_ylim(0, 100)
    words.named_ticks(panel, "x", part["sizes"], [str(size) for size in part["sizes"]])
    words.few_ticks(panel, "y")
    marks.rule(panel, 100 * GUESSING_ERROR, "guessing" if arm == "plain" else "", at=0, above=False)
    words.y_label(panel, "test error, percent")
    words.x_label(panel, "pictures in a mini-batch")
