"""Tree processors that finish what kramdown does to whole blocks: attributes, tables, heading ids."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator

from markdown import Markdown
from markdown.extensions.attr_list import AttrListTreeprocessor, get_attrs
from markdown.extensions.toc import remove_fnrefs, render_inner_html
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from jekyll_dialect.kramdown import APART
from jekyll_dialect.tables import HEADLESS

ITEM = re.compile(r"\s*⁅item (.*?)⁆")
MARK = re.compile(r"⁅attributes (before|after) (.*)⁆", re.DOTALL)
PART_OF_TABLE = re.compile(r"⁅(thead|tbody|tfoot)⁆")
DASHES = re.compile(r"(<code\b.*?</code>)|---?", re.DOTALL)  # outside of code no part of an id
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
            if parent.tag == "li":
                _own_attributes(parent)
            for child in list(parent):
                if child.tag == "p" and (child.text or "").strip() == APART:
                    parent.remove(child)
                    continue
                match = MARK.fullmatch((child.text or "").strip()) if child.tag == "p" else None
                if match is None:
                    if pending is not None:
                        self.set(child, pending)
                        pending = None
                    last = child
                    continue
                parent.remove(child)
                if match[1] == "before" and last is not None:
                    self.set(last, match[2])
                else:
                    pending = match[2]

    def set(self, element: ET.Element, text: str) -> None:
        """Give `element` the attributes of a list; code between fences and raw elements have been taken out of the tree."""
        held = (
            HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip()) if element.tag == "p" and not len(element) else None
        )
        if held is None:
            set_attributes(element, text)
            return
        raw = self.md.htmlStash.rawHtmlBlocks
        found = ET.Element("x")
        set_attributes(found, text)
        values = "".join(f' {key}="{html.escape(value)}"' for key, value in found.items() if key != "class")
        classes = found.get("class", "")
        opening, end, rest = raw[int(held[1])].partition(">")
        if ' class="' in opening:
            opening = opening.replace(' class="', f' class="{classes} ' if classes else ' class="', 1)
        elif classes:
            values += f' class="{html.escape(classes)}"'
        raw[int(held[1])] = f"{opening}{values}{end}{rest}"


def _own_attributes(item: ET.Element) -> None:
    """Give an item the attributes that stand at its head."""
    holder = item if (item.text or "").strip() or not len(item) else item[0]
    if own := ITEM.match(holder.text or ""):
        holder.text = holder.text[own.end() :]
        set_attributes(item, own[1])


class Tables(Treeprocessor):
    """Take away the header row that `kramdown.normalise` gave to a table without one, and set its further parts apart."""

    def run(self, root: ET.Element) -> None:
        """Change the tables of a page in place."""
        for table in root.iter("table"):
            head = table.find("thead")
            if head is not None and HEADLESS in "".join(head.itertext()):
                table.remove(head)
            body = part = table.find("tbody")
            for row in list(() if body is None else body):
                if mark := PART_OF_TABLE.match(row[0].text or ""):
                    row[0].text = row[0].text[mark.end() :]
                    part = head if mark[1] == "thead" else ET.SubElement(table, mark[1])
                if part is not body:
                    body.remove(row)
                    part.append(row)
                for cell in row if part is head else ():
                    cell.tag = "th"
            if body is not None and not len(body):
                table.remove(body)


class HeadingIds(Treeprocessor):
    """Ids of headings as the GFM parser of kramdown makes them: `why`, `why-1`, `why-2`."""

    def run(self, root: ET.Element) -> None:
        """Give ids to the headings of a page that have none."""
        used: Counter[str] = Counter()
        for heading in root.iter():
            if heading.tag not in HEADINGS or "id" in heading.attrib:
                continue
            inner = DASHES.sub(lambda found: found[1] or "", render_inner_html(remove_fnrefs(heading), self.md))
            text = html.unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", inner).strip())
            name = re.sub(r"[^\w\- \t]", "", text.lower()).replace(" ", "-").replace("\t", "-")
            heading.set("id", f"{name}-{used[name]}" if used[name] else name)
            used[name] += 1


class Contents(Treeprocessor):
    """The table of contents, ordered or not, in which a heading of the class `no_toc` has no entry."""

    def __init__(self, md: Markdown, contents: Treeprocessor, ordered: Callable[[], bool]) -> None:
        super().__init__(md)
        self.contents, self.ordered = contents, ordered

    def run(self, root: ET.Element) -> None:
        """Write the table of contents of a page."""
        left_out = [each for each in root.iter() if each.tag in HEADINGS and "no_toc" in each.get("class", "").split()]
        for heading in left_out:
            heading.tag = f"left-out-{heading.tag}"
        self.contents.run(root)
        for heading in left_out:
            heading.tag = heading.tag.removeprefix("left-out-")
        texts = {f"#{entry['id']}": entry["html"] for entry in _flat(self.md.toc_tokens)}
        for written in root.iterfind(".//div[@class='toc']//*"):
            if written.tag == "ul" and self.ordered():
                written.tag = "ol"
            elif written.tag == "a":  # with the emphasis and the code of its heading
                written.text = self.md.htmlStash.store(re.sub(r"</?a\b[^>]*>", "", texts[written.get("href")]))


def _flat(entries: list[dict]) -> Iterator[dict]:
    """Every entry of a table of contents."""
    for entry in entries:
        yield entry
        yield from _flat(entry["children"])
