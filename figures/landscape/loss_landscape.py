"""Loss around a trained reference network, without and with Batch Norm: straight away from it, and on a plane."""

import numpy as np

from whybn.drawing import maps, marks, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import GUESSING, typical_seed
from whybn.readings.landscape import around, directions, distances, ratio_at, reach

EXPERIMENTS = ("landscape",)
LAYOUT = Layout(
    wide=(1, 5),
    narrow=(2, 2),
    lead=3,
    row_height=240,
    narrow_row_height=205,
    broad_row_height=300,
    share="",
    left=32,
    between=-10,
    right=8,
)
ARMS = ("plain", "batch_norm")
LEVELS = (0.3, 1, 3, 10, 30, 100)  # of the loss
SPANNED = 0.5  # the distance of which the sentence above the figure speaks


def draw(results: dict, axes: list[Panel]) -> None:
    parts = {arm: results["landscape"][arm] for arm in ARMS}
    seed = typical_seed(ratio_at(parts["plain"], parts["batch_norm"], SPANNED))
    _away(axes[0], parts, seed)
    _span(axes[0], parts, seed)
    for panel, arm in zip(axes[1:], ARMS, strict=True):
        _plane(panel, parts[arm], arm, seed)
    swatch = axes[1].axes.get_window_extent().width / 6
    maps.key(axes[1], LEVELS, ("grey",), "loss", extra="guessing", hatched=False, down=38, swatch=swatch)


def _away(panel: Panel, parts: dict[str, dict[str, np.ndarray]], seed: int) -> None:
    """Draw the loss in every direction that there is from the trained network of one seed."""
    words.title(panel, "walking away from the trained network")
    for arm in ARMS:
        for name, (distance, losses) in zip(("sides", "diagonals"), directions(parts[arm], seed), strict=True):
            marks.runs(panel, distance, losses, arm, f"{pen(arm).label}, {name}")
    panel.axes.set_ylim(0.04, 300)
    panel.axes.set_xlim(0, 1)
    marks.rule(panel, GUESSING, "guessing", at=0)
    for arm in ARMS:
        radius = quote(panel, f"landscape.{arm}_radius", float(np.median(reach(parts[arm]))))
        marks.points(panel, [radius], [GUESSING], arm, "guessing is crossed, median", size=7)
    words.label(panel, 0.66, 60, "without Batch Norm", "rust", ha="right")
    words.label(panel, 1, 1.5, "with Batch Norm", "blue", ha="right")
    words.decades(panel, "y")
    words.y_label(panel, "loss")
    words.named_ticks(panel, "x", (0, 0.5, 1), ("0", "0.5", "1"))
    words.x_label(panel, "distance, in lengths of the weights")


def _span(panel: Panel, parts: dict[str, dict[str, np.ndarray]], seed: int) -> None:
    """Span the gap between both arms' means over directions at one distance."""
    high, low = (np.exp(np.interp(SPANNED, distances(parts[arm]), np.log(around(parts[arm])[seed]))) for arm in ARMS)
    marks.strokes(panel, SPANNED, low, high, "ink", "gap half a length away")
    words.label(panel, SPANNED, low, "half a\nlength away", "ink", va="top", shift=(0, -12))


def _plane(panel: Panel, part: dict[str, np.ndarray], arm: str, seed: int) -> None:
    """Draw the loss on the first plane through the trained network of one seed."""
    words.title(panel, {"plain": "without", "batch_norm": "with"}[arm], pen(arm).role)
    offsets, loss = part["offsets"], part["loss"][seed, 0]
    maps.contours(panel, offsets, offsets, loss, LEVELS, "grey", series="loss", mark=GUESSING)
    words.y_label(panel, "on a plane")
    words.named_ticks(panel, "x", (-1, 0, 1), ("−1", "0", "1"))
    words.named_ticks(panel, "y", (), ())
    panel.axes.spines["left"].set_visible(False)
