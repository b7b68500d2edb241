"""Test loss on the way down and after training, when the statistics come from groups of a large mini-batch."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import nearest
from whybn.readings.ghosts import EQUAL_RATE, final

EXPERIMENTS = ("ghosts",)
LAYOUT = Layout(share="", right=90, between=50)
WAYS = (4, 16, 128)  # group sizes whose way is drawn
LOSSES = (0.05, 0.1, 0.2, 0.5, 1)


def draw(results: dict, axes: list[Panel]) -> None:
    plain, normalised = results["ghosts"]["plain"], results["ghosts"]["batch_norm"]
    way, after = axes
    words.title(way, "on the way down")
    _way(way, plain, 0, "plain", "without")
    for row in sorted({nearest(normalised["sizes"], size) for size in WAYS}):
        _way(way, normalised, row, "batch_norm", f"groups of {normalised['sizes'][row]}")
    _loss_axes(way)
    words.title(after, "after training")
    _after(after, plain, normalised)


def _way(panel: Panel, part: dict[str, np.ndarray], row: int, arm: str, name: str) -> None:
    """Draw test loss against training loss, medians over seeds, from early to late in training."""
    rate = nearest(part["rates"], EQUAL_RATE)
    training, test = (np.nanmedian(part[array][row, :, :, rate], axis=1) for array in ("training_loss", "test_loss"))
    marks.line(panel, training, test, arm, name)
    left = name.endswith(" 4")  # its way ends among the others, with room on this side alone
    shift, align = ((-8, -8), "right") if left else ((8, 0), "left")
    words.label(panel, training[-1], test[-1], name, pen(arm).role, shift=shift, ha=align)


def _loss_axes(panel: Panel) -> None:
    panel.axes.set_yscale("log")
    panel.axes.set_ylim(0.04, 1.5)
    words.named_ticks(panel, "y", LOSSES, [words.plain(loss) for loss in LOSSES])
    panel.axes.set_xlim(1.5, 0.0015)  # from left to right, as training goes
    words.decades(panel, "x")
    words.x_label(panel, "training loss")
    words.y_label(panel, "test loss")


def _after(panel: Panel, plain: dict[str, np.ndarray], normalised: dict[str, np.ndarray]) -> None:
    """Draw test loss after training at each size's best rate; without Batch Norm, it is the same at every size."""
    sizes = normalised["sizes"]
    curves = {
        "without": ("plain", np.repeat(final(plain), len(sizes), axis=0)),
        "with Batch Norm": ("batch_norm", final(normalised)),
    }
    for name, (arm, values) in curves.items():
        marks.seeds(panel, sizes, values, arm, name)
    panel.axes.set_xscale("log")
    panel.axes.set_ylim(0, None)
    words.few_ticks(panel, "y")
    words.named_ticks(panel, "x", sizes, [str(size) for size in sizes])
    words.x_label(panel, "images that share statistics")
    words.y_label(panel, "test loss")
    ends = {name: float(np.median(values[-1])) for name, (_, values) in curves.items()}
    words.end_labels(panel, sizes[-1], ends, {name: pen(arm).role for name, (arm, _) in curves.items()})
