"""The Atom feed: the article, whole, as a reader of feeds can show it."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import urljoin

ATOM = "http://www.w3.org/2005/Atom"
# What the site adds to a page and a feed cannot use; `title` is in the feed already.
LEFT_OUT = {"headerlink", "sidenote", "source", "footnote-backref", "title", "reading-time", "explanation"}
WITHOUT_END = {"img", "br", "hr", "source", "wbr"}
DROPPED_TAGS = {"script", "source"}
PLAIN_INSTEAD = {"button": "span"}  # a term of the glossary
KEPT_ATTRIBUTES = {"href", "src", "alt", "width", "height", "id", "display", "colspan", "start"}
ADDRESSES = {"href", "src"}


class _Article(HTMLParser):
    """The article of a page, with whole addresses and without what only the site's style sheet can place."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=False)
        self.address = address
        self.inside = 0
        self.skipping: list[str] = []  # the open tags from the first one left out
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an opening tag, or begin to leave out."""
        if tag == "article":
            self.inside += 1
            return
        values = dict(attrs)
        unwanted = tag in DROPPED_TAGS or not LEFT_OUT.isdisjoint((values.get("class") or "").split())
        if self.skipping or unwanted:
            if tag not in WITHOUT_END:
                self.skipping.append(tag)
        elif self.inside:
            tag = PLAIN_INSTEAD.get(tag, tag)
            kept = {key: value or "" for key, value in values.items() if key in KEPT_ATTRIBUTES}
            kept |= {key: urljoin(self.address, kept[key]) for key in ADDRESSES & kept.keys()}
            self.parts.append("<" + " ".join([tag, *(f'{key}="{html.escape(kept[key])}"' for key in kept)]) + ">")

    def handle_endtag(self, tag: str) -> None:
        """Write a closing tag, or end what is left out."""
        if tag == "article":
            self.inside -= 1
        elif self.skipping:
            if tag == self.skipping[-1]:
                self.skipping.pop()
        elif self.inside:
            self.parts.append(f"</{PLAIN_INSTEAD.get(tag, tag)}>")

    def handle_data(self, data: str) -> None:
        """Write text."""
        if self.inside and not self.skipping:
            self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        """Write `&name;` as it stands."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Write `&#name;` as it stands."""
        self.handle_data(f"&#{name};")


def feed(page: str, address: str, meta: dict[str, str]) -> bytes:
    """An Atom feed of one entry: the article of the HTML `page`, published under `address`."""
    reader = _Article(address)
    reader.feed(page)
    reader.close()
    text = re.sub(r"\s*\n\s*", "\n", "".join(reader.parts))
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    entry = ET.Element(f"{{{ATOM}}}entry")
    for holder in (root, entry):
        for name, value in {
            "id": address, "title": meta["title"], "updated": f"{meta['date']}T00:00:00Z",
        }.items():  # fmt: skip
            ET.SubElement(holder, f"{{{ATOM}}}{name}").text = value
        ET.SubElement(ET.SubElement(holder, f"{{{ATOM}}}author"), f"{{{ATOM}}}name").text = meta["author"]
        ET.SubElement(holder, f"{{{ATOM}}}link", {"rel": "alternate", "href": address})
    ET.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": urljoin(address, "feed.xml")})
    ET.SubElement(entry, f"{{{ATOM}}}summary").text = meta["description"]
    ET.SubElement(entry, f"{{{ATOM}}}content", {"type": "html"}).text = text
    root.append(entry)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
