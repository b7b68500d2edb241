"""How the gradient grows from layer to layer at the start, what one step makes of it, and what theory expects."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", left=44)
GROWTHS = (1, 1.2, 1.4, 1.6, 1.8)  # named on the axis


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["growth"]
    layers = np.arange(1, 1 + len(part["layers_plain"]))
    for panel, arm in zip(axes[:2], ("plain", "batch_norm"), strict=True):
        words.title(panel, pen(arm).label)
    marks.seeds(axes[0], layers, part["layers_plain"], "plain", "at the start")
    for norms, rate in zip(part["layers_batch_norm"], part["rates"], strict=True):
        marks.seeds(axes[1], layers, norms, "batch_norm", f"after a step at {words.plain(rate)}")
    axes[0].axes.set_ylim(0.3, 3 * np.max(part["layers_batch_norm"]))
    for panel in axes[:2]:
        words.decades(panel, "y")
        words.few_ticks(panel, "x", 6)
        words.y_label(panel, "gradient, over that of the last layer")
        words.x_label(panel, "layer")
    _name_steps(axes[1], part)
    _by_batch(axes[2], part, "relu", "ReLU", np.full(len(part["batches"]), part["relu_expected"]))
    _by_batch(axes[3], part, "linear", "linear", part["linear_expected"])
    axes[2].axes.set_ylim(0.95, None)
    words.named_ticks(axes[2], "y", GROWTHS, [words.plain(growth) for growth in GROWTHS])
    height = float(part["relu_expected"])
    words.label(axes[2], part["batches"][-1], height, "theory", "grey", ha="right", va="top", shift=(0, -6))


def _name_steps(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Name the first curve above it and the last two below them; the second lies too close to the first."""
    middle = np.median(part["layers_batch_norm"], axis=-1)
    words.label(panel, 4, middle[0, 3], "at the start", "blue", va="bottom", shift=(4, 4))
    if len(middle) > 2:
        words.label(panel, 2, middle[-2, 1], f"at rate {words.plain(part['rates'][-2])}", "blue", va="top", shift=(0, -4))
    last = f"after a step at rate {words.plain(part['rates'][-1])}"
    words.label(panel, 2, middle[-1, 1], last, "blue", va="top", shift=(0, -3))


def _by_batch(panel: Panel, part: dict[str, np.ndarray], name: str, text: str, expected: np.ndarray) -> None:
    """Draw measured growth as dots, one for each seed, and the expected one as a line."""
    batches = part["batches"]
    words.title(panel, f"with Batch Norm, {text} layers")
    marks.line(panel, batches, expected, "truth", "theory", width=1)
    for row, batch in enumerate(batches):
        marks.points(panel, np.full(part[name].shape[1], batch), part[name][row], "batch_norm", "measured", size=4)
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(batches[0] / 1.15, batches[-1] * 1.1)
    words.named_ticks(panel, "x", batches, [str(batch) for batch in batches])
    words.y_label(panel, "growth of the squared gradient per layer")
    words.x_label(panel, "examples in the mini-batch")
