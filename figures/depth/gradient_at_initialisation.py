"""How the gradient grows from layer to layer at the start, what one step makes of it, and what theory expects."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(1, 2), narrow=(2, 1), row_height=220, narrow_row_height=190, share="", left=40)
GROWTHS = (1, 1.2, 1.4, 1.6, 1.8)  # named on the axis


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["growth"]
    _by_layer(axes[0], part)
    _by_batch(axes[1], part)


def _by_layer(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw the norms of the gradient without Batch Norm, and with it at the start and after ever larger steps."""
    words.title(panel, "layer by layer")
    layers = np.arange(1, 1 + len(part["layers_plain"]))
    marks.seeds(panel, layers, part["layers_plain"], "plain", "at the start")
    for norms, rate in zip(part["layers_batch_norm"], part["rates"], strict=True):
        marks.seeds(panel, layers, norms, "batch_norm", f"after a step at {words.plain(rate)}")
    panel.axes.set_ylim(0.3, 3 * np.max(part["layers_batch_norm"]))
    words.decades(panel, "y")
    words.few_ticks(panel, "x", 6)
    words.y_label(panel, "gradient, over that of the last layer")
    words.x_label(panel, "layer")
    middle = np.median(part["layers_batch_norm"], axis=-1)
    words.label(panel, layers[-1], middle[0, 0], "with Batch Norm, at the start", "blue", ha="right", va="bottom")
    last = f"after a step at rate {words.plain(part['rates'][-1])}"
    words.label(panel, 2, middle[-1, 1], last, "blue", va="top", shift=(0, -3))
    words.label(panel, layers[-1], 0.8, pen("plain").label, "rust", ha="right", va="top")


def _by_batch(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw measured growth as dots, one for each seed, and the expected one as a line, for both kinds of layers."""
    words.title(panel, "with Batch Norm, by size of mini-batch")
    batches = part["batches"]
    expected = {"relu": np.full(len(batches), part["relu_expected"]), "linear": part["linear_expected"]}
    for name, text in {"relu": "ReLU layers", "linear": "linear layers"}.items():
        marks.line(panel, batches, expected[name], "truth", f"{text}, theory", width=1)
        for row, batch in enumerate(batches):
            spot = np.full(part[name].shape[1], batch)
            marks.points(panel, spot, part[name][row], "batch_norm", f"{text}, measured", size=4)
        height = float(np.median(part[name][-1]))
        words.label(panel, batches[-1], height, text, "blue", ha="right", va="bottom", shift=(0, 8))
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(batches[0] / 1.15, batches[-1] * 1.1)
    panel.axes.set_ylim(0.95, None)
    words.named_ticks(panel, "x", batches, [str(batch) for batch in batches])
    words.named_ticks(panel, "y", GROWTHS, [words.plain(growth) for growth in GROWTHS])
    words.y_label(panel, "growth of the squared gradient per layer")
    words.x_label(panel, "examples in the mini-batch")
    height = float(part["relu_expected"])
    words.label(panel, batches[-1], height, "theory", "grey", ha="right", va="top", shift=(0, -6))
