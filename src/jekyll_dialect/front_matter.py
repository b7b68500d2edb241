"""The front matter of a page as its file has it: builders take it away, and let pass what YAML forgives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jekyll_dialect.errors import PageError
from jekyll_dialect.strict_yaml import read_yaml

BLOCK = re.compile(r"---[ \t]*\n(?P<text>.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
EMPTY = re.compile(r"\A---[ \t]*\n---[ \t]*(?:\n|\Z)")
WITHHELD = "move it to a folder `_drafts`, which is left out, or change that"
UNCLOSED = re.compile(r"---[ \t]*\n[\w-]+:")


def read(path: Path) -> dict[str, object]:
    """The keys and values at the head of a page's file; none where there are none. Raises PageError for what is no YAML."""
    block = BLOCK.match(path.read_text("utf-8-sig"))
    values = read_yaml(block["text"], path, first_line=2) if block else None
    return values if isinstance(values, dict) else {}


def checked(page: str, name: str) -> dict[str, object]:
    """The same of a text, that of the file `name`. Raises PageError also for what is never closed, or has no keys."""
    block = BLOCK.match(page)
    if block is None:
        if UNCLOSED.match(page):
            raise PageError(f"{name}:1: the front matter is never closed: put a line `---` behind its last key")
        return {}
    values = read_yaml(block["text"], name, first_line=2)
    if not isinstance(values, dict | None):
        message = "the front matter holds no keys with values: write `title: …`, or take away the lines ---"
        raise PageError(f"{name}:2: {message}")
    return values or {}


def problems(page: str, name: str, address: str) -> list[str]:
    """What Jekyll heeds in the front matter of a page and this site would not, given text and name of its file."""
    lines = page.split("\n")
    return [
        f"{name}:{1 + next(row for row, line in enumerate(lines) if line.startswith(key))}: {message}"
        for key, message in _unheeded(checked(page, name), address)
    ]


def _unheeded(values: dict[str, object], address: str) -> Iterator[tuple[str, str]]:
    """(key, message) for each."""
    if values.get("published") is False:
        yield "published", f"this page would be published all the same: {WITHHELD}"
    if "permalink" in values and str(values["permalink"]) not in {address, address.removesuffix("index.html")}:
        yield "permalink", f"this page stands at {address} here, not at {values['permalink']}: take this line away"
