"""Tables: kramdown's pipes, outer ones or none, with a head or without, put as Python-Markdown reads them."""

from __future__ import annotations

import re

from jekyll_dialect.grammar import BLOCK_TAG, is_boundary

HEADLESS = "⁅no header⁆"

SEPARATOR = re.compile(r"[+|: \t-]*-[+|: \t-]*$")
FOOT_SEPARATOR = re.compile(r"[+|: \t=]*=[+|: \t=]*$")
ALIGNMENT = re.compile(r"[ \t]?(:?)-+(:?)[ \t]?")
LINE = re.compile(r"(?:\||.*?[^\\\n]\|)")
CODE_SPAN = re.compile(r"<code.*?>.*?</code>|(?P<ticks>`+)(?:.*?[^`])??(?P=ticks)(?!`)")
PIPE = re.compile(r"(?<!\\)\|")
CELL_END = "\0"
RULES = {("", ""): "---", (":", ""): ":--", ("", ":"): "--:", (":", ":"): ":-:"}


class SeveralHeads(Exception):  # noqa: N818 - it is a kind of table, and kramdown's no error
    """A table whose head has several rows, which Python-Markdown cannot write."""


def table(lines: list[str], start: int) -> tuple[list[str], int] | None:
    """The table that begins at line `start`, and the line behind it; None where kramdown sees none.

    Raises SeveralHeads.
    """
    end = start
    while end < len(lines) and LINE.match(lines[end]):
        end += 1
    if end == start or (end < len(lines) and not is_boundary(lines[end])):
        return None
    rows = lines[start:end]
    if not all(_has_pipe(row) for row in rows):
        return None
    leading = rows[0].lstrip().startswith("|")
    if SEPARATOR.match(rows[0]):
        rows = rows[1:]
    head: list[str] | None = None
    alignment: list[str] = []
    body: list[list[str]] = []
    has_foot = False
    for row in rows:
        if SEPARATOR.match(row):
            if body and not alignment and not has_foot:
                if len(body) > 1:
                    raise SeveralHeads(row)
                alignment = [RULES[each] for each in ALIGNMENT.findall(row)]
                head, body = body[0], []
        elif FOOT_SEPARATOR.match(row):
            has_foot = True
        else:
            body.append(_cells(row, leading=leading))
    return (_written(head, alignment, body), end) if body else None


def _has_pipe(row: str) -> bool:
    """Whether a row holds a `|` that is neither escaped nor code."""
    return PIPE.search(CODE_SPAN.sub("", row)) is not None


def _cells(row: str, *, leading: bool) -> list[str]:
    """The cells of a row."""
    held = CODE_SPAN.sub(lambda code: code[0].replace("|", CELL_END), row)
    cells = [cell.replace(CELL_END, "|").strip() for cell in PIPE.split(held)]
    if leading and not cells[0]:
        cells = cells[1:]
    return cells[:-1] if cells and not cells[-1] else cells


def _written(head: list[str] | None, alignment: list[str], body: list[list[str]]) -> list[str]:
    """The lines of a table whose rows all have the same number of cells."""
    columns = max(map(len, [*body, *([head] if head else [])]))
    rules = [*alignment[:columns], *["---"] * (columns - len(alignment))]
    rows = [head or [HEADLESS] * columns, rules, *body]
    return [f"| {' | '.join([*map(_safe, row), *[''] * (columns - len(row))])} |" for row in rows]


def _safe(cell: str) -> str:
    """A cell in which nothing ends it for Python-Markdown, which heeds backticks but no elements, or begins a block."""

    def written(match: re.Match[str]) -> str:
        if match["ticks"]:
            return match[0]
        return match[0].replace("|", "&#124;") if match[0].startswith("<code") else match[0].replace("<", "&lt;")

    return re.sub(rf"{CODE_SPAN.pattern}|{BLOCK_TAG}", written, cell)
