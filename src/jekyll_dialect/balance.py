"""Elements of HTML on a page that are never closed, and closing tags that close nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jekyll_dialect.grammar import SPAN_ELEMENTS

TAG = re.compile(
    r"(?<![\\<])<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>])"
    r"(?:\"[^\"]*\"|'[^']*'|(?!\n[ \t]*\n)[^'\"<>])*?(?P<empty>/?)>"
)
# A tag as kramdown wants it; any other is text for it.
STRICT = re.compile(r"</?[\w:.-]+(?:\s+[^\W\d][\w:.-]*(?:\s*=\s*(?:\w+|\"[^\"]*\"|'[^']*'))?)*\s*/?>")
# A comment that ends was taken for code: see code.py.
COMMENT = re.compile(r"(?<!\\)<!--")
WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# HTML lets these end where another element begins or ends.
END_OPTIONAL = {
    "colgroup", "dd", "dt", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip


def unbalanced(text: str) -> Iterator[tuple[int, str]]:
    """Yield (place, message) for what a page's text without code leaves open, or closes without having opened it."""
    for comment in COMMENT.finditer(text):
        yield comment.start(), "this comment is never closed: put `-->` behind it"
    opened: list[re.Match[str]] = []
    for tag in TAG.finditer(text):
        name = tag["name"].lower()
        if not STRICT.match(tag[0]):
            yield tag.start(), f'<{name}> counts as text: write its attributes as name="value"'
        if name in WITHOUT_END or tag["empty"]:
            continue
        if not tag["close"]:
            opened.append(tag)
        elif not any(each["name"].lower() == name for each in opened):
            yield tag.start(), f"</{name}> closes nothing: take it away, or put <{name}> where its content starts"
        else:
            while (last := opened.pop())["name"].lower() != name:
                yield from _left_open(last, f"</{name}>")
            around = {each["name"].lower() for each in (*opened, last)}
            if around <= set(SPAN_ELEMENTS) and re.search(r"\n[ \t]*\n", text[last.end() : tag.start()]):
                yield last.start(), f"<{name}> ends with its paragraph: take away the blank line before </{name}>"
    for last in opened:
        yield from _left_open(last, "the end of the page")


def _left_open(tag: re.Match[str], before: str) -> Iterator[tuple[int, str]]:
    name = tag["name"].lower()
    if name not in END_OPTIONAL:
        yield tag.start(), f"<{name}> is still open at {before}: put </{name}> where its content ends"
