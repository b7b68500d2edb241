"""A walk along one gradient from three moments of a run: the loss on the way, and the gradient met there."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.walks import degrees, multiples, per_seed

EXPERIMENTS = ("walks",)
LAYOUT = Layout(
    wide=(2, 2),
    narrow=(4, 1),
    row_height=170,
    narrow_row_height=(104, 104),
    right=54,
    between=64,
    columns_named=True,
)
ARMS = ("plain", "batch_norm")
TICKS = {1 / 16: "1/16", 1 / 4: "1/4", 1: "1", 4: "4"}  # in steps of the training


def draw(results: dict, axes: list[Panel]) -> None:
    parts = [results["walks"][arm] for arm in ARMS]
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, loss"
        _loss(panel, part, arm)
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.decades(panel, "y")
        last = np.median(per_seed(part["loss"][:, -1]), axis=-1)
        ends = {f"step {step}": loss for step, loss in zip(part["walk_at"], last, strict=True)}
        words.end_labels(panel, multiples(part)[-1], ends, pen(arm).role)
    for panel, arm, part in zip(axes[2:], ARMS, parts, strict=True):
        if panel.narrow:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, gradient: degrees turned (y) and length (value)"
        _arrows(panel, part, arm)


def explore(results: dict) -> dict[str, object]:
    """Of each seed the medians over mini-batches, (moment, length, seed): loss, degrees turned, length of the gradient."""
    parts = results["walks"]
    return {
        "at": parts["plain"]["walk_at"],
        "rate": parts["plain"]["rate"],
        "lengths": parts["plain"]["lengths"],
        **{arm: _per_seed(parts[arm]) for arm in ARMS},
    }


def _per_seed(part: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    measured = {"loss": per_seed(part["loss"]), "turn": degrees(part), "ratio": per_seed(part["ratio"])}
    return measured | {"start": per_seed(part["start_loss"])}


def _loss(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the loss along the walk from each moment, of each seed the median over mini-batches."""
    for moment, step in enumerate(part["walk_at"]):
        marks.seeds(panel, multiples(part), per_seed(part["loss"][moment]), arm, f"step {step}")
    marks.rule(panel, 1, "one training step" if arm == "batch_norm" else "", along="y")
    _multiples_axis(panel)
    words.y_label(panel, "loss on the same mini-batch")


def _arrows(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the gradient at every doubling of the walk: right is the direction of the walk, length its size."""
    x = multiples(part)
    at = np.flatnonzero(np.isclose(np.log2(x), np.log2(x).round(), atol=1e-3))
    moments = len(part["walk_at"])
    panel.axes.set_ylim(-0.3, moments - 0.25)
    for moment, step in enumerate(part["walk_at"]):
        turned, ratio = (np.median(values[moment, at], axis=-1) for values in (degrees(part), per_seed(part["ratio"])))
        height = moments - 1 - moment
        marks.arrows(panel, x[at], height, turned, ratio, arm, f"step {step}", unit=12 if panel.narrow else 15)
        words.label(panel, x[-1], height, f"step {step}", pen(arm).role, shift=(8, 0))
    panel.axes.spines["left"].set_visible(False)
    panel.axes.tick_params(left=False, labelleft=False)
    words.y_label(panel, "gradient there: direction and size")
    _multiples_axis(panel)
    words.x_label(panel, "step length, in steps of the training")


def _multiples_axis(panel: Panel) -> None:
    panel.axes.set_xscale("log")
    words.named_ticks(panel, "x", list(TICKS), list(TICKS.values()))
