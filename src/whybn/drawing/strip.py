"""What the figures of the toy curve share, so that they read as one strip: axes, rule, range of the data."""

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.style import Panel

FLOOR, CEILING = -1.7, 2.3  # of the output; the floor leaves room for the bar that marks the training inputs
BAR = -1.5


def curve_axes(panel: Panel, above: str = "output") -> None:
    """Give a panel the axes of the strip; `above` stands over the y axis."""
    panel.axes.set(xlim=(-1, 1), ylim=(FLOOR, CEILING))
    words.few_ticks(panel, "x")
    words.few_ticks(panel, "y")
    words.y_label(panel, above)
    words.x_label(panel, "input")


def target(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Draw the rule to be learned."""
    marks.line(panel, part["grid"], part["target"], "truth", width=1.25)


def training_inputs(panel: Panel, part: dict[str, np.ndarray]) -> None:
    """Mark on the floor which inputs the training data cover."""
    low, high = part["range"]
    marks.strokes(panel, BAR, low, high, "truth", "range of the training inputs", upright=False, width=5)
    words.label(panel, (low + high) / 2, BAR, "training inputs", "grey", ha="center", va="bottom", shift=(0, 4))


def training_data(panel: Panel, part: dict[str, np.ndarray], seed: int = 0) -> None:
    """Draw the data set of one seed."""
    marks.points(panel, part["data_x"][seed], part["data_y"][seed], "truth", "training data", size=3)


def networks(part: dict[str, np.ndarray]) -> np.ndarray:
    """Return the predictions of all networks, (network, point), those of one data set after another."""
    predictions = part["predictions"]
    return predictions.reshape(-1, predictions.shape[-1])


def spread(panel: Panel, x: np.ndarray, predictions: np.ndarray) -> None:
    """Draw the median of `predictions` (network, point) along `x` and the band that holds nine in ten."""
    low, middle, high = np.quantile(predictions, [0.05, 0.5, 0.95], axis=0)
    marks.band(panel, x, low, high, "plain", "nine in ten networks")
    marks.line(panel, x, middle, "plain", "median network")
