"""Tree processors that finish what kramdown does to whole blocks: attributes, tables, heading ids."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections import Counter

from markdown.extensions.attr_list import AttrListTreeprocessor, get_attrs
from markdown.extensions.toc import remove_fnrefs, render_inner_html, strip_tags
from markdown.treeprocessors import Treeprocessor

from jekyll_dialect.kramdown import APART
from jekyll_dialect.tables import HEADLESS

MARK = re.compile(r"⁅attributes (before|after) (.*)⁆", re.DOTALL)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class ColonAttributes(AttrListTreeprocessor):
    """kramdown asks for the colon: `{: .wide}` is an attribute list, `{ .wide }` is text."""

    BASE_RE = r"\{:[ ]*([^\}\n ][^\n]*)[ ]*\}"
    HEADER_RE = re.compile(rf"[ ]+{BASE_RE}[ ]*$")
    BLOCK_RE = re.compile(rf"\n[ ]*{BASE_RE}[ ]*$")
    INLINE_RE = re.compile(rf"^{BASE_RE}")


def set_attributes(element: ET.Element, text: str) -> None:
    """Give `element` the id, classes and values of an attribute list's inner text."""
    for key, value in get_attrs(text):
        if key == ".":
            element.set("class", f"{element.get('class', '')} {value}".strip())
        elif value is not None:
            element.set(key, value)


class AttributeMarks(Treeprocessor):
    """Resolve the marked paragraphs that `kramdown.normalise` wrote, for attribute lists and to keep blocks apart.

    Runs before inline parsing, while the mark is still plain text.
    """

    def run(self, root: ET.Element) -> None:
        """Move the attributes of a page in place."""
        for parent in list(root.iter()):
            pending: str | None = None
            last: ET.Element | None = None
            if (parent.text or "").strip() == APART:
                parent.text = None
            for child in list(parent):
                if child.tag == "p" and (child.text or "").strip() == APART:
                    parent.remove(child)
                    continue
                match = MARK.fullmatch((child.text or "").strip()) if child.tag == "p" else None
                if match is None:
                    if pending is not None:
                        set_attributes(child, pending)
                        pending = None
                    last = child
                    continue
                parent.remove(child)
                if match[1] == "before" and last is not None:
                    set_attributes(last, match[2])
                else:
                    pending = match[2]


class HeadlessTables(Treeprocessor):
    """Take away the header row that `kramdown.normalise` gave to a table without one."""

    def run(self, root: ET.Element) -> None:
        """Change the tables of a page in place."""
        for table in root.iter("table"):
            head = table.find("thead")
            if head is not None and HEADLESS in "".join(head.itertext()):
                table.remove(head)


class HeadingIds(Treeprocessor):
    """Ids of headings as the GFM parser of kramdown makes them: `why`, `why-1`, `why-2`."""

    def run(self, root: ET.Element) -> None:
        """Give ids to the headings of a page that have none."""
        used: Counter[str] = Counter()
        for heading in root.iter():
            if heading.tag not in HEADINGS or "id" in heading.attrib:
                continue
            text = html.unescape(strip_tags(render_inner_html(remove_fnrefs(heading), self.md)))
            name = re.sub(r"[^\w\- \t]", "", text.lower()).replace(" ", "-").replace("\t", "-")
            heading.set("id", f"{name}-{used[name]}" if used[name] else name)
            used[name] += 1
