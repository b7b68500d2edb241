"""What a reader gets from a page: its blocks and words in order, whoever built it.

`read(html)` turns the article of a page from MkDocs or from Jekyll into a list of strings, one a block:
its kind, its id if it is a heading, and its words with inline markup. Left out is what the site adds on
purpose: reading time, explanations of terms, large views and source lines of figures, margin notes,
marks of verdicts, permalinks, back links. A figure counts as the paragraph that Jekyll makes of an image and its caption.
"""

from __future__ import annotations

import posixpath
import re
from html.parser import HTMLParser

CONTAINERS = {"ul", "ol", "dl", "table", "tr", "blockquote", "details"}
BLOCKS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "dt",
    "dd",
    "td",
    "th",
    "summary",
    "pre",
    "math",
    "svg",
}
INLINE = {
    "em": "em",
    "i": "em",
    "strong": "strong",
    "b": "strong",
    "code": "code",
    "del": "del",
    "s": "del",
    "sub": "sub",
    "sup": "sup",
    "mark": "mark",
    "kbd": "kbd",
}
VOID = {"img", "br", "hr", "input", "meta", "link", "source", "col"}
ADDED_CLASSES = {
    "title", "reading-time", "explanation", "sidenote", "headerlink", "source", "verdict", "footnote-backref",
    "reversefootnote",
}  # fmt: skip
SKIPPED = {"script", "style", "title", "head", "noscript", "colgroup"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self.open: list[tuple[str, str | None, bool]] = []  # tag, closing mark, starts something left out
        self.words: list[str] = []
        self.kind = ""
        self.article = 0
        self.left_out = 0

    def flush(self, kind: str = "") -> None:
        """End the present block and begin one of another kind."""
        raw = "".join(self.words)
        text = raw.strip("\n") if self.kind == "pre" else " ".join(raw.split())
        # A displayed formula, as Jekyll leaves it to a script, is no part of the text around it.
        for part in [text] if self.kind == "pre" else map(str.strip, re.split(r"(\\\[.*?\\\])", text)):
            if part:
                self.blocks.append(f"{'text' if part.startswith(chr(92) + '[') else self.kind or 'text'}: {part}")
        self.words = []
        self.kind = kind

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        classes = set((values.get("class") or "").split())
        if tag in VOID:
            self.void(tag, values)
            return
        added = bool(classes & ADDED_CLASSES) or tag in SKIPPED
        if tag == "math" and "alttext" in values and self.article and not self.left_out:
            self.formula(values)
            added = True
        mark = None
        if tag == "article":
            self.article += 1
        elif self.article and not self.left_out and not added:
            mark = self.begin(tag, values)
        self.left_out += added
        self.open.append((tag, mark, added))

    def begin(self, tag, values):
        """Take note of an opening tag; return what its end writes into the words."""
        if tag in CONTAINERS:
            self.flush()
            self.blocks.append(f"<{tag}>")
        elif tag == "figure" or tag in BLOCKS:
            if tag == "p" and self.kind in {"li", "dd", "td"} and not "".join(self.words).strip():
                return None  # a loose item holds a paragraph, a tight one does not
            identity = f"#{values['id']}" if re.fullmatch("h[1-6]", tag) and values.get("id") else ""
            self.flush(("p" if tag == "figure" else tag) + identity)
        elif tag == "div":
            self.flush()
        elif tag == "figcaption":
            self.words.append(" [em ")
            return " em]"
        elif tag in INLINE and self.kind != "pre":
            self.words.append(f"[{INLINE[tag]} ")
            return f" {INLINE[tag]}]"
        elif tag == "a" and values.get("href") and values.get("class") != "enlarge":
            self.words.append(f"[{_address(values['href'])} ")
            return " a]"
        elif tag == "iframe":
            self.words.append(f"[iframe {values.get('src')}]")
        return None

    def formula(self, values):
        """The TeX of a formula, as Jekyll leaves it to a script."""
        if values.get("display") == "block":
            self.flush()
            self.blocks.append(rf"text: \[{values['alttext']}\]")
        else:
            self.words.append(rf"\({values['alttext']}\)")

    def void(self, tag, values):
        if not self.article or self.left_out:
            return
        if tag == "img":
            self.words.append(f"[img {posixpath.basename(values.get('src') or '')} “{values.get('alt') or ''}”]")
        elif tag == "br":
            self.words.append(" [br] ")
        elif tag == "input":
            self.words.append("[checked] " if "checked" in values else "[unchecked] ")
        elif tag == "hr":
            self.flush()
            self.blocks.append("<hr>")

    def handle_endtag(self, tag):
        while any(opened == tag for opened, _, _ in self.open):
            opened, mark, added = self.open.pop()
            self.left_out -= added
            if opened == "article":
                self.flush()
                self.article -= 1
            elif self.article and not self.left_out and not added:
                if opened in CONTAINERS:
                    self.flush()
                    self.blocks.append(f"</{opened}>")
                elif opened in {"figure", "div"} or opened in BLOCKS:
                    self.flush()
                elif mark:
                    self.words.append(mark)
            if opened == tag:
                return

    def handle_data(self, data):
        if self.article and not self.left_out:
            self.words.append(data)


def _address(href: str) -> str:
    """A link's target; numbers of footnotes instead of their names, which differ."""
    if href.startswith(("#fn", "#user-content-fn")):
        return "note"
    return href.removeprefix("./").removeprefix("/")


def read(html: str) -> list[str]:
    """The blocks of a page's article, in order."""
    reader = _Reader()
    # The rule above the list of notes belongs to one builder only.
    reader.feed(re.sub(r'(<div class="footnote">\s*)<hr\s*/?>', r"\1", html))
    reader.close()
    return reader.blocks


def first_difference(one: list[str], other: list[str]) -> str | None:
    """Where two readings part, with what stands before; None when they are the same."""
    for index in range(max(len(one), len(other))):
        a = one[index] if index < len(one) else "(end)"
        b = other[index] if index < len(other) else "(end)"
        if a != b:
            before = one[max(0, index - 2) : index]
            return f"block {index}, after {before}:\n  MkDocs: {a}\n  Jekyll: {b}"
    return None
