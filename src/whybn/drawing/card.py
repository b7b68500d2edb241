"""The picture that other sites show beside a link to the article: `python -m whybn.drawing.card site`, run by `make site`.

The title of the built article over the maps of trainability, redrawn large from the data published with that figure.
Another article that has a card of its own, as its page says, gets its title alone.
"""

from __future__ import annotations

import csv
import html
import io
import re
import sys
import tempfile
import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from whybn.drawing import maps
from whybn.drawing.palette import hex_of
from whybn.drawing.style import FONTS, Panel, use_style

WIDTH, HEIGHT = 1200, 630  # px, what such sites ask for
EDGE = 72  # px
LEVELS = (0.2, 0.5, 1, 2)  # of the loss, as in the figure
HUES = {"without Batch Norm": "rust", "with Batch Norm": "blue"}
LETTERS = 32  # in a line of a title
ASKED = re.compile(r'<meta property="og:image" content="[^"]*?(?P<path>assets/cards/[^"/]+\.png)"')
TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def card(title: str, table: str | None = None) -> bytes:
    """A PNG with `title` over the two maps, after the longer training, that `table`, a CSV, holds; or alone."""
    with mpl.rc_context(), tempfile.TemporaryDirectory() as folder:
        use_style()
        figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), facecolor=hex_of("paper"))
        place = {"x": EDGE / WIDTH, "y": 1 - EDGE / HEIGHT, "va": "top", "color": hex_of("ink")}
        lines = textwrap.fill(title, LETTERS)
        figure.text(s=lines, fontsize=68, linespacing=1.15, font=_serif(Path(folder)), **place)
        if table is not None:
            _maps(figure, list(csv.DictReader(io.StringIO(table))))
        raw = io.BytesIO()
        figure.savefig(raw, format="png", facecolor=figure.get_facecolor())
    return raw.getvalue()


def _maps(figure: Figure, rows: list[dict[str, str]]) -> None:
    """Draw the two maps side by side along the lower edge."""
    for column, (name, hue) in enumerate(HUES.items()):
        width = (WIDTH - 3 * EDGE) / 2
        left = EDGE + column * (width + EDGE)
        box = (left / WIDTH, EDGE / HEIGHT, width / WIDTH, 300 / HEIGHT)
        axes = figure.add_axes(box, facecolor=hex_of("paper"))
        panel = Panel(axes, first_column=not column, last_row=True, narrow=False)
        maps.cells(panel, *_longest(rows, name), LEVELS, hue, series=name)
        axes.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
        axes.spines[:].set(visible=True, color=hex_of("grey-2"), linewidth=1)
        axes.set_title(name, fontsize=30, weight=600, color=hex_of(hue), loc="left", pad=14)


def _longest(rows: list[dict[str, str]], name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Learning rates, gains and losses (gain, rate) of the panel of `name` with the most steps."""
    panels = {row["panel"] for row in rows if row["panel"].startswith(f"{name}, ")}
    chosen = max(panels, key=lambda panel: int(panel.split(", ")[1].split()[0]))
    values = {(float(r["y"]), float(r["x"])): float(r["value"]) for r in rows if r["panel"] == chosen}
    gains, rates = (np.unique([place[axis] for place in values]) for axis in (0, 1))
    return rates, gains, np.array([[values[gain, rate] for rate in rates] for gain in gains])


def _serif(folder: Path) -> FontProperties:
    """The face of the article's title, unpacked for matplotlib, which reads no WOFF2."""
    font = TTFont(FONTS / "source-serif-4-semibold.woff2", recalcTimestamp=False)
    font.flavor = None
    font.save(folder / "title.ttf")
    return FontProperties(fname=str(folder / "title.ttf"))


def main(site: Path) -> None:
    """Write the cards of a built site into it: that of the article, and those for which other pages ask."""
    table = (site / "assets/figures/trainability_map.csv").read_text("utf-8")
    (site / "assets/card.png").write_bytes(card(_title(site / "index.html"), table))
    for page in site.rglob("*.html"):
        asked = ASKED.search(page.read_text("utf-8"))
        if asked:
            path = site / asked["path"]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(card(_title(page)))


def _title(page: Path) -> str:
    """The title of a built page."""
    return html.unescape(TITLE.search(page.read_text("utf-8"))[1].strip())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
