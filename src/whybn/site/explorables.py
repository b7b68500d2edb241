"""Live figures that would stay still without a word: a key, an attribute or a picture that no script answers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from whybn.common.nearest import nearest

ATTRIBUTE = "data-explorable"
HOLDER = re.compile(r"\{:[^}\n]*\}|<[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>")
VALUE = re.compile(r"(?P<name>[\w-]+)=[\"']?(?P<value>[\w-]*)")
PICTURE = re.compile(r"assets/figures/(?P<name>[\w-]+)\.svg\)$")
CAPTION = re.compile(r"[^\n]*\n *[*_]")


def problems(text: str, docs: Path) -> Iterator[tuple[int, str]]:
    """Yield (place, message) for what a page's text without code sets in vain; `docs` holds scripts and pictures."""
    keys = live(docs)
    for holder in HOLDER.finditer(text):
        for match in VALUE.finditer(holder[0]):
            place, name, key = holder.start() + match.start(), match["name"], match["value"]
            if name == ATTRIBUTE:
                if key not in keys:
                    yield place, f"no docs/assets/js/explorables/{key}.js sets whybn.explorables.{key}{nearest(key, keys)}"
                yield from ((place, message) for message in _still(text, holder, docs))
            elif SequenceMatcher(None, name, ATTRIBUTE).ratio() > 0.75:
                yield place, f"nothing reads the attribute “{name}” (did you mean “{ATTRIBUTE}”?)"


def live(docs: Path) -> list[str]:
    """The keys of the live figures: each is a script that sets one."""
    scripts = sorted((docs / "assets/js/explorables").glob("*.js"))
    return [path.stem for path in scripts if f"explorables.{path.stem} =" in path.read_text("utf-8")]


def _still(text: str, holder: re.Match[str], docs: Path) -> Iterator[str]:
    """Why the picture with the attributes `holder` would not come alive."""
    if holder[0].startswith("<"):  # a figure in HTML is its author's own affair
        return
    picture = PICTURE.search(text, text.rfind("\n", 0, holder.start()) + 1, holder.start())
    if picture is None:
        yield f"{ATTRIBUTE} belongs behind one of our own pictures: ![…](…/assets/figures/NAME.svg){{: {ATTRIBUTE}=…}}"
        return
    if CAPTION.match(text, holder.end()) is None:
        yield "only a figure comes alive: write its caption in *emphasis* on the line below the picture"
    drawn, numbers = (docs / "assets/figures" / f"{picture['name']}{kind}" for kind in (".svg", ".data.js"))
    if drawn.is_file() and not numbers.is_file():
        yield f"no assets/figures/{numbers.name}: give the script of {picture['name']} a function explore(results)"
