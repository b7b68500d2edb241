"""What a figure is made of: functions that draw on a panel and record exactly what they drew.

The record becomes the figure's CSV, so the data file and the picture cannot part. Maps are in
`whybn.drawing.maps`, words in `whybn.drawing.words`.
"""

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike

from whybn.drawing.palette import hex_of, pen
from whybn.drawing.quotes import quote
from whybn.drawing.style import Panel
from whybn.readings.definitions import diverged_last, rank

MEDIAN, THIN = 2.0, 0.75  # px
POINTS = 100  # at most, on a line


def thin(*arrays: ArrayLike, most: int = POINTS) -> list[np.ndarray]:
    """Keep at most `most` evenly spaced entries, both ends among them, of arrays of equal length."""
    length = len(arrays[0])
    keep = np.unique(np.linspace(0, length - 1, min(length, most)).round().astype(int))
    return [np.asarray(array, dtype=float)[keep] for array in arrays]


def line(panel: Panel, x: ArrayLike, y: ArrayLike, pen_name: str, series: str = "", *, width: float = MEDIAN) -> None:
    """Draw one curve of `x` against `y`, both (points,)."""
    style = pen(pen_name)
    x, y = thin(x, y)
    panel.axes.plot(x, y, color=hex_of(style.role), linewidth=width, linestyle=_dash(pen_name))
    record(panel, series or style.label, x=x, y=y)


def runs(panel: Panel, x: ArrayLike, ys: ArrayLike, pen_name: str, series: str = "", *, most: int = POINTS) -> None:
    """Draw a thin curve of at most `most` points for each row of `ys` (run, point), against `x` (point,)."""
    style = pen(pen_name)
    rows = [thin(x, y, most=most) for y in ys]
    lines = LineCollection(
        [np.column_stack(row) for row in rows],
        colors=hex_of(style.role),
        linewidths=THIN,
        linestyles=[_dash(pen_name)],
        alpha=0.55,
    )
    panel.axes.add_collection(lines)
    panel.axes.autoscale_view()
    for number, row in enumerate(rows, start=1):
        record(panel, f"{series or style.label}, run {number}", x=row[0], y=row[1])


def band(panel: Panel, x: ArrayLike, low: ArrayLike, high: ArrayLike, pen_name: str, series: str = "") -> None:
    """Fill between `low` and `high`, both (point,), along `x` (point,)."""
    style = pen(pen_name)
    x, low, high = thin(x, low, high)
    panel.axes.fill_between(x, low, high, color=hex_of(style.role), alpha=0.18, linewidth=0)
    record(panel, series or style.label, x=x, low=low, high=high)


def ridge(panel: Panel, x: ArrayLike, heights: ArrayLike, at: float, pen_name: str, series: str = "") -> None:
    """Draw a distribution, `heights` along `x` (both (point,)), as a hill that stands on the level y = `at`.

    Call it from the back to the front: a hill hides those behind it. Higher is where y is smaller.
    """
    style = pen(pen_name)
    x, heights = (np.asarray(part, dtype=float) for part in (x, heights))
    seen = np.flatnonzero(heights)
    x, heights = (part[max(seen[0] - 1, 0) : seen[-1] + 2] for part in (x, heights))
    panel.axes.fill_between(x, at, at - heights, color=hex_of(f"{style.role}-1"), linewidth=0)
    panel.axes.plot(x, at - heights, color=hex_of(style.role), linewidth=1)
    record(panel, series or style.label, x=x, y=np.full(len(x), at), value=heights)


def seeds(
    panel: Panel,
    x: ArrayLike,
    values: ArrayLike,
    pen_name: str,
    series: str = "",
    *,
    top: float = np.inf,
    ends: bool = False,
) -> None:
    """Draw the median over seeds of `values` (point, seed) along `x` (point,), and the band between seeds.

    The band is the interval that claims have (`definitions.interval`), at most to `top`. A seed that diverged (NaN)
    ranks highest; the curve ends where the median seed did, and with `ends` a cross says so.
    """
    ordered = np.sort(diverged_last(values), axis=-1)
    middle = np.median(ordered, axis=-1)
    kept = np.isfinite(middle)
    k = rank(ordered.shape[-1])
    low, high = ordered[kept, k - 1], np.minimum(ordered[kept, -k], top)
    band(panel, np.asarray(x)[kept], low, high, pen_name, series)
    line(panel, np.asarray(x)[kept], middle[kept], pen_name, series)
    if ends and kept.sum() > 1 and not kept[-1]:
        panel.axes.lines[-1].set(marker="x", markevery=[-1], markersize=8, markeredgewidth=MEDIAN, zorder=3)


def points(panel: Panel, x: ArrayLike, y: ArrayLike, pen_name: str, series: str = "", *, size: float = 5) -> None:
    """Draw one dot of `size` px for each entry of `x` and `y`, both (point,), also on the axes' rim."""
    style = pen(pen_name)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    look = {"marker": "o", "markersize": size, "markeredgewidth": 0, "color": hex_of(style.role)}
    panel.axes.plot(x, y, linestyle="none", clip_on=False, zorder=3, **look)
    record(panel, series or style.label, x=x, y=y)


def quoted(panel: Panel, name: str, x: float, y: float, pen_name: str, series: str = "", *, size: float = 7) -> None:
    """Draw one dot whose height is the value of the fact or claim `name` (see `whybn.drawing.quotes`)."""
    points(panel, [x], [quote(panel, name, y)], pen_name, series, size=size)


def strokes(
    panel: Panel,
    at: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    pen_name: str,
    series: str = "",
    *,
    upright: bool = True,
    width: float = MEDIAN,
) -> None:
    """Draw strokes of `width` px from `low` to `high` at x = `at`, or level at y = `at`; all (stroke,)."""
    style = pen(pen_name)
    at, low, high = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (at, low, high))
    draw = panel.axes.vlines if upright else panel.axes.hlines
    draw(at, low, high, color=hex_of(style.role), linewidth=width)
    record(panel, series or style.label, **{"x" if upright else "y": at}, low=low, high=high)


def arrows(
    panel: Panel,
    x: ArrayLike,
    y: float,
    degrees: ArrayLike,
    length: ArrayLike,
    pen_name: str,
    series: str = "",
    *,
    unit: float = 16,
) -> None:
    """Draw an arrow from each (x, y), turned by `degrees` from pointing right, `unit` px times `length` long.

    `x`, `degrees` and `length` are (arrow,). Recorded are x, degrees as `y` and length as `value`.
    """
    style = pen(pen_name)
    x, degrees, length = (np.asarray(part, dtype=float) for part in (x, degrees, length))
    turn = np.exp(1j * np.radians(degrees))
    reach_px = unit * length
    # Shaft and head in px, as complex numbers along the arrow; offsets put the feet where the data say.
    head, half = np.minimum(6.0, reach_px), np.minimum(3.0, 0.5 * reach_px)
    outline = [
        np.array(
            [
                -0.75j,
                end - tip - 0.75j,
                end - tip - 1j * side,
                end,
                end - tip + 1j * side,
                end - tip + 0.75j,
                0.75j,
            ]
        )
        for end, tip, side in zip(reach_px, head, half, strict=True)
    ]
    turned = [corners * direction for corners, direction in zip(outline, turn, strict=True)]
    polygons = PolyCollection(
        [np.column_stack([corners.real, corners.imag]) for corners in turned],
        offsets=np.column_stack([x, np.full(len(x), float(y))]),
        offset_transform=panel.axes.transData,
        transform=Affine2D(),
        facecolors=hex_of(style.role),
        linewidths=0,
        clip_on=False,
    )
    panel.axes.add_collection(polygons, autolim=False)
    record(panel, series or style.label, x=x, y=degrees, value=length)


def rule(
    panel: Panel,
    value: float,
    text: str = "",
    *,
    along: str = "x",
    at: float = 1.0,
    above: bool = True,
    name: str = "",
) -> None:
    """Draw the one reference line: level (`along` "x") or upright ("y") at `value`, named by `text`.

    `at` is where along the line its name stands, from 0 to 1; `above` says on which side of a level line. `name` is that
    of the fact or claim which says `value`, where it was measured (see `whybn.drawing.quotes`).
    """
    if name:
        quote(panel, name, value)
    look = {"color": hex_of("grey"), "linewidth": 1, "linestyle": (0, (1, 3))}
    if along == "x":
        panel.axes.axhline(value, **look)
        left = at <= 0.5
        # The name keeps clear of the y axis.
        place, coordinates = (at, value), ("axes fraction", "data")
        shift = (5 if left else 0, 4 if above else -4)
        align = {"ha": "left" if left else "right", "va": "bottom" if above else "top"}
        record(panel, text or "reference line", y=[value])
    else:
        panel.axes.axvline(value, **look)
        place, coordinates, shift = (value, at), ("data", "axes fraction"), (5, 0)
        align = {"ha": "left", "va": "top"}
        record(panel, text or "reference line", x=[value])
    if text:
        panel.axes.annotate(
            text,
            place,
            shift,
            xycoords=coordinates,
            textcoords="offset points",
            color=hex_of("grey"),
            **align,
        )


def record(panel: Panel, series: str, **columns: ArrayLike) -> None:
    """Append one row of data for each entry of `columns`, arrays of equal length."""
    for values in zip(*columns.values(), strict=True):
        panel.rows.append({"series": series, **{k: float(v) for k, v in zip(columns, values, strict=True)}})


def _dash(pen_name: str) -> str | tuple:
    dash = pen(pen_name).dash
    return (0, dash) if dash else "solid"
