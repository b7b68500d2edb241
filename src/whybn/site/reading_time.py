"""How long the article takes to read: the main line, and what is folded."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from jekyll_dialect.templating import Page

WORDS_PER_MINUTE = 220  # of a text that has to be thought about
NOT_READ = ("pre", "math", "svg", "table")


class ReadingTime(Treeprocessor):
    """Put the minutes at the head of a page that has a date, as only the article has.

    Runs before the margin repeats the footnotes.
    """

    def __init__(self, md: Markdown, page: Callable[[], Page]) -> None:
        super().__init__(md)
        self.page = page

    def run(self, root: ET.Element) -> None:
        """Add the line to a page in place."""
        if "date" not in (self.page().meta or {}):
            return
        folded = sum(_minutes(part) for part in root.iter("details"))
        line = ET.Element("p", {"class": "reading-time", "data-search-exclude": ""})
        minutes = max(1, round(_minutes(root, without="details")))
        line.text = "1 minute to read" if minutes == 1 else f"{minutes} minutes to read"
        if round(folded):
            line.text += f", and {round(folded)} for the folded parts"
        root.insert(0, line)


def _minutes(element: ET.Element, without: str = "") -> float:
    """Minutes for the words of `element`, leaving out every element of the tag `without`."""
    return len("".join(_texts(element, without)).split()) / WORDS_PER_MINUTE


def _texts(element: ET.Element, without: str) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag not in (*NOT_READ, without) and child.get("class") != "footnote":
            yield from _texts(child, without)
        yield f" {child.tail or ''}" if child.tag in {"p", "li", "summary"} else child.tail or ""
