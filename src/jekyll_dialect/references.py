"""References that lead nowhere, which Markdown leaves in the text as if brackets had been meant; and idle notes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from jekyll_dialect.code import without_code
from jekyll_dialect.errors import report
from jekyll_dialect.nearest import nearest
from jekyll_dialect.notes import footnotes, target_of
from jekyll_dialect.templating import Rendered

NOTE = re.compile(r"\[\^([^\]\s]+)\]")
LINK = re.compile(r"\]\[([^\[\]\n]*)\]")
DEFINITION = re.compile(r"^ {0,3}\[(\^?[^\]\n]+)\]:", re.MULTILINE)
NO_TEXT = re.compile(
    r"<!--.*?-->|<(code|pre|script|style|textarea|svg|math)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)


class References(Treeprocessor):
    """Report what still stands in a page as a reference once Markdown has resolved the others, and notes without any.

    Runs after inline parsing, and before footnotes are sorted.
    """

    def __init__(self, md: Markdown, rendered: Callable[[], Rendered]) -> None:
        super().__init__(md)
        self.rendered = rendered

    def run(self, root: ET.Element) -> None:
        """Report the problems of a page, each line with its own, and change nothing."""
        rendered = self.rendered()
        if rendered is None:  # the page is not there: it says why
            return
        found = sorted(set(self.problems(root, rendered.text)))
        for message in dict.fromkeys(f"{rendered.at(place)}: {message}" for place, message in found):
            report(message)

    def problems(self, root: ET.Element, text: str) -> Iterator[tuple[int, str]]:
        """Yield (place in the rendered text, message)."""
        text, _ = without_code(text)
        listed = footnotes(root)
        defined = {item.get("id", "").removeprefix("fn:") for item in ([] if listed is None else listed)}
        cited = {(target_of(sup) or "").removeprefix("fn:") for sup in root.iter("sup")}
        for key in sorted({key for part in _texts(root) for key in NOTE.findall(part)}):
            message = f"no note [^{key}]{nearest(key, defined)}: define it by a line `[^{key}]: …`"
            yield from ((place, message) for place in _places(text, f"[^{key}]"))
        for name in sorted({name for part in _texts(root) for name in LINK.findall(part)}):
            message = f"no reference [{name}]{nearest(name, self.md.references)}: define it by a line `[{name}]: ADDRESS`"
            yield from ((place, message) for place in _places(text, f"][{name}]"))
        for raw in self.md.htmlStash.rawHtmlBlocks:
            for key in NOTE.findall(NO_TEXT.sub("", raw)) if isinstance(raw, str) else ():
                place = text.find(f"[^{key}]", max(text.find(raw.strip()), 0))
                yield max(place, 0), f'[^{key}] is text here: the HTML around it needs markdown="1"'
        yield from _definitions(text, defined - cited)


def _definitions(text: str, idle: set[str]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the lines that define notes and references; `idle` are notes that nobody cites."""
    known: set[str] = set()
    for match in DEFINITION.finditer(text):
        name = match[1] if match[1].startswith("^") else match[1].lower()
        if name in known:
            yield match.start(), f"[{name}] is defined above already: rename or remove one of the two"
        elif name.startswith("^") and name[1:] in idle:
            yield match.start(), f"nothing cites the note [{name}], so no reader sees it: cite it, or remove it"
        known.add(name)


def _places(text: str, reference: str) -> list[int]:
    """Where a reference stands in the text; its beginning for one that Liquid or a filter has put together."""
    return [match.start() for match in re.finditer(re.escape(reference), text)] or [0]


def _texts(element: ET.Element) -> Iterator[str]:
    """The texts in which Markdown has looked for references."""
    if element.text and not isinstance(element.text, AtomicString):  # code and formulas are
        yield element.text
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
