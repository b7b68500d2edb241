"""Slips of the pen in a page's own text, which Markdown, YAML and browsers forgive without a word."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from jekyll_dialect import front_matter
from jekyll_dialect.balance import unbalanced
from jekyll_dialect.code import without_code
from jekyll_dialect.data import POST, read
from jekyll_dialect.formulas import elsewhere
from jekyll_dialect.templating import Page, Rendered

# What a site checks besides: (text without code, page) -> (place, message) for each slip.
Check = Callable[[str, Page], Iterable[tuple[int, str]]]


# What kramdown knows besides, and this does not.
UNSUPPORTED = {
    r"\{::(?!comment\}|options\b)\w+": "{::…} of this kind is not supported: write the HTML itself",
    r"\{::options(?!\s+parse_block_html=[\"']?\w+[\"']?\s*/\})": 'the only option is {::options parse_block_html="true" /}',
    r"^ {0,3}\{:[\w-]+:": "attributes cannot be named here: write them out where they belong",
    r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S+[ \t]+\([^\n]*\)[ \t]*$": "the title of a link stands between quotation marks here",
    r"^ {0,3}\*\[[^\]\n]+\]:[ \t]*$": "the meaning of this abbreviation is missing: write it behind the colon",
    r"^\^[ \t]*$": "a sign ^ ends no block here: put a line <!-- --> between the two",
}


def _unsupported(text: str) -> Iterator[tuple[int, str]]:
    """Yield (place, message) for each of them."""
    for pattern, message in UNSUPPORTED.items():
        yield from ((match.start(), message) for match in re.finditer(pattern, text, re.MULTILINE))


def _withheld(page: Page) -> Iterator[str]:
    """Say that Jekyll would not show a post yet."""
    post, config = POST.search(page.src_uri), page.docs / "_config.yml"
    day = str((page.meta or {}).get("date", post["date"]))[:10] if post else ""
    future = read(config).get("future") if config.is_file() else False
    if day > datetime.now().astimezone().date().isoformat() and not future:
        yield f"{page.name}:1: Jekyll withholds this post until {day}: {front_matter.WITHHELD}"


def slips(rendered: Rendered, check: Check) -> list[str]:
    """Every slip of a page, with file, line and the likely fix."""
    page = rendered.page
    text, open_fences = without_code(rendered.text)
    found = [*open_fences, *unbalanced(text), *elsewhere(text), *_unsupported(text), *check(text, page)]
    address = f"/{posixpath.splitext(page.src_uri)[0]}.html"
    return [
        *front_matter.problems(page.written, page.name, address),
        *_withheld(page),
        *(f"{rendered.at(place)}: {message}" for place, message in sorted(found)),
    ]
