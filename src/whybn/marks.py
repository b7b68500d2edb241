"""What a figure is made of: functions that draw on a panel and record exactly what they drew.

The record becomes the figure's CSV, so the data file and the picture cannot part. Words (titles,
labels, ticks) are drawn and not recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from whybn.palette import SHADES, hex_of, pen
from whybn.style import Panel

MEDIAN, THIN = 2.0, 0.75  # px
POINTS = 100  # at most, on a line


def thin(*arrays: np.ndarray) -> list[np.ndarray]:
    """Keep at most POINTS evenly spaced entries, both ends among them, of arrays of equal length."""
    length = len(arrays[0])
    keep = np.unique(np.linspace(0, length - 1, min(length, POINTS)).round().astype(int))
    return [np.asarray(array, dtype=float)[keep] for array in arrays]


def line(
    panel: Panel, x: ArrayLike, y: ArrayLike, pen_name: str, series: str = "", *, width: float = MEDIAN
) -> None:
    """Draw one curve of `x` against `y`, both (points,)."""
    style = pen(pen_name)
    x, y = thin(x, y)
    panel.axes.plot(x, y, color=hex_of(style.role), linewidth=width, linestyle=_dash(pen_name))
    _record(panel, series or style.label, x=x, y=y)


def runs(
    panel: Panel, x: ArrayLike, ys: ArrayLike, pen_name: str, series: str = "", *, opacity: float = 0.55
) -> None:
    """Draw thin curves, one for each row of `ys` (runs, points), against `x` (points,)."""
    style = pen(pen_name)
    rows = [thin(x, y) for y in ys]
    panel.axes.add_collection(
        LineCollection(
            [np.column_stack(row) for row in rows],
            colors=hex_of(style.role),
            linewidths=THIN,
            linestyles=[_dash(pen_name)],
            alpha=opacity,
        )
    )
    panel.axes.autoscale_view()
    for number, row in enumerate(rows, start=1):
        _record(panel, f"{series or style.label}, run {number}", x=row[0], y=row[1])


def band(
    panel: Panel,
    x: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    pen_name: str,
    series: str = "",
    *,
    opacity: float = 0.18,
) -> None:
    """Fill between `low` and `high`, both (points,), along `x` (points,)."""
    style = pen(pen_name)
    x, low, high = thin(x, low, high)
    panel.axes.fill_between(x, low, high, color=hex_of(style.role), alpha=opacity, linewidth=0)
    _record(panel, series or style.label, x=x, low=low, high=high)


def points(
    panel: Panel,
    x: ArrayLike,
    y: ArrayLike,
    pen_name: str,
    series: str = "",
    *,
    size: float = 5,
    hollow: bool = False,
) -> None:
    """Draw one dot of `size` px for each entry of `x` and `y`, both (points,)."""
    style = pen(pen_name)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    colour = hex_of(style.role)
    face = hex_of("paper") if hollow else colour
    panel.axes.plot(
        x,
        y,
        linestyle="none",
        marker="o",
        markersize=size,
        color=colour,
        markerfacecolor=face,
        markeredgewidth=1,
    )
    _record(panel, series or style.label, x=x, y=y)


def reach(
    panel: Panel,
    low: ArrayLike,
    high: ArrayLike,
    at: ArrayLike,
    pen_name: str,
    series: str = "",
    *,
    width: float = THIN,
) -> None:
    """Draw a level stroke from `low` to `high` at each height `at`, all (strokes,): a spread across runs."""
    style = pen(pen_name)
    low, high, at = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (low, high, at))
    panel.axes.hlines(at, low, high, color=hex_of(style.role), linewidth=width)
    _record(panel, series or style.label, y=at, low=low, high=high)


def cells(
    panel: Panel,
    x: ArrayLike,
    y: ArrayLike,
    values: ArrayLike,
    levels: Sequence[float],
    hue: str,
    *,
    series: str,
    diverged: ArrayLike | None = None,
) -> None:
    """Draw a map of `values` (len(y), len(x)) as cells on logarithmic axes, dark for small values.

    `levels` (k,) are the limits between shades, rising: below the first is the darkest shade, above
    the last is paper. Cells where `diverged` (same shape) is true are hatched grey instead.
    """
    x, y, values = (np.asarray(part, dtype=float) for part in (x, y, values))
    diverged = np.zeros(values.shape, bool) if diverged is None else np.asarray(diverged, bool)
    shade = len(levels) - np.searchsorted(levels, values)
    right, top = _edges(x), _edges(y)
    for step in range(len(levels) + 1):
        chosen = np.argwhere((shade == step) & ~diverged)
        _patch(panel, right, top, chosen, facecolor=_ramp(hue, step, len(levels)), edgecolor=hex_of("paper"))
    _patch(
        panel, right, top, np.argwhere(diverged),
        facecolor="none", edgecolor=hex_of("paper"), hatch="/////", hatchcolor=hex_of("grey-4"),
    )  # fmt: skip
    panel.axes.set(xscale="log", yscale="log", xlim=(right[0], right[-1]), ylim=(top[0], top[-1]))
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    shown = np.where(diverged, np.inf, values)
    _record(panel, series, x=grid_x.ravel(), y=grid_y.ravel(), value=shown.ravel())


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
    """Fill `values` (len(y), len(x)) between `levels` (k,), dark for small values, with a line at `mark`."""
    x, y, values = (np.asarray(part, dtype=float) for part in (x, y, values))
    bands = len(levels) + 1
    shades = [_ramp(hue, bands - 1 - step, bands - 1) for step in range(bands)]
    limits = [values.min() / 2, *levels, values.max() * 2]
    panel.axes.contourf(x, y, values, levels=limits, colors=shades)
    panel.axes.contour(x, y, values, levels=[mark], colors=hex_of("ink"), linewidths=1.25)
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    _record(panel, series, x=grid_x.ravel(), y=grid_y.ravel(), value=values.ravel())


def rule(
    panel: Panel, value: float, text: str = "", *, along: str = "x", at: float = 1.0, above: bool = True
) -> None:
    """Draw the one reference line: level (`along` "x") or upright ("y") at `value`, named by `text`."""
    grey, dash = hex_of("grey"), (0, (1, 3))
    if along == "x":
        panel.axes.axhline(value, color=grey, linewidth=1, linestyle=dash)
        place, offset, align = (at, value), (0, 4 if above else -5), {"ha": "right" if at > 0.5 else "left"}
        align["va"] = "bottom" if above else "top"
        coordinates = ("axes fraction", "data")
        _record(panel, text, y=[value])
    else:
        panel.axes.axvline(value, color=grey, linewidth=1, linestyle=dash)
        place, offset, align = (value, at), (5, 0), {"ha": "left", "va": "top"}
        coordinates = ("data", "axes fraction")
        _record(panel, text, x=[value])
    if text:
        panel.axes.annotate(
            text, place, offset, xycoords=coordinates, textcoords="offset points", color=grey, **align
        )


def label(
    panel: Panel,
    x: float,
    y: float,
    text: str,
    role: str,
    *,
    ha: str = "left",
    va: str = "center",
    shift: tuple[float, float] = (0, 0),
) -> None:
    """Name a curve where it runs: `text` at data position (x, y), moved by `shift` px."""
    panel.axes.annotate(
        text,
        (x, y),
        shift,
        textcoords="offset points",
        color=hex_of(role),
        ha=ha,
        va=va,
        annotation_clip=False,
    )


def title(panel: Panel, text: str, role: str = "ink") -> None:
    """Name the panel, in its picture and in its data."""
    panel.name = text
    _above(panel, text, 27, color=hex_of(role), weight=600, size=13)


def y_label(panel: Panel, text: str) -> None:
    """Write what the y axis measures, level, above it; once for panels that share the axis."""
    if panel.first_column or not panel.axes.get_shared_y_axes().get_siblings(panel.axes)[1:]:
        _above(panel, text, 9)


def x_label(panel: Panel, text: str) -> None:
    """Write what the x axis measures, below its right end; once for panels that share the axis."""
    if panel.last_row or not panel.axes.get_shared_x_axes().get_siblings(panel.axes)[1:]:
        panel.axes.set_xlabel(text, loc="right", labelpad=3)


def decades(panel: Panel, axis: str, *, every: int = 1) -> None:
    """Make an axis ("x" or "y") logarithmic with one tick for every `every` decades inside its limits."""
    getattr(panel.axes, f"set_{axis}scale")("log")
    low, high = sorted(getattr(panel.axes, f"get_{axis}lim")())
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    chosen = getattr(panel.axes, f"{axis}axis")
    chosen.set_major_locator(FixedLocator([10.0**power for power in range(first, last + 1, every)]))
    chosen.set_minor_locator(NullLocator())
    chosen.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value)))


def few_ticks(panel: Panel, axis: str, count: int = 4) -> None:
    """Put about `count` round ticks on a linear axis ("x" or "y")."""
    getattr(panel.axes, f"{axis}axis").set_major_locator(MaxNLocator(count, steps=[1, 2, 5, 10]))


def power_of_ten(value: float) -> str:
    """Return a power of ten as it is read: 0.001 to 1000 in digits, 10⁴ and 10⁻⁴ beyond."""
    power = round(np.log10(value))
    if -3 <= power <= 3:
        return f"{10.0**power:.{max(-power, 0)}f}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _above(panel: Panel, text: str, height: float, **style: object) -> None:
    panel.axes.annotate(
        text, (0, 1), (0, height), xycoords="axes fraction", textcoords="offset points", **style
    )


def _dash(pen_name: str) -> str | tuple:
    dash = pen(pen_name).dash
    return (0, dash) if dash else "solid"


def _ramp(hue: str, step: int, last: int) -> str:
    """Return shade `step` of 0 (paper) to `last` (darkest), spread over the palette's ramp."""
    index = round(step * (SHADES - 1) / last)
    return hex_of(f"{hue}-{index}") if index else hex_of("paper")


def _edges(centres: np.ndarray) -> np.ndarray:
    """Return the limits of cells around rising centres, half way between them on a logarithmic axis."""
    logs = np.log(centres)
    middle = (logs[1:] + logs[:-1]) / 2
    return np.exp(np.concatenate([[2 * logs[0] - middle[0]], middle, [2 * logs[-1] - middle[-1]]]))


def _patch(panel: Panel, right: np.ndarray, top: np.ndarray, chosen: np.ndarray, **style: object) -> None:
    """Draw the cells `chosen` (count, 2: row and column) as one path."""
    if not len(chosen):
        return
    corners = [
        [
            (right[k], top[j]),
            (right[k + 1], top[j]),
            (right[k + 1], top[j + 1]),
            (right[k], top[j + 1]),
            (right[k], top[j]),
        ]
        for j, k in chosen
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(chosen)
    panel.axes.add_patch(PathPatch(Path(np.concatenate(corners), codes), linewidth=1, **style))


def _record(panel: Panel, series: str, **columns: np.ndarray) -> None:
    """Append one row of data for each entry of `columns`, arrays of equal length."""
    for values in zip(*columns.values(), strict=True):
        panel.rows.append({"series": series, **{k: float(v) for k, v in zip(columns, values, strict=True)}})
