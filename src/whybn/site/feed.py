"""The Atom feed: each article, whole, as a reader of feeds can show it."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

ATOM = "http://www.w3.org/2005/Atom"
# What the site adds to a page and a feed cannot use; `title` is in the feed already.
LEFT_OUT = {"headerlink", "sidenote", "source", "footnote-backref", "title", "reading-time", "explanation", "verdict"}
WITHOUT_END = {"img", "br", "hr", "source", "wbr"}
DROPPED_TAGS = {"script", "source"}
PLAIN_INSTEAD = {"button": "span"}  # a term of the glossary
KEPT_ATTRIBUTES = {"href", "src", "alt", "width", "height", "display", "colspan", "start"}
ADDRESSES = {"href", "src"}
HOME = "index.html"  # the site's first page, as its canonical address has it


class _Reader(HTMLParser):
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
        elif tag in WITHOUT_END:  # written as <img/>
            return
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


@dataclass(frozen=True)
class Article:
    """A built page, its canonical address, and its front matter."""

    html: str
    address: str
    meta: dict[str, str]


def feed(articles: list[Article], address: str) -> bytes:
    """An Atom feed of articles, the latest first, on a site under `address`; it is called what the oldest is."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    _describe(root, address, urljoin(address, HOME), {**articles[-1].meta, "date": articles[0].meta["date"]})
    ET.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": urljoin(address, "feed.xml")})
    for article in articles:
        reader = _Reader(article.address)
        reader.feed(article.html)
        reader.close()
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        _describe(entry, article.address, article.address, article.meta)
        ET.SubElement(entry, f"{{{ATOM}}}summary").text = article.meta.get("description", "")
        text = re.sub(r"\s*\n\s*", "\n", "".join(reader.parts))
        ET.SubElement(entry, f"{{{ATOM}}}content", {"type": "html"}).text = text
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _describe(holder: ET.Element, name: str, address: str, meta: dict[str, str]) -> None:
    """Give a feed or an entry what both need: a name of its own, and the canonical address of its page, among others."""
    values = {"id": name, "title": meta["title"], "updated": f"{meta['date'][:10]}T00:00:00Z"}
    for key, value in values.items():
        ET.SubElement(holder, f"{{{ATOM}}}{key}").text = value
    ET.SubElement(ET.SubElement(holder, f"{{{ATOM}}}author"), f"{{{ATOM}}}name").text = meta.get("author", "")
    ET.SubElement(holder, f"{{{ATOM}}}link", {"rel": "alternate", "href": address})
