"""Formulas between `$$` and `$$`, set as MathML while the page is built; Jekyll leaves their TeX to a script."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

from latex2mathml.converter import convert
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

# Environments that the converter knows by the name of another.
SAME_AS = {"aligned": "align*", "split": "align*", "gathered": "gather*"}
UNKNOWN = re.compile(r"\\[A-Za-z]+")
ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w+\*?)\}")
KNOWN = {
    "align", "align*", "gather", "gather*", "cases", "matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix",
    "smallmatrix", "array", "equation", "equation*", "substack",
}  # fmt: skip
# TeX where kramdown sees text: between single signs, in brackets behind a backslash, in an environment of its own.
ELSEWHERE = re.compile(
    r"(?<![\\$\w])\$(?![\s$])(?=[^$\n]*(?:\\[A-Za-z]|[_^]\{|\w\^\w))[^$\n]*?(?<![\s\\])\$(?![\d$])"
    r"|\\\\[(\[](?=[^\n]*?\\\\[)\]])|^ {0,3}\\begin\{\w+\*?\}|^ {0,3}\\\[[ \t]*$",
    re.MULTILINE,
)


def mathml(tex: str, display: str) -> str:
    """A formula as MathML, `inline` or as a `block`, with its TeX as its text.

    Raises ValueError, saying what the converter does not know.
    """
    written = ENVIRONMENT.sub(lambda one: rf"\{one[1]}{{{SAME_AS.get(one[2], one[2])}}}", tex)
    if unknown := [one[2] for one in ENVIRONMENT.finditer(written) if one[2] not in KNOWN]:
        raise ValueError(f"no environment “{unknown[0]}”")
    try:
        found = convert(" ".join(written.split()), display=display)
    except Exception as error:  # the converter has a class for each of its errors, and passes on those of Python
        reason = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        raise ValueError(reason) from error
    shown = re.sub(r"<[^>]*>", " ", found)
    if unknown := UNKNOWN.search(shown):
        raise ValueError(f"no command “{unknown[0]}”")
    if re.search(r"<mi>[&{}]</mi>", found):
        raise ValueError("a sign & or a brace stands alone")
    return found.replace("<math ", f'<math alttext="{html.escape(" ".join(tex.split()))}" ', 1)


class Formulas:
    """Sets the formulas of a page; what cannot be set stays as TeX, marked, and is reported with its TeX."""

    def __init__(self, md: Markdown, report: Callable[[str, str], None]) -> None:
        self.md, self.report = md, report

    def set(self, tex: str, display: str) -> str | ET.Element:
        """What stands in the text for a formula."""
        try:
            found = mathml(tex, display)
        except ValueError as error:
            shown = " ".join(tex.split())
            self.report(tex, f"the formula $${shown}$$ cannot be set: {error}; write it in other words of TeX")
            element = ET.Element("mark", {"class": "unresolved"})
            element.text = AtomicString(f"$${shown}$$")
            return element
        # Python-Markdown takes every <math> for a block, and its paragraph away.
        return self.md.htmlStash.store(f'<span class="math">{found}</span>' if display == "inline" else found)


class Inline(InlineProcessor):
    """`$$x$$` within a line."""

    def __init__(self, md: Markdown, formulas: Formulas) -> None:
        super().__init__(r"(?s)\$\$(.*?)\$\$", md)
        self.formulas = formulas

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | ET.Element, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        return self.formulas.set(m[1].strip(), "inline"), m.start(0), m.end(0)


class Displayed(InlineProcessor):
    """The mark of a displayed formula."""

    def __init__(self, md: Markdown, formulas: Formulas, texts: Callable[[], list[str]]) -> None:
        super().__init__(r"⁅formula (\d+)⁆", md)
        self.formulas, self.texts = formulas, texts

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | ET.Element, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        return self.formulas.set(self.texts()[int(m[1])], "block"), m.start(0), m.end(0)


def elsewhere(text: str) -> Iterator[tuple[int, str]]:
    """Yield (place, message) for TeX in a text without code, where neither kramdown nor this sets it."""
    for match in ELSEWHERE.finditer(text):
        yield match.start(), "TeX stands here outside of $$ and $$, and no script would set it: write $$…$$"
