"""Test loss on the way down and after training, when the statistics come from groups of a large mini-batch."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("ghosts",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=(190, 150), share="y", right=84, between=88)
RATE = 0.3  # learning rate of the trainings whose way is drawn
WAYS = (4, 16, 128)  # group sizes whose way is drawn
LOSSES = (0.05, 0.1, 0.2, 0.5, 1)


def draw(results: dict, axes: list[Panel]) -> None:
    plain, normalised = results["ghosts"]["plain"], results["ghosts"]["batch_norm"]
    words.title(axes[0], pen("plain").label)
    _way(axes[0], plain, 0, "plain", "no norm")
    words.title(axes[1], pen("batch_norm").label)
    for row in sorted({int(np.abs(normalised["sizes"] - size).argmin()) for size in WAYS}):
        _way(axes[1], normalised, row, "batch_norm", f"groups of {normalised['sizes'][row]}")
    for panel in axes[:2]:
        _loss_axes(panel)
    for panel, part, arm in zip(axes[2:], (plain, normalised), ("plain", "batch_norm"), strict=True):
        if panel.narrow:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, after training"
        _after(panel, part, arm, normalised["sizes"])
    for panel in axes[2:]:
        panel.axes.set_ylim(0, None)
        words.few_ticks(panel, "y")


def _way(panel: Panel, part: dict[str, np.ndarray], row: int, arm: str, name: str) -> None:
    """Draw test loss against training loss, medians over seeds, from early to late in training."""
    rate = int(np.abs(part["rates"] - RATE).argmin())
    training, test = (np.nanmedian(part[array][row, :, :, rate], axis=1) for array in ("training_loss", "test_loss"))
    marks.line(panel, training, test, arm, name)
    marks.points(panel, training[-1:], test[-1:], arm, f"{name}, last step", size=6)
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
    words.y_label(panel, "test loss on the way down")


def _after(panel: Panel, part: dict[str, np.ndarray], arm: str, sizes: np.ndarray) -> None:
    """Draw test loss after training at each size's best rate: median over seeds, second to second highest."""
    values = np.sort([_final(part, row) for row in range(len(part["sizes"]))], axis=1)
    if len(values) == 1:  # no groups: the same at every size
        values = values.repeat(len(sizes), 0)
    marks.band(panel, sizes, values[:, 1], values[:, -2], arm)
    marks.line(panel, sizes, np.median(values, axis=1), arm)
    panel.axes.set_xscale("log")
    words.named_ticks(panel, "x", sizes, [str(size) for size in sizes])
    words.x_label(panel, "images that share statistics")
    words.y_label(panel, "test loss after training")


def _final(part: dict[str, np.ndarray], row: int) -> np.ndarray:
    """Test loss after the last step, at the rate best on the images set aside: (seed,)."""
    best = np.nan_to_num(part["validation_loss"][row, -1], nan=np.inf).mean(0).argmin()
    return part["test_loss"][row, -1, :, best]
