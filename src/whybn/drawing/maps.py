"""Maps: values over a plane as shades of one hue, from paper to ink, and the key to the shades.

As in `whybn.drawing.marks`, what is drawn is recorded.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import ArrayLike

from whybn.drawing.marks import record
from whybn.drawing.palette import SHADES, hex_of
from whybn.drawing.style import Panel
from whybn.drawing.words import plain

HATCH = "/////"
LOSS_LEVELS = (0.2, 0.5, 1, 2)  # limits between the shades of a loss on the digits; guessing has 2.3


def cells(
    panel: Panel,
    x: ArrayLike,
    y: ArrayLike,
    values: ArrayLike,
    levels: Sequence[float],
    hue: str,
    *,
    series: str,
) -> None:
    """Draw a map of `values` (len(y), len(x)) as cells on logarithmic axes, dark for small values.

    `levels` (level,) are the limits between shades, rising: below the first is the darkest shade, above
    the last is paper. Infinite values are those that diverged: hatched grey.
    """
    x, y, values = (np.asarray(part, dtype=float) for part in (x, y, values))
    right, top = _edges(x), _edges(y)
    paper = hex_of("paper")
    shade = np.where(np.isinf(values), -1, len(levels) - np.searchsorted(levels, values))
    for step in range(len(levels) + 1):
        colour = ramp(hue, step, len(levels))
        _patch(panel, right, top, np.argwhere(shade == step), facecolor=colour, edgecolor=paper)
    look = {"facecolor": "none", "edgecolor": paper, "hatch": HATCH, "hatchcolor": hex_of("grey-3")}
    _patch(panel, right, top, np.argwhere(shade == -1), **look)
    panel.axes.set(xscale="log", yscale="log", xlim=(right[0], right[-1]), ylim=(top[0], top[-1]))
    _record_map(panel, x, y, values, series)


def matrix(panel: Panel, values: ArrayLike, levels: Sequence[float], hue: str, *, series: str) -> None:
    """Draw `values` (row, column) as unit cells, the first in the upper left corner at (0, 0), dark for large values.

    `levels` (level,) are the limits between shades, rising: below the first is paper, above the last the darkest.
    """
    values = np.asarray(values, dtype=float)
    rows, columns = values.shape
    right, top = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    shade = np.searchsorted(levels, values)
    for step in range(len(levels) + 1):
        colour = ramp(hue, step, len(levels))
        _patch(panel, right, top, np.argwhere(shade == step), facecolor=colour, edgecolor=hex_of("paper"))
    _record_map(panel, np.arange(columns), np.arange(rows), values, series)


def outline_row(panel: Panel, x: ArrayLike, y: ArrayLike, row: int) -> None:
    """Draw a thin frame around row number `row` of the cells of `x` and `y`."""
    right, top = _edges(np.asarray(x, dtype=float)), _edges(np.asarray(y, dtype=float))
    size = (right[-1] - right[0], top[row + 1] - top[row])
    frame = Rectangle((right[0], top[row]), *size, fill=False, edgecolor=hex_of("ink"), linewidth=1)
    panel.axes.add_patch(frame).set_clip_on(False)


def contours(
    panel: Panel,
    x: ArrayLike,
    y: ArrayLike,
    values: ArrayLike,
    levels: Sequence[float],
    hue: str,
    *,
    series: str,
    mark: float,
) -> None:
    """Fill `values` (len(y), len(x)) between `levels` (level,), dark for small, with a line at `mark`.

    Both axes have one scale: the map takes as much of its panel as that leaves, from the upper left.
    """
    x, y, values = (np.asarray(part, dtype=float) for part in (x, y, values))
    # Logarithms, because between grid points the loss grows by factors; overflow counts as very high.
    heights, beyond = np.minimum(np.log(values), 700.0), 800.0
    last = len(levels)
    # Lower regions are laid over higher ones: half the path data of rings, and no seams between them.
    for step, level in enumerate([beyond, *np.log(levels[::-1])]):
        if heights.min() < level:
            panel.axes.contourf(x, y, heights, levels=[-beyond, level], colors=[ramp(hue, step, last)])
    if heights.min() < np.log(mark) < heights.max():
        panel.axes.contour(x, y, heights, levels=[np.log(mark)], colors=hex_of("paper"), linewidths=1.5)
    panel.axes.set_aspect("equal", anchor="NW")
    panel.axes.apply_aspect()
    _record_map(panel, x, y, values, series)


def picture(panel: Panel, x: float, y: float, side: float, greys: np.ndarray, *, series: str) -> None:
    """Draw an image `greys` (row, column), 0 for paper to 1 for ink, `side` px wide, centred on (x, y)."""
    rows, columns = greys.shape
    box = panel.axes.get_window_extent()
    (left, right), (bottom, top) = panel.axes.get_xlim(), panel.axes.get_ylim()
    wide, high = side / columns * (right - left) / box.width, side / rows * (top - bottom) / box.height
    edges_x = x + (np.arange(columns + 1) - columns / 2) * wide
    edges_y = y - (np.arange(rows + 1) - rows / 2) * high
    shade = np.round(np.asarray(greys, dtype=float) * (SHADES - 1)).astype(int)
    for step in range(1, SHADES):
        colour = hex_of(f"grey-{step}")
        _patch(panel, edges_x, edges_y, np.argwhere(shade == step), facecolor=colour, edgecolor="none")
    _record_map(panel, np.arange(columns), np.arange(rows), greys, series)


def key(
    panel: Panel,
    levels: Sequence[float],
    hues: Sequence[str],
    name: str,
    *,
    extra: str,
    hatched: bool,
    down: int = 58,
    swatch: float = 22,
) -> None:
    """Explain the shades below a panel, from its left edge: one row of swatches for each hue, over common numbers.

    `extra` names what comes after the shades: the hatching if `hatched`, else the contour. The key stands `down` px below
    the axes, by default under the label of the x axis; one shade is `swatch` px wide.
    """
    high = 7
    _below(panel, name, 0, down - 4, "left")
    start = 30
    for row, hue in enumerate(hues):
        for k, step in enumerate(range(len(levels), -1, -1)):
            colour = ramp(hue, step, len(levels))
            _swatch(panel, (start + swatch * k, down + high * row), (swatch, high), facecolor=colour)
    for k, level in enumerate(levels, start=1):
        _below(panel, plain(level), start + swatch * k, down + high * len(hues) + 2, "center")
    after, tall = start + swatch * (len(levels) + 1) + 12, high * len(hues)
    if hatched:
        _swatch(panel, (after, down), (swatch, tall), hatch=HATCH, hatchcolor=hex_of("grey-3"))
    else:
        for row, hue in enumerate(hues):
            _swatch(panel, (after, down + high * row), (swatch, high), facecolor=hex_of(f"{hue}-5"))
        _swatch(panel, (after, down + tall / 2), (swatch, 0), edgecolor=hex_of("paper"), linewidth=1.5)
    _below(panel, extra, after + swatch + 6, down - 4, "left")


def ramp(hue: str, step: int, last: int) -> str:
    """Return the colour of shade `step` of 0 (paper) to `last` (darkest), spread over the palette's ramp."""
    index = round(step * (SHADES - 1) / last)
    return hex_of(f"{hue}-{index}") if index else hex_of("paper")


def _swatch(panel: Panel, at: tuple[float, float], size: tuple[float, float], **look: object) -> None:
    """Draw a rectangle whose upper left corner is `at` px to the right of and below the axes' lower left."""
    box = panel.axes.get_window_extent()
    corner = (at[0] / box.width, -(at[1] + size[1]) / box.height)
    look = {"facecolor": "none", "edgecolor": hex_of("grey"), "linewidth": 0.5, **look}
    shape = Rectangle(corner, size[0] / box.width, size[1] / box.height, transform=panel.axes.transAxes, **look)
    panel.axes.add_patch(shape).set_clip_on(False)


def _below(panel: Panel, text: str, right: float, down: float, ha: str) -> None:
    panel.axes.annotate(text, (0, 0), (right, -down), xycoords="axes fraction", textcoords="offset points", ha=ha, va="top")


def _edges(centres: np.ndarray) -> np.ndarray:
    """Return the limits of cells around rising centres, half way between them on a logarithmic axis."""
    logs = np.log(centres)
    middle = (logs[1:] + logs[:-1]) / 2
    return np.exp(np.concatenate([[2 * logs[0] - middle[0]], middle, [2 * logs[-1] - middle[-1]]]))


def _patch(panel: Panel, right: np.ndarray, top: np.ndarray, chosen: np.ndarray, **look: object) -> None:
    """Draw the cells `chosen` (cell, 2: row and column) of the grid with these edges as one path."""
    if not len(chosen):
        return
    corners = []
    for row, column in chosen:
        (left, end), (low, high) = right[column : column + 2], top[row : row + 2]
        corners += [(left, low), (end, low), (end, high), (left, high), (left, low)]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(chosen)
    panel.axes.add_patch(PathPatch(Path(corners, codes), linewidth=1, **look))


def _record_map(panel: Panel, x: np.ndarray, y: np.ndarray, values: np.ndarray, series: str) -> None:
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    record(panel, series, x=grid_x.ravel(), y=grid_y.ravel(), value=values.ravel())
