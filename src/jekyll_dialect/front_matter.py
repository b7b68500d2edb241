"""The front matter of a page as its file has it: builders take it away, and let pass what YAML forgives."""

from __future__ import annotations

import re

from jekyll_dialect.errors import PageError
from jekyll_dialect.strict_yaml import read_yaml

BLOCK = re.compile(r"---[ \t]*\n(?P<text>.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
UNCLOSED = re.compile(r"---[ \t]*\n[\w-]+:")


def problems(page: str, name: str) -> list[str]:
    """What is wrong with the front matter of a page, given as the text of its file and the file's name."""
    block = BLOCK.match(page)
    if block is None:
        if UNCLOSED.match(page):
            return [f"{name}:1: the front matter is never closed: put a line `---` behind its last key"]
        return []
    try:
        read_yaml(block["text"], name, first_line=2)
    except PageError as error:
        return str(error).split("\n")
    return []
