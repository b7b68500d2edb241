"""Every address on a built page, in raw HTML too, which MkDocs never checks."""

import posixpath
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ADDRESSES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "srcset", "iframe": "src"}


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(values["id"])
        if values.get(ADDRESSES.get(tag, "")):
            self.addresses.append(values[ADDRESSES[tag]])


def problems(folder: Path, names: list[str]) -> list[str]:
    """Dead links, dead anchors and doubled ids on the pages `names` of a built site."""
    pages = {}
    for path in folder.rglob("*.html"):
        page = pages[path.relative_to(folder).as_posix()] = _Page()
        page.feed(path.read_text(encoding="utf-8"))
    found = []
    for name in names:
        page = pages[name]
        found += [f"{name}: two elements with the id {i}" for i in sorted(set(page.ids)) if page.ids.count(i) > 1]
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            if not parts.path:
                target = name
            if not (folder / target).exists():
                found.append(f"{name}: nothing at {address}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                found.append(f"{name}: no anchor {address}")
    return found
