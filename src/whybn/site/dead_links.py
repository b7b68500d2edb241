"""Addresses on built pages that lead nowhere: in raw HTML and in what templates write, too, which no builder checks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from os.path import relpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from whybn.common.nearest import nearest

ADDRESSES = {
    "a": ("href",), "area": ("href",), "audio": ("src",), "embed": ("src",), "iframe": ("src",), "img": ("src", "srcset"),
    "link": ("href",), "meta": ("content",), "object": ("data",), "script": ("src",), "source": ("src", "srcset"),
    "track": ("src",), "video": ("src", "poster"),
}  # fmt: skip


class _Page(HTMLParser):
    """The ids of a page, and the addresses on it, each once and in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: dict[str, None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an opening tag holds."""
        values = {name: value for name, value in attrs if value}
        self.ids += [values[name] for name in ("id", "name") if name in values and (name == "id" or tag == "a")]
        for name in ADDRESSES.get(tag, ()):
            value = values.get(name, "")
            if name == "srcset":
                self.addresses |= {part.split()[0]: None for part in value.split(",") if part.strip()}
            elif value and (tag != "meta" or value.startswith("http")):
                self.addresses[value] = None


class BuiltSite:
    """The pages of the built site in `folder`, to be published under `address`, or under none yet."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.folder, self.address = folder, address
        paths = sorted(folder.rglob("*.html"))
        self.pages = {path.relative_to(folder).as_posix(): _Page(path.read_text(encoding="utf-8")) for path in paths}

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Yield (page, pattern of what its source says there, message) for every dead address and every doubled id."""
        for name, page in self.pages.items():
            for one in dict.fromkeys(one for one in page.ids if page.ids.count(one) > 1):
                yield name, rf"(?:\bid=[\"']?|#){re.escape(one)}", f"two elements with the id {one}: rename one of them"
            for address in page.addresses:
                if message := self.dead(name, address):
                    yield name, _written(address.removeprefix(self.address)), message

    def dead(self, name: str, address: str) -> str | None:
        """Why `address` on the page `name` leads nowhere; None where it does not, or leads to another site."""
        inside = f"/{address.removeprefix(self.address)}" if self.address and address.startswith(self.address) else address
        parts = urlsplit(inside)
        if parts.scheme or parts.netloc:
            return None
        target = self.target(name, unquote(parts.path)) if inside is address else unquote(parts.path).lstrip("/")
        file = self.folder / target
        if file.is_dir():
            target, file = posixpath.join(target, "index.html"), file / "index.html"
        if not file.is_file():
            files = [path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()]
            return f"nothing at {address}{nearest(target, files)}"
        anchor = unquote(parts.fragment)
        known = self.pages[target].ids if target in self.pages else [anchor]
        return None if anchor in {"", "top", *known} else f"no anchor {address}{nearest(anchor, known)}"

    def target(self, name: str, path: str) -> str:
        """The file that `path` means on the page `name`, as seen from the root of the site."""
        if not path:
            return name
        root = urlsplit(self.address).path or "/"
        if path.startswith("/"):
            return path.removeprefix(root) if path.startswith(root) else f"..{path}"
        return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def messages(site: BuiltSite, docs: Path, others: list[Path]) -> list[str]:
    """One line for each problem: where it is written, what it is, and the likely fix.

    Searched are the page's own Markdown in `docs`, then `others`: templates and settings.
    """
    found: dict[str, None] = {}
    for name, pattern, message in site.problems():
        own = (docs / name).with_suffix(".md")
        where = next(filter(None, (_lines(path, pattern) for path in (own, *others) if path.is_file())), name)
        found[f"{where}: {message}"] = None  # what a template repeats on each page is one problem
    return list(found)


def _written(address: str) -> str:
    """A pattern for an address as a source may say it, where Liquid or a filter puts the way to the root in front."""
    bare = re.sub(r"^(?:\.{0,2}/)+", "", address)
    return rf"(?:(?<![\w./-])|(?<=[}}.'\"(]/)){re.escape(bare or address)}"


def _lines(path: Path, pattern: str) -> str:
    """`docs/index.md:12, docs/index.md:40` for the lines of a file that hold what is asked for; "" for none."""
    whole = re.compile(rf"{pattern}(?![\w-])")
    lines = path.read_text("utf-8").split("\n")
    return ", ".join(f"{relpath(path)}:{number}" for number, line in enumerate(lines, 1) if whole.search(line))
