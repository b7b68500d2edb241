"""Slips of the pen in a page's own text, which Markdown, YAML and browsers forgive without a word."""

from __future__ import annotations

from whybn.site import explorables, front_matter
from whybn.site.balance import unbalanced
from whybn.site.code import without_code
from whybn.site.templating import Rendered


def slips(rendered: Rendered) -> list[str]:
    """Every slip of a page, with file, line and the likely fix."""
    page = rendered.page
    path = page.docs / page.src_uri
    text, open_fences = without_code(rendered.text)
    found = [*open_fences, *unbalanced(text), *explorables.problems(text, page.docs)]
    written = path.read_text("utf-8") if path.is_file() else ""
    return front_matter.problems(written, f"{page.docs.name}/{page.src_uri}") + [
        f"{rendered.at(place)}: {message}" for place, message in sorted(found)
    ]
