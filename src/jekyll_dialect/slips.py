"""Slips of the pen in a page's own text, which Markdown, YAML and browsers forgive without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jekyll_dialect import front_matter
from jekyll_dialect.balance import unbalanced
from jekyll_dialect.code import without_code
from jekyll_dialect.templating import Page, Rendered

# What a site checks besides: (text without code, page) -> (place, message) for each slip.
Check = Callable[[str, Page], Iterable[tuple[int, str]]]


def slips(rendered: Rendered, check: Check) -> list[str]:
    """Every slip of a page, with file, line and the likely fix."""
    page = rendered.page
    path = page.docs / page.src_uri
    text, open_fences = without_code(rendered.text)
    found = [*open_fences, *unbalanced(text), *check(text, page)]
    written = path.read_text("utf-8") if path.is_file() else ""
    return front_matter.problems(written, f"{page.docs.name}/{page.src_uri}") + [
        f"{rendered.at(place)}: {message}" for place, message in sorted(found)
    ]
