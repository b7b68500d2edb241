"""Terms of the glossary, explained again where they return in a later section.

A mark is a button that opens its explanation as a popover: by mouse, touch and keyboard, without a script.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from jekyll_dialect.data import readable_data
from jekyll_dialect.errors import report
from jekyll_dialect.nearest import nearest
from jekyll_dialect.templating import Page

SECTION = "h2"
UNMARKED = ("h1", "h2", "h3", "h4", "h5", "h6", "a", "code", "pre", "em", "sup", "summary", "math", "svg", "button", "th")


class Glossary(Treeprocessor):
    """Mark the first mention of each term in every section but the one that introduces it, in emphasis.

    Terms come from `_data/glossary.yml`, or, for an article that has its own, from the data file that it names.

    Runs before the margin repeats the footnotes.
    """

    def __init__(self, md: Markdown, page: Callable[[], Page]) -> None:
        super().__init__(md)
        self.page = page

    def run(self, root: ET.Element) -> None:
        """Mark the terms of a page in place."""
        page = self.page()
        data = readable_data(page.docs)
        own = str((page.meta or {}).get("glossary", "glossary"))
        terms = data.get(own)
        if not isinstance(terms, Mapping):
            if own != "glossary":
                found = f"no docs/_data/{own}.yml with terms{nearest(own, data)}"
                report(f"{page.docs.name}/{page.src_uri}: {found}: the front matter names it as glossary")
            return
        marked: set[str] = set()
        section: list[ET.Element] = []
        for element in [*root, ET.Element(SECTION)]:
            if element.tag == SECTION:
                emphasised = {singular("".join(em.itertext())) for part in section for em in part.iter("em")}
                marks = Marks([term for term in terms if singular(term) not in emphasised])
                for part in section:
                    marks.place(part)
                marked |= marks.done
                section = []
            elif element.get("class") != "footnote":
                section.append(element)
        for term in sorted(marked):  # at the end of the page, as what is inside a folded part cannot open
            explanation = ET.SubElement(root, "div", {"id": f"term-{name(term)}", "class": "explanation", "popover": ""})
            explanation.set("data-search-exclude", "")
            explanation.text = terms[term]


class Marks:
    """The terms still to be marked in one section, and those that have been."""

    def __init__(self, terms: list[str]) -> None:
        self.terms, self.done = terms, set()

    def place(self, element: ET.Element) -> None:
        """Mark the terms in the text of `element`, in reading order."""
        if element.tag in UNMARKED or not self.terms:
            return
        self.split(element, None)
        for child in list(element):
            self.place(child)
            self.split(element, child)

    def split(self, parent: ET.Element, before: ET.Element | None) -> None:
        """Mark the terms in the text of `parent` that stands behind its child `before`, or at its head."""
        text = (parent.text if before is None else before.tail) or ""
        if not self.terms:
            return
        match = re.search(rf"\b({'|'.join(map(re.escape, self.terms))})\b", text, re.IGNORECASE)
        if match is None:
            return
        term = match[1].lower()
        mark = ET.Element("button", {"type": "button", "class": "term", "popovertarget": f"term-{name(term)}"})
        mark.text = match[1]
        parent.insert(0 if before is None else list(parent).index(before) + 1, mark)
        self.terms.remove(term)
        self.done.add(term)
        head, mark.tail = text[: match.start()], text[match.end() :]
        if before is None:
            parent.text = head
        else:
            before.tail = head
        self.split(parent, mark)


def singular(term: str) -> str:
    """A term as it is introduced: *decades* is no other term than *decade*."""
    return term.lower().removesuffix("s")


def name(term: str) -> str:
    """A term as an id."""
    return term.replace(" ", "-")
