"""Quotation marks as kramdown turns them: by what stands before and behind in the source, markup included.

Source: kramdown 2.4, lib/kramdown/parser/kramdown/smart_quotes.rb, which follows SmartyPants.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from markdown.inlinepatterns import InlineProcessor
from markdown.util import ETX, HTML_PLACEHOLDER_RE, INLINE_PLACEHOLDER_RE, STX

_SIGN = r"[!\"#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"
# What is matched from the character before the mark on, and what the marks become.
RULES = [
    (r"(?P<mark>[\"'])(?=[_*]{1,2}\S)", "left"),
    (rf"(?P<mark>[\"'])(?={_SIGN}(?!\.\.)\B)", "right"),
    (r"\s?(?P<mark>\"')(?=\w)", "left"),
    (r"\s?(?P<mark>'\")(?=\w)", "left"),
    (r"\s?(?P<mark>')(?=\d\ds)", "right"),
    (r"\s(?P<mark>[\"'])(?=\w)", "left"),
    (r"[^ \\\t\r\n\[{(-](?P<mark>[\"'])", "right"),
    (r"(?P<mark>[\"'])(?=\s|s\b|$)", "right"),
    (r".?(?P<mark>[\"'])", "left"),
]
COMPILED = [(re.compile(pattern, re.ASCII | re.DOTALL | re.MULTILINE), side) for pattern, side in RULES]
ENTITIES = {
    ("left", '"'): "&ldquo;", ("left", "'"): "&lsquo;", ("right", '"'): "&rdquo;", ("right", "'"): "&rsquo;",
}  # fmt: skip
# Markup and signs of typography, behind which kramdown looks at no character before.
CONSUMED = ("*", "_", "~~", "...", "--", "<<", ">>")
ATTRIBUTES_OPEN = re.compile(r"\{:[^}]*\Z")
ESCAPED = re.compile(f"{STX}(\\d+){ETX}")
# The source of an element that stands in the text by a number.
FIRST_SIGN = {"code": "`", "a": "[", "img": "!", "br": "\n"}


class SmartQuotes(InlineProcessor):
    """Runs when code, links and HTML have been taken out of a text, and emphasis has not."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | None, int | None, int | None]:
        """Return what replaces the match, and where the match begins and ends; nothing within an attribute list."""
        if ATTRIBUTES_OPEN.search(data, 0, m.start()):
            return None, None, None
        text = self.before(data[: m.start()]) + m[0] + self.behind(data[m.end() :])
        found, side = next((match, side) for pattern, side in COMPILED if (match := pattern.match(text)))
        entities = "".join(ENTITIES[side, mark] for mark in found["mark"])
        return self.md.htmlStash.store(entities), m.start(), m.start() + len(found["mark"])

    def before(self, text: str) -> str:
        """The character before the mark that kramdown still looks at: none behind an element."""
        if text.endswith(ETX):
            return "\n" if self.element(text[text.rfind(STX) :]).startswith("\n") else ""
        return "" if text.endswith(CONSUMED) else text[-1:]

    def behind(self, text: str) -> str:
        """What stands behind the mark, an element as its source."""
        return self.element(text) if text.startswith(STX) else text[:4]

    def element(self, text: str) -> str:
        """The first characters of the source of what stands in the text by a number."""
        if escaped := ESCAPED.match(text):
            return f"\\{chr(int(escaped[1]))}"
        if raw := HTML_PLACEHOLDER_RE.match(text):
            found = self.md.htmlStash.rawHtmlBlocks[int(raw[1])]
            return found if isinstance(found, str) else "<"
        held = INLINE_PLACEHOLDER_RE.match(text)
        node = self.md.treeprocessors["inline"].stashed_nodes.get(held[1], "") if held else ""
        if isinstance(node, ET.Element):
            return FIRST_SIGN.get(node.tag, "<") + (node.text or "")
        return node
