"""Tables: kramdown's pipes, outer ones or none, with a head or without, put as Python-Markdown reads them."""

from __future__ import annotations

import re

from jekyll_dialect.grammar import BLOCK_TAG, is_boundary

HEADLESS = "⁅no header⁆"
PART = "⁅{kind}⁆"  # before the first cell of a part of the table that Python-Markdown has no words for

SEPARATOR = re.compile(r"[+|: \t-]*-[+|: \t-]*$")
FOOT_SEPARATOR = re.compile(r"[+|: \t=]*=[+|: \t=]*$")
ALIGNMENT = re.compile(r"[ \t]?(:?)-+(:?)[ \t]?")
LINE = re.compile(r"(?:\||.*?[^\\\n]\|)")
CODE_SPAN = re.compile(r"<code.*?>.*?</code>|(?P<ticks>`+)(?:.*?[^`])??(?P=ticks)(?!`)")
PIPE = re.compile(r"(?<!\\)\|")
CELL_END = "\0"
RULES = {("", ""): "---", (":", ""): ":--", ("", ":"): "--:", (":", ":"): ":-:"}


def table(lines: list[str], start: int) -> tuple[list[str], int] | None:
    """The table that begins at line `start`, and the line behind it; None where kramdown sees none."""
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
    alignment: list[str] = []
    parts: list[tuple[str, list[list[str]]]] = []  # (thead, tbody or tfoot, rows)
    gathered: list[list[str]] = []
    last = "tbody"
    for row in rows:
        if SEPARATOR.match(row):
            if gathered and last == "tbody":
                parts.append(("tbody" if alignment else "thead", gathered))
                alignment = alignment or [RULES[each] for each in ALIGNMENT.findall(row)]
                gathered = []
        elif FOOT_SEPARATOR.match(row):
            parts += [("tbody", gathered)] if gathered else []
            gathered, last = [], "tfoot"
        else:
            gathered.append(_cells(row, leading=leading))
    parts += [(last, gathered)] if gathered else []
    return (_written(parts, alignment), end) if any(kind == "tbody" for kind, _ in parts) else None


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


def _written(parts: list[tuple[str, list[list[str]]]], alignment: list[str]) -> list[str]:
    """The lines of a table whose rows all have the same number of cells."""
    columns = max(len(row) for _, rows in parts for row in rows)
    rules = [*alignment[:columns], *["---"] * (columns - len(alignment))]
    head = parts[0][1].pop(0) if parts[0][0] == "thead" else [HEADLESS] * columns
    written = [head, rules]
    for kind, rows in parts:
        for number, row in enumerate(rows):
            mark = PART.format(kind=kind) if number == 0 and (kind != "tbody" or len(written) > 2) else ""
            written.append([f"{mark}{row[0] if row else ''}", *row[1:]])
    return [f"| {' | '.join([*map(_safe, row), *[''] * (columns - len(row))])} |" for row in written]


def _safe(cell: str) -> str:
    """A cell in which nothing ends it for Python-Markdown, which heeds backticks but no elements, or begins a block."""

    def written(match: re.Match[str]) -> str:
        if match["ticks"]:
            return match[0]
        return match[0].replace("|", "&#124;") if match[0].startswith("<code") else match[0].replace("<", "&lt;")

    return re.sub(rf"{CODE_SPAN.pattern}|{BLOCK_TAG}", written, cell)
