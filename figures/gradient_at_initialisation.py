"""How the gradient grows from layer to layer at the start, what one step makes of it, and what theory expects."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=(180, 150), share="y", left=44, between=30, foot=52)


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["growth"]
    layers = np.arange(1, 1 + len(part["layers_plain"]))
    for panel, arm in zip(axes[:2], ("plain", "batch_norm"), strict=True):
        words.title(panel, pen(arm).label)
    _by_layer(axes[0], layers, part["layers_plain"], "plain", "at the start")
    for row, rate in enumerate(part["rates"]):
        _by_layer(axes[1], layers, part["layers_batch_norm"][row], "batch_norm", f"after a step at {words.plain(rate)}")
    axes[0].axes.set_ylim(0.3, 2 * np.max(part["layers_batch_norm"]))
    for panel in axes[:2]:
        words.decades(panel, "y")
        words.few_ticks(panel, "x", 6)
        words.y_label(panel, "gradient, over that of the last layer")
        words.x_label(panel, "layer")
    first = np.median(part["layers_batch_norm"][[0, -1], 0], axis=-1)
    words.label(axes[1], layers[0], first[0], "at the start", "blue", shift=(14, 6))
    words.label(axes[1], layers[0], first[1], "after one large step", "blue", va="top", shift=(2, -8))
    _by_batch(axes[2], part, "relu", "ReLU", np.full(len(part["batches"]), part["relu_expected"]))
    _by_batch(axes[3], part, "linear", "linear", part["linear_expected"])
    axes[2].axes.set_ylim(0.95, None)
    height = float(part["relu_expected"])
    words.label(axes[2], part["batches"][-1], height, "theory", "grey", ha="right", va="top", shift=(0, -8))


def _by_layer(panel: Panel, layers: np.ndarray, norms: np.ndarray, arm: str, series: str) -> None:
    """Draw `norms` (layer, seed): median over seeds, and the band from the second to the second to highest."""
    ordered = np.sort(norms, axis=-1)
    marks.band(panel, layers, ordered[:, min(1, norms.shape[1] - 1)], ordered[:, -2], arm, series)
    marks.line(panel, layers, np.median(norms, axis=-1), arm, series)


def _by_batch(panel: Panel, part: dict[str, np.ndarray], name: str, text: str, expected: np.ndarray) -> None:
    """Draw measured growth as dots, one for each seed, and the expected one as a line."""
    batches = part["batches"]
    words.title(panel, f"with Batch Norm, {text} layers")
    marks.line(panel, batches, expected, "truth", "theory", width=1)
    for row, batch in enumerate(batches):
        marks.points(panel, np.full(part[name].shape[1], batch), part[name][row], "batch_norm", "measured", size=4)
    panel.axes.set_xscale("log")
    words.named_ticks(panel, "x", batches, [str(batch) for batch in batches])
    words.few_ticks(panel, "y", 4)
    words.y_label(panel, "growth of the squared gradient")
    words.x_label(panel, "examples in the mini-batch")
