"""Emphasis as kramdown reads it, stars and underscores that close nothing included.

Source: kramdown 2.4, lib/kramdown/parser/kramdown/emphasis.rb.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from markdown.inlinepatterns import InlineProcessor
from markdown.util import ETX, STX

from jekyll_dialect.kramdown import HELD

START = re.compile(r"\*\*?|__?")
ATTRIBUTES = r"\{:[^}\n]*\}"  # whose signs are none of emphasis
TOKEN = re.compile(rf"{START.pattern}|{ATTRIBUTES}")
WITHIN_A_WORD = re.compile(r"[^\W\d_]-?[^\W\d_]*\Z")
TAGS = {1: "em", 2: "strong"}


@dataclass
class _Span:
    """A stretch of emphasis: its tag, and the texts and spans in it."""

    tag: str
    parts: list[str | _Span] = field(default_factory=list)

    def element(self) -> ET.Element:
        """The span as an element of the page."""
        element = ET.Element(self.tag)
        for part in self.parts:
            if isinstance(part, _Span):
                element.append(part.element())
            elif len(element):
                element[-1].tail = (element[-1].tail or "") + part
            else:
                element.text = (element.text or "") + part
        return element


def _literal(signs: str) -> str:
    """Signs that were found to be none of emphasis, and are not looked at again."""
    return "".join(f"{STX}{ord(sign)}{ETX}" for sign in signs)


class Emphasis(InlineProcessor):
    """Stands in the place of Python-Markdown's own, when code, links and HTML have been taken out of a text."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element | str | None, int, int]:
        """Return what replaces the match, and where the match begins and ends; nothing for attributes."""
        if m[0].startswith("{"):
            return None, m.start(), m.end()
        span, end = _Reader(data).emphasis(m.start(), [])
        return (span.element() if isinstance(span, _Span) else span), m.start(), end


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def emphasis(self, at: int, within: list[str]) -> tuple[_Span | str, int]:
        """What begins with the signs at `at`, inside of emphasis `within`, and where it ends."""
        signs = START.match(self.text, at)[0]
        sign, end, tag = signs[0], at + len(signs), TAGS[len(signs)]
        if (sign == "_" and WITHIN_A_WORD.search(self.text, 0, at)) or self.text[end : end + 1].isspace() or tag in within:
            return _literal(signs), end
        found = self.closed(signs, end, [*within, tag])
        if found is None and tag == "strong" and within[-1:] != ["em"]:
            found = self.closed(sign, at + 1, [*within, "em"])
        return found or (_literal(signs), end)

    def closed(self, signs: str, at: int, within: list[str]) -> tuple[_Span, int] | None:
        """The span whose text begins at `at` and that `signs` close, and where it ends; None where they do not."""
        span = _Span(within[-1])
        while token := TOKEN.search(self.text, at):
            place = token.end() if token[0].startswith("{") else token.start()
            if place > at:
                span.parts.append(self.text[at:place])
            if token[0].startswith("{"):
                at = place
                continue
            if span.parts and self.closes(signs, place):
                return span, place + len(signs)
            part, at = self.emphasis(place, within)
            span.parts.append(part)
        return None

    def closes(self, signs: str, at: int) -> bool:
        """Whether the signs that begin at `at` close emphasis by `signs`."""
        behind = self.text[at + len(signs) : at + len(signs) + 1]
        return (
            self.text.startswith(signs, at)
            and not self.text[:at].removesuffix(HELD)[-1:].isspace()
            and (len(signs) == 2 or not re.compile(rf"{re.escape(signs * 2)}(?!{re.escape(signs)})").match(self.text, at))
            and not (signs[0] == "_" and behind.isalnum())
        )
