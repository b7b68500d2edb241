"""The one way a figure is laid out and saved: two widths or three from one `draw`, its data beside it."""

from __future__ import annotations

import atexit
import csv
import io
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from whybn.drawing import explore, svg
from whybn.drawing.palette import hex_of

BROAD, WIDE, NARROW = 960, 680, 358  # px: the article's column with its margin, without it, and a phone's
SUFFIXES = {WIDE: "", NARROW: ".narrow", BROAD: ".broad"}
BROAD_TYPE = 13  # px of the words in a broad figure; in the others the style sheet says it
TYPE = ("font.size", "axes.labelsize", "xtick.labelsize", "ytick.labelsize")
PADDING = 12  # px between the figure's paper and its edge
TITLE = 18  # px of a row's head that its titles take
FOOT_WITHOUT_TICKS = 16  # px below a row whose ticks are labelled further down
FONTS = Path(__file__).with_name("assets")  # links to the site's fonts, which become files in a wheel
FAMILY, WEIGHTS = "Whybn Sans", {"regular": 400, "semibold": 600}
UNPACKED = "whybn-fonts-"  # begins the name of their temporary folder; the number of the process follows
SHEET = Path(__file__).with_name("whybn.mplstyle")
COLUMNS = ("panel", "series", "x", "y", "low", "high", "value")


@dataclass(frozen=True)
class Quote:
    """A number that a figure marks, or writes in `text`, and the name of the fact or claim that says it on the page."""

    name: str
    value: float
    text: str = ""


@dataclass
class Panel:
    """One pair of axes, the rows of data and the quoted numbers drawn in it, and where it stands in the figure."""

    axes: Axes
    first_column: bool
    last_row: bool
    narrow: bool
    name: str = ""
    rows: list[dict[str, object]] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """Where the panels of a figure stand, at every width; all lengths in px.

    `wide` and `narrow` are (rows, columns). `row_height` is the height of the drawing area, one number
    for all rows or one for each row of the wide figure; `narrow_row_height` the same for the narrow
    one, where it differs. `broad_row_height` the same for a broad one, with the rows and columns of the wide one: a figure
    that gains from it says so by it. The rest is room for words: `head` above each row, `left` and `right` of
    each row, `foot` below an x axis, `between` two columns, `under` the whole figure.
    `share` holds "x" if all panels have the x axis in common, and "y" if the panels of a row of the
    wide figure have the y axis in common, wherever the narrow figure puts them. `columns_named` says
    that a title stands over the top panel of a column and holds for those below it; in a single column
    each panel has its own. `lead` is how many columns the first panel takes, at most all.
    """

    wide: tuple[int, int] = (1, 2)
    narrow: tuple[int, int] = (2, 1)
    row_height: int | tuple[int, ...] = 190
    narrow_row_height: int | tuple[int, ...] | None = None
    broad_row_height: int | tuple[int, ...] | None = None
    share: str = "xy"
    head: int = 44
    foot: int = 42
    left: int = 34
    right: int = 8
    between: int = 28
    under: int = 0
    columns_named: bool = False
    lead: int = 1

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths at which the figure is drawn."""
        return (WIDE, NARROW, BROAD) if self.broad_row_height else (WIDE, NARROW)

    def rows(self, width: int) -> tuple[list[int], list[int], list[int]]:
        """Return, row by row, the px of its head, its drawing area and its foot in a figure of `width` px."""
        rows, columns = self.narrow if width == NARROW else self.wide
        inner_foot = FOOT_WITHOUT_TICKS if "x" in self.share else self.foot + 8
        own_foot = [inner_foot] * (rows - 1) + [self.foot]
        below_head = self.head - TITLE if self.columns_named and columns > 1 else self.head
        own_head = [self.head] + [below_head] * (rows - 1)
        chosen = {NARROW: self.narrow_row_height, BROAD: self.broad_row_height}.get(width) or self.row_height
        heights = chosen if isinstance(chosen, tuple) else (chosen,) * self.wide[0]
        return own_head, [heights[row * columns // self.wide[1]] for row in range(rows)], own_foot

    def height(self, width: int) -> int:
        """Return the height in px of a figure of `width` px."""
        return sum(map(sum, self.rows(width))) + self.under + PADDING

    def panels(self, width: int) -> tuple[Figure, list[Panel]]:
        """Return a figure of `width` px and its panels, row by row."""
        rows, columns = self.narrow if width == NARROW else self.wide
        own_head, own_height, own_foot = self.rows(width)
        height = self.height(width)
        figure = Figure(figsize=(width / 72, height / 72), facecolor="none")
        gap = self.between if "y" in self.share else self.between + self.left
        start, end = PADDING + self.left, width - PADDING - self.right
        panel_width = (end - start - gap * (columns - 1)) / columns
        panels: list[Panel] = []
        top = height - PADDING / 2
        for row in range(rows):
            bottom = top - own_head[row] - own_height[row]
            for column in range(columns):
                taken = min(self.lead, columns) if (row, column) == (0, 0) else 1
                if row == 0 and 0 < column < self.lead:
                    continue
                box_width = taken * (panel_width + gap) - gap
                box = (start + column * (panel_width + gap), bottom, box_width, own_height[row])
                size = (width, height, width, height)
                first = panels[0].axes if panels else None
                row_start = len(panels) // self.wide[1] * self.wide[1]
                beside = panels[row_start].axes if len(panels) > row_start else None
                axes = figure.add_axes(
                    [part / whole for part, whole in zip(box, size, strict=True)],
                    facecolor="none",
                    sharex=first if "x" in self.share else None,
                    sharey=beside if "y" in self.share else None,
                )
                last_row, first_column = row == rows - 1, column == 0
                axes.tick_params(labelbottom=last_row or "x" not in self.share)
                axes.tick_params(labelleft=first_column or "y" not in self.share)
                panels.append(Panel(axes, first_column, last_row, width == NARROW))
            top = bottom - own_foot[row]
        return figure, panels


def sizes(module: ModuleType) -> dict[str, tuple[int, int]]:
    """Return the width and height in px that the drawings of a figure module will have, before they are drawn."""
    return {name: (width, module.LAYOUT.height(width)) for name, width in {"wide": WIDE, "narrow": NARROW}.items()}


def render(name: str, module: ModuleType, results: dict, *, quick: bool = False) -> dict[str, bytes | None]:
    """Draw a figure module at its widths; return the contents of NAME.svg, NAME.narrow.svg and NAME.csv.

    A broad one is NAME.broad.svg; where the module has a function `explore`, NAME.data.js holds the numbers that it returns
    for the live figure. None for either says that there may be no such file. Raises what `module.draw`
    and `module.explore` raise, and ValueError if a colour outside the palette was used or if the
    widths did not draw the same data.
    """
    drawn = {width: picture(module, results, width, name=name, quick=quick) for width in module.LAYOUT.widths}
    rows = drawn[WIDE][1]
    for width, (_, others) in drawn.items():
        if others != rows:
            raise ValueError(f"figure {name} draws other data at {width} px than at {WIDE} px")
    live = explore.script(name, module.explore(results)) if hasattr(module, "explore") else None
    pictures = {f"{name}{suffix}.svg": drawn[width][0] if width in drawn else None for width, suffix in SUFFIXES.items()}
    return {**pictures, f"{name}.csv": rows, f"{name}.data.js": live}


def picture(module: ModuleType, results: dict, width: int, *, name: str, quick: bool = False) -> tuple[bytes, bytes]:
    """Return (SVG, CSV) of a figure module drawn `width` px wide."""
    salt = f"{name}{SUFFIXES[width]}"
    with mpl.rc_context():
        use_style(width)
        mpl.rcParams["svg.hashsalt"] = salt
        figure, panels = module.LAYOUT.panels(width)
        module.draw(results, panels)
        if quick:
            figure.text(1 - PADDING / width, 1, "quick", va="top", ha="right", color=hex_of("rust"), weight=600)
        raw = io.BytesIO()
        figure.savefig(raw, format="svg", metadata={"Date": None}, facecolor="none")
    return svg.finish(raw.getvalue(), salt), _table(panels)


def use_style(width: int = WIDE) -> None:
    """Set matplotlib's parameters to the project's style sheet, fonts and palette, for a figure of `width` px."""
    _load_fonts()
    mpl.rcdefaults()
    mpl.style.use(SHEET)
    if width == BROAD:
        mpl.rcParams.update({**dict.fromkeys(TYPE, BROAD_TYPE), "axes.titlesize": BROAD_TYPE + 1})
    grey = hex_of("grey")
    for key in (
        "axes.edgecolor",
        "axes.labelcolor",
        "text.color",
        "xtick.color",
        "ytick.color",
        "hatch.color",
    ):
        mpl.rcParams[key] = grey


@cache
def _load_fonts() -> None:
    """Unpack the site's web fonts for matplotlib, which reads no WOFF2, until this process ends.

    A process that was killed leaves its folder behind; the next one removes it.
    """
    sources = {weight: FONTS / f"source-sans-3-{word}.woff2" for word, weight in WEIGHTS.items()}
    for source in sources.values():
        if not source.exists():
            raise FileNotFoundError(f"{source} is missing; it belongs to the repository, check it out again")
    _remove_left_behind()
    folder = tempfile.mkdtemp(prefix=f"{UNPACKED}{os.getpid()}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for weight, source in sources.items():
        font = TTFont(source, recalcTimestamp=False)
        font.flavor = None
        target = str(Path(folder) / f"{source.stem}.ttf")
        font.save(target)
        entry = font_manager.FontEntry(target, name=FAMILY, style="normal", variant="normal", weight=weight)
        font_manager.fontManager.ttflist.append(entry)


def _remove_left_behind() -> None:
    """Remove the folders of processes that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{UNPACKED}*-*"):
        process = folder.name.removeprefix(UNPACKED).partition("-")[0]
        if process.isdecimal() and not _alive(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True


def _table(panels: list[Panel]) -> bytes:
    """Return the drawn data as CSV, long format, without the columns that no row uses."""
    rows = [{"panel": panel.name, **row} for panel in panels for row in panel.rows]
    columns = [column for column in COLUMNS if any(row.get(column, "") != "" for row in rows)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column, "")) for column in columns])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
