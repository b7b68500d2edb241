"""Spans that kramdown reads otherwise than Python-Markdown: breaks, mathematics, escapes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString

ESCAPES = ("|", ":", '"', "'", "$", "=", "<", "~")  # kramdown unescapes these too
UNRESOLVED = r"⟦([^⟧]*)⟧"


class BackslashBreak(InlineProcessor):
    r"""One or two backslashes before the end of a line break it."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # noqa: ARG002, N802
        """Return what replaces the match, and where the match begins and ends."""
        return ET.Element("br"), m.start(0), m.end(0)


class Replacement(InlineProcessor):
    """A pattern that becomes one character."""

    def __init__(self, pattern: str, character: str, md: Markdown) -> None:
        super().__init__(pattern, md)
        self.character = character

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: ARG002, N802
        """Return what replaces the match, and where the match begins and ends."""
        return self.character, m.start(0), m.end(0)


class Mathematics(InlineProcessor):
    r"""`$$x$$` inside a line becomes the text `\(x\)`, as Jekyll leaves it for a script to typeset."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # noqa: ARG002, N802
        """Return what replaces the match, and where the match begins and ends."""
        element = ET.Element("span", {"class": "math"})
        element.text = AtomicString(rf"\({m[1].strip()}\)")
        return element, m.start(0), m.end(0)


class BlockMathematics(Preprocessor):
    r"""`$$…$$` standing alone becomes the text `\[…\]`."""

    PATTERN = re.compile(r"(?:^|(?<=\n\n)) {0,3}\$\$(.*?)\$\$[ \t]*(?=\n[ \t]*\n|\n?\Z)", re.DOTALL)

    def run(self, lines: list[str]) -> list[str]:
        """Take the blocks out of the page's lines."""
        return self.PATTERN.sub(self._stash, "\n".join(lines)).split("\n")

    def _stash(self, match: re.Match[str]) -> str:
        text = match[1].strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return self.md.htmlStash.store(rf'<div class="math">\[{text}\]</div>')


class UnresolvedMark(InlineProcessor):
    """What an unknown name leaves in the text in a served page, marked for the author's eye."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # noqa: ARG002, N802
        """Return what replaces the match, and where the match begins and ends."""
        element = ET.Element("mark", {"class": "unresolved", "title": "unknown name"})
        element.text = AtomicString(m[1])
        return element, m.start(0), m.end(0)
