"""Where an element of HTML ends that begins a line."""

from __future__ import annotations

import re


def closed(lines: list[str], start: int, name: str) -> int:
    """The line behind the element `name` that begins at line `start`; that behind the last where it is never closed."""
    depth, end = 0, start
    tags = re.compile(rf"<(/?){name}\b", re.IGNORECASE)
    while end < len(lines):
        depth += sum(-1 if close else 1 for close in tags.findall(lines[end]))
        end += 1
        if depth <= 0:
            break
    return end


def ends_in_text(lines: list[str], start: int, name: str) -> str | None:
    """The line of its end, where text stands before that: kramdown, reading Markdown, does not see such an end."""
    last = closed(lines, start, name) - 1
    before, closing, _ = lines[last].rpartition(f"</{name}")
    if last == start:
        before = before.partition(">")[2]
    return lines[last] if closing and before.strip() else None
