"""The text of a page without its code, so that what code shows is not taken for what the page does.

Every character of code, formulas and comments becomes a space; line ends stay, and so does the place of all else.
"""

from __future__ import annotations

import re

from jekyll_dialect.grammar import RULE
from jekyll_dialect.kramdown import COMMENT

FENCE = re.compile(
    r"(?P<before>[> \t]*(?:(?:[+*-]|\d+\.)[ \t]+)?)(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<language>[^\n]*)$", re.MULTILINE
)
# From an opening fence to its end, as pymdownx.superfences asks: no line is indented less, and the end is the fence.
FENCED = r"(?:\n(?>{before}[^\n]*|[ \t]*))*?\n{before}{fence}[ \t]*$"
# An element at the head of a line, whose text is no Markdown.
RAW = re.compile(r" {0,3}<(?P<tag>[a-zA-Z][\w-]*)(?=[\s>])(?![^>]*\bmarkdown=)")
HIDDEN = re.compile(
    r"(?<![\\`])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"  # code
    r"|\$\$(?:(?!\n[ \t]*\n).)+?\$\$|<!--.*?-->|(?<=\]\()<[^<>\n]*>(?=[ \t)])"
    r"|(?P<start><(?P<tag>pre|script|style|textarea)\b[^>]*>).*?(?=</(?P=tag)\s*>)",
    re.DOTALL | re.IGNORECASE,
)
ITEM = re.compile(r"( *)([+*-]|\d+\.)(?:[ \t]+(.*)|)$")
# A footnote's or a term's definition goes on in lines that are indented by four columns.
DEFINITION = re.compile(r" *(?:\[\^[^\]]+\]:|:)[ \t]+")


def without_code(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the text with its code blanked, and where a fence is never closed: (place, message)."""
    lines, problems = _Lines(text), []
    while lines.place < len(text):
        start = lines.place
        if message := lines.step():
            problems.append((start, message))
        lines.place = lines.end() + 1
    return HIDDEN.sub(_hide, lines.text), problems


def blanked(text: str) -> str:
    """Spaces in place of everything but line ends."""
    return re.sub(r"[^\n]", " ", text)


def _hide(match: re.Match[str]) -> str:
    """Blanks for a match of HIDDEN, but not for the tag of an element."""
    start = match["start"] or ""
    return start + blanked(match[0][len(start) :])


class _Lines:
    """Walks through a text, line by line, and blanks the blocks of code; `place` is in the line that comes next."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.columns: list[int] = []  # where the text of each open list item or definition starts
        self.after_blank, self.in_code = True, False

    def end(self) -> int:
        """The end of the line that holds `place`."""
        found = self.text.find("\n", self.place)
        return found if found >= 0 else len(self.text)

    def step(self) -> str | None:
        """Take the line at `place`, and the block that starts there; return what is wrong with it."""
        if self.indented_code(self.text[self.place : self.end()].expandtabs(4)):
            self.blank_to(self.end())
        elif hidden := COMMENT.match(self.text, self.place):
            self.blank_to(self.place + len(hidden[0].rstrip("\n")))
        elif fence := FENCE.match(self.text, self.place):
            before = re.sub(r"[^>\t]", " ", fence["before"])  # in an item the others stand below its first line
            rest = FENCED.format(before=re.escape(before), fence=re.escape(fence["fence"]))
            closed = re.compile(rest, re.MULTILINE).match(self.text, fence.end())
            if closed is None:
                return f"this code is never closed: put a line “{fence['fence']}” behind it, indented alike"
            self.blank_to(closed.end())
            if len(fence["language"].split()) > 1:
                return "this is not read as code: behind the signs stands one word, the language, and nothing else"
        elif raw := RAW.match(self.text, self.place):
            self.place = self.closing(raw["tag"])
        return None

    def blank_to(self, end: int) -> None:
        """Blank the text from `place` to `end`, and go there."""
        self.text = self.text[: self.place] + blanked(self.text[self.place : end]) + self.text[end:]
        self.place = end

    def closing(self, tag: str) -> int:
        """Where the element `tag` that begins at `place` is closed; `place` when it never is."""
        depth = 0
        for match in re.compile(rf"<(/?){tag}\b", re.IGNORECASE).finditer(self.text, self.place):
            depth += -1 if match[1] else 1
            if depth == 0:
                return match.start()
        return self.place

    def indented_code(self, line: str) -> bool:
        """Whether a line is code because it is indented by four columns more than the text around it."""
        if not line.strip():
            self.after_blank = True
            return False
        indent = len(line) - len(line.lstrip(" "))
        if self.after_blank:
            self.columns = [column for column in self.columns if column <= indent]
        around = max((column for column in self.columns if column <= indent), default=0)
        self.in_code = indent - around >= 4 and (self.after_blank or self.in_code)
        self.after_blank = False
        if self.in_code or RULE.match(line):
            return self.in_code
        if item := ITEM.match(line) or DEFINITION.match(line):
            column = item.start(3) if item.re is ITEM and item[3] else indent + 4
            self.columns = [*(each for each in self.columns if each <= indent), column]
        return False
