"""A walk along one gradient from three moments of a run: the loss on the way, and the gradient met there."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("trajectory",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, right=54, between=64, columns_named=True)
ARMS = ("plain", "batch_norm")
STEP = 0.05  # length of a step of the training itself
SPACING = 0.018  # of step length, at least, between two arrows


def draw(results: dict, axes: list[Panel]) -> None:
    parts = [results["trajectory"][arm] for arm in ARMS]
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, loss"
        _loss(panel, part, arm)
    for panel, arm, part in zip(axes[:2], ARMS, parts, strict=True):
        words.decades(panel, "y")
        last = _middle(part["walk_loss"][:, -1])
        ends = {f"step {step}": loss for step, loss in zip(part["walk_at"], last, strict=True)}
        words.end_labels(panel, part["lengths"][-1], ends, pen(arm).role)
    for panel, arm, part in zip(axes[2:], ARMS, parts, strict=True):
        if panel.narrow:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, gradient: degrees turned (y) and length (value)"
        _arrows(panel, part, arm)


def _loss(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the loss along the walk from each moment, of each seed the median over mini-batches."""
    for moment, step in enumerate(part["walk_at"]):
        marks.seeds(panel, part["lengths"], np.median(part["walk_loss"][moment], axis=-1), arm, f"step {step}")
    marks.rule(panel, STEP, "one training step" if arm == "batch_norm" else "", along="y")
    words.few_ticks(panel, "x")
    words.y_label(panel, "loss on the same mini-batch")


def _arrows(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the gradient met along the walk as arrows: right is the direction of the walk, length its size."""
    lengths = part["lengths"]
    at = [0]
    at += [k for k in range(1, len(lengths)) if lengths[k] >= max(SPACING, SPACING + lengths[at[-1]])]
    moments = len(part["walk_at"])
    panel.axes.set_ylim(-0.25, moments - 0.3)
    for moment, step in enumerate(part["walk_at"]):
        degrees = _middle(np.degrees(np.arccos(part["walk_cosine"][moment, at].clip(-1, 1))))
        ratio = _middle(part["walk_ratio"][moment, at])
        height = moments - 1 - moment
        marks.arrows(panel, lengths[at], height, degrees, ratio, arm, f"step {step}", unit=15)
        words.label(panel, lengths[-1], height, f"step {step}", pen(arm).role, shift=(8, 0))
    panel.axes.spines["left"].set_visible(False)
    panel.axes.tick_params(left=False, labelleft=False)
    words.y_label(panel, "gradient there: direction and size")
    words.few_ticks(panel, "x")
    words.x_label(panel, "step length")


def _middle(values: np.ndarray) -> np.ndarray:
    """Return the median over seeds of the median over mini-batches, the last two axes."""
    return np.median(np.median(values, axis=-1), axis=-1)
