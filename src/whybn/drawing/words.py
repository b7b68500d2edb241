"""Words in a figure: titles, labels and ticks. They are drawn, and not part of the figure's data."""

from collections.abc import Iterator, Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from matplotlib.transforms import Bbox

from whybn.drawing.palette import hex_of
from whybn.drawing.style import Panel

LEADING = 7 / 6  # between the lines of two labels, over the size of their words
DOT = 10.0  # px that a dot keeps free of words
KEY = -28.0  # px from the x axis to the top of its label


def title(panel: Panel, text: str, role: str = "ink") -> None:
    """Name the panel, in its picture and in its data."""
    panel.name = text
    _above(panel, text, 27, color=hex_of(role), weight=600, size=mpl.rcParams["axes.titlesize"])


def y_label(panel: Panel, text: str) -> None:
    """Write what the y axis measures, level, above it."""
    _above(panel, text, 9)


def x_label(panel: Panel, text: str) -> None:
    """Write what the x axis measures, below its right end, where its ticks are labelled."""
    if panel.axes.xaxis.get_tick_params()["labelbottom"]:
        panel.axes.set_xlabel(text, loc="right", labelpad=3)


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


def key(panel: Panel, names: Mapping[str, str]) -> None:
    """Write {name: role} in their colours, one after the other, below the left end of the x axis, level with its label."""
    place, across, shift = (0, 0), "axes fraction", (0.0, KEY)
    for name, role in names.items():
        look = {"color": hex_of(role), "va": "top", "annotation_clip": False}
        across = panel.axes.annotate(name, place, shift, xycoords=across, textcoords="offset points", **look)
        place, shift = (1, 1), (10.0, 0.0)


def end_labels(panel: Panel, x: float, ends: dict[str, float], role: str | dict[str, str], *, before: bool = False) -> None:
    """Name curves at their right ends, or `before` their left ones: {name: y of its end} at `x`, apart from each other.

    `role` is one for all names, or {name: role}. Call it when the limits and scale of the y axis are final.
    """
    wanted = {name: panel.axes.transData.transform((x, end))[1] for name, end in ends.items()}
    names = sorted(wanted, key=wanted.get)
    for name, height in zip(names, _apart([wanted[name] for name in names]), strict=True):
        own = role if isinstance(role, str) else role[name]
        shift = -7 if before else 7, height - wanted[name]
        label(panel, x, ends[name], name, own, ha="right" if before else "left", shift=shift)


def point_labels(panel: Panel, places: Mapping[str, tuple[float, float]], role: str, *, rule: float) -> None:
    """Name dots, {name: (x, y)}: each beside its dot, where its name is free of all dots and of the words that are there.

    It keeps off the level line at y = `rule`, too. Where neither side is free it stands further above or below. Call it
    when the limits and scales of both axes are final. Raises ValueError where there is no room.
    """
    renderer = FigureCanvasAgg(panel.axes.figure).get_renderer()
    taken = [text.get_window_extent(renderer) for text in panel.axes.texts]
    taken += [_around(panel.axes.transData.transform(place)) for place in places.values()]
    taken.append(_along(panel, rule))
    for name, (x, y) in places.items():
        for ha, va, shift in _sides():
            label(panel, x, y, name, role, ha=ha, va=va, shift=shift)
            box = panel.axes.texts[-1].get_window_extent(renderer)
            if _inside(panel, box) and not any(box.padded(-1).overlaps(other) for other in taken):
                taken.append(box)
                break
            panel.axes.texts[-1].remove()
        else:
            raise ValueError(f"there is no room for the name of {name}")


def _around(centre: np.ndarray) -> Bbox:
    """The square that a dot at `centre` (px) takes."""
    return Bbox([centre - DOT / 2, centre + DOT / 2])


def _along(panel: Panel, y: float) -> Bbox:
    """The strip that a level line takes."""
    height = panel.axes.transData.transform((panel.axes.get_xlim()[0], y))[1]
    return Bbox([(panel.axes.bbox.x0, height - 1), (panel.axes.bbox.x1, height + 1)])


def _inside(panel: Panel, box: Bbox) -> bool:
    """Whether a name stands right of the y axis, within the figure, and no lower than the x axis."""
    frame, figure = panel.axes.bbox, panel.axes.figure.bbox
    return frame.x0 <= box.x0 and box.x1 <= figure.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1


def _sides() -> Iterator[tuple[str, str, tuple[float, float]]]:
    """Where a dot's name may stand, from the nearest place: how it is aligned there, and moved (px)."""
    for away in np.arange(0, 20) * line_height() / 2:
        for up in {away, -away}:
            yield "left", "center", (7, up)
            yield "right", "center", (-7, up)
        yield "center", "bottom", (0, 5 + away)
        yield "center", "top", (0, -5 - away)


def line_height() -> float:
    """Px between the lines of two labels."""
    return LEADING * mpl.rcParams["font.size"]


def _apart(heights: list[float]) -> list[float]:
    """Return rising `heights` at least a line apart: neighbours that touch push each other away, half each."""
    placed, line = list(heights), line_height()
    for _ in range(100):
        for k in range(len(placed) - 1):
            push = max(line - (placed[k + 1] - placed[k]), 0) / 2
            placed[k] -= push
            placed[k + 1] += push
    return placed


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
    chosen = getattr(panel.axes, f"{axis}axis")
    chosen.set_major_locator(MaxNLocator(count, steps=[1, 2, 5, 10]))
    chosen.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))


def named_ticks(panel: Panel, axis: str, places: Sequence[float], names: Sequence[str]) -> None:
    """Write `names` at `places` of an axis ("x" or "y")."""
    chosen = getattr(panel.axes, f"{axis}axis")
    chosen.set_ticks(list(places), list(names), minor=False)
    chosen.set_minor_locator(NullLocator())


def plain(value: float) -> str:
    """Return a number as it is read: no needless zeros, a true minus sign."""
    return f"{value:.6g}".replace("-", "−")


def power_of_ten(value: float) -> str:
    """Return a power of ten as it is read: 0.001 to 1000 in digits, 10⁴ and 10⁻⁴ beyond."""
    power = round(np.log10(value))
    if -3 <= power <= 3:
        return f"{10.0**power:.{max(-power, 0)}f}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _above(panel: Panel, text: str, height: float, **style: object) -> None:
    panel.axes.annotate(text, (0, 1), (0, height), xycoords="axes fraction", textcoords="offset points", **style)
