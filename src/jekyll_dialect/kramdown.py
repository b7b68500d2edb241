"""Lines that kramdown (GFM, as Jekyll sets it up) reads otherwise than Python-Markdown does.

`normalise` rewrites them into lines that Python-Markdown reads the same way. What it does, and why:

- lists and nesting: in GFM a list needs no blank line before it, and nests by the width of its marker;
- an attribute list on a line of its own belongs to the whole block before it, or after a blank line to
  the block that follows; it becomes a marked paragraph that `blocks.AttributeMarks` resolves;
- a block whose every line holds a `|` is a table, with or without a header row;
- `{:toc}`, `{::comment}`, `{::options /}`, `#hashtag`, `## Heading {#id}`.

Source: kramdown 2.4 and kramdown-parser-gfm 1.1, lib/kramdown/parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ATTRIBUTE_MARK = "⁅attributes {where} {text}⁆"
HEADLESS = "⁅no header⁆"

FENCE = re.compile(r" {0,}(`{3,}|~{3,})")
RAW_START = re.compile(r" {0,3}<(pre|script|style|svg|math|textarea)\b", re.IGNORECASE)
ITEM = re.compile(r"( *)([+*-]|\d+\.)(?:[ \t]+(.*)|)$")
RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
BLOCK_ATTRIBUTES = re.compile(r"( *)\{:(?![:/])((?:\\\}|[^}])+)\}\s*$")
DEFINITION = re.compile(r" {0,3}\{:([\w-]+):((?:\\\}|[^}])+)\}\s*$")
ITEM_ATTRIBUTES = re.compile(r"(\{:(?![:/])(?:\\\}|[^}])+\})\s*(.*)$")
HEADING_ID = re.compile(r"(#{1,6}[ \t].*?)[ \t]*\{#([A-Za-z][\w:-]*)\}[ \t]*$")
COMMENT = re.compile(r"\{::comment\}.*?\{:/(?:comment)?\}[ \t]*\n?", re.DOTALL)
OPTIONS = re.compile(r"^ {0,3}\{::options\b[^}]*/\}[ \t]*\n?", re.MULTILINE)
SEPARATOR = re.compile(r"[+|: \t-]*-[+|: \t-]*$")
CODE_SPAN = re.compile(r"(`+).*?(?<!`)\1(?!`)|<code.*?</code>")
PIPE = re.compile(r"(?<!\\)\|")
NO_TABLE = re.compile(  # code, list, quotation, heading, HTML, definition, attributes, abbreviation
    r" {4}|\t| {0,3}(?:[+*>-][ \t]|\d+\.[ \t]|#{1,6}[ \t]|</?[A-Za-z!]|:[ \t]|\{:|\*\[)"
)


@dataclass
class _Item:
    """An open list item: where its text starts in the source, and the kind of its list."""

    column: int
    ordered: bool


def normalise(lines: list[str]) -> list[str]:
    """Return lines with the same meaning for Python-Markdown as `lines` have for kramdown."""
    lines = OPTIONS.sub("", _outside_fences(COMMENT, "\n".join(lines))).split("\n")
    out = _Writer()
    protected: re.Pattern[str] | None = None  # what ends the fence or the raw element around the line
    for line in _tables(lines):
        if protected is not None:
            out.verbatim(line)
            if protected.search(line):
                protected = None
        elif fence := FENCE.match(line):
            out.text(line)
            protected = re.compile(rf"^ *{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*$")
        elif raw := RAW_START.match(line):
            out.text(line)
            closing = re.compile(rf"</{raw[1]}\s*>", re.IGNORECASE)
            protected = None if closing.search(line) else closing
        else:
            out.line(line)
    return out.lines


def _outside_fences(pattern: re.Pattern[str], text: str) -> str:
    """Remove `pattern` from `text`, leaving fenced code as it is."""
    parts = re.split(r"(^ *(?:`{3,}|~{3,})[^\n]*\n.*?^ *(?:`{3,}|~{3,})[ \t]*$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if i % 2 else pattern.sub("", part) for i, part in enumerate(parts))


class _Writer:
    """Collects the rewritten lines and keeps the stack of open list items."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.items: list[_Item] = []

    @property
    def after_blank(self) -> bool:
        return not self.lines or not self.lines[-1].strip()

    def line(self, line: str) -> None:
        """Rewrite one line that stands outside code and raw elements."""
        line = line.expandtabs(4)
        if not line.strip() or DEFINITION.match(line):
            self.lines.append("")
        elif match := BLOCK_ATTRIBUTES.match(line):
            self.attributes(len(match[1]), match[2].strip())
        elif not RULE.match(line) and (match := ITEM.match(line)) and self.residue(line) <= 3:
            self.item(line, match)
        else:
            self.text(line)

    def verbatim(self, line: str) -> None:
        """A line of code: its indentation moves only as far as that of its list item."""
        self.lines.append(self.shifted(line) if line.strip() else line)

    def depth(self, indent: int) -> int:
        """How many open items hold a line indented by `indent` columns."""
        count = 0
        while count < len(self.items) and self.items[count].column <= indent:
            count += 1
        return count

    def residue(self, line: str) -> int:
        """The columns by which a line is indented beyond the text of the item that holds it."""
        indent = len(line) - len(line.lstrip(" "))
        depth = self.depth(indent)
        return indent - (self.items[depth - 1].column if depth else 0)

    def shifted(self, line: str) -> str:
        """The line, indented by four columns for each open item that holds it."""
        indent = len(line) - len(line.lstrip(" "))
        return " " * (4 * self.depth(indent) + self.residue(line)) + line.lstrip(" ")

    def in_later_paragraph(self) -> bool:
        """Whether the block being written is indented text and not the start of an item."""
        start = next((n for n in range(len(self.lines), 0, -1) if not self.lines[n - 1].strip()), 0)
        first = self.lines[start]
        return first.startswith("    ") and not ITEM.match(first)

    def item(self, line: str, match: re.Match[str]) -> None:
        """A line that starts a list item."""
        indent, ordered = len(match[1]), match[2][0].isdigit()
        depth = self.depth(indent)
        sibling = len(self.items) > depth and self.items[depth].ordered == ordered
        # GFM ends a paragraph, or a list of the other kind, where a list starts; and Python-Markdown sees
        # no item in a block that begins as a later paragraph of the item before.
        starts = not sibling and (depth == 0 or len(self.items) > depth)
        if not self.after_blank and (starts or self.in_later_paragraph()):
            self.lines.append("")
        content = match[3] or ""
        offset = len(line) - len(content) if content.strip() else indent + 4
        del self.items[depth:]
        self.items.append(_Item(offset, ordered))
        if attributes := ITEM_ATTRIBUTES.match(content):
            content = f"{attributes[2]} {attributes[1]}"
        self.lines.append(
            f"{' ' * 4 * depth}{match[2]} {content}".rstrip() if not content else f"{' ' * 4 * depth}{match[2]} {content}"
        )

    def text(self, line: str) -> None:
        """Any other line: the text of an item, a line that lazily continues one, or plain text."""
        depth = self.depth(len(line) - len(line.lstrip(" ")))
        if self.after_blank:
            del self.items[depth:]
        if depth or not self.items:
            line = self.shifted(line)
        if not self.items:
            if heading := HEADING_ID.match(line):
                line = f"{heading[1]} {{: #{heading[2]}}}"
            elif re.match(r"#+[^#\s]|#{7,}|\[TOC\]\s*$", line):
                line = "\\" + line  # a heading needs a space after its signs; [TOC] is no word of kramdown's
        self.lines.append(line)

    def attributes(self, indent: int, text: str) -> None:
        """An attribute list on a line of its own."""
        depth = self.depth(indent)
        if text == "toc" and self.items:
            while self.lines and not ITEM.match(self.lines[-1]):
                self.lines.pop()
            self.lines[-1:] = ["", "[TOC]", ""]
            self.items.clear()
            return
        where = "after" if self.after_blank else "before"
        mark = ATTRIBUTE_MARK.format(where=where, text=text)
        if not self.after_blank:
            self.lines.append("")
        self.lines += [" " * 4 * depth + mark, ""]
        del self.items[depth:]


def _tables(lines: list[str]) -> list[str]:
    """Give a header row to every block that kramdown reads as a table and Python-Markdown would not."""
    out: list[str] = []
    index = 0
    fence: str | None = None
    while index < len(lines):
        line = lines[index]
        if match := FENCE.match(line):
            if fence is None:
                fence = match[1]
            elif line.strip().startswith(fence) and not line.strip(f"{fence[0]} \t"):
                fence = None
        starts = fence is None and (not out or not out[-1].strip()) and not NO_TABLE.match(line)
        if not starts or not _pipes(line):
            out.append(line)
            index += 1
            continue
        end = index
        while end < len(lines) and lines[end].strip() and not BLOCK_ATTRIBUTES.match(lines[end]):
            end += 1
        out += _table(lines[index:end])
        index = end
    return out


def _pipes(line: str) -> bool:
    """Whether a line holds a `|` that is neither escaped nor code."""
    return PIPE.search(CODE_SPAN.sub("", line)) is not None


def _table(rows: list[str]) -> list[str]:
    """The block as a table with a header row, or as it is when it is no table or has one already."""
    if not all(_pipes(row) or SEPARATOR.match(row) for row in rows):
        return rows
    if SEPARATOR.match(rows[0]):
        rows = rows[1:]
    if len(rows) > 1 and SEPARATOR.match(rows[1]):
        head, body = rows[:2], rows[2:]
    else:
        columns = max(len(PIPE.split(CODE_SPAN.sub("", row.strip()).strip("|"))) for row in rows)
        head, body = [f"|{f' {HEADLESS} |' * columns}", f"|{' --- |' * columns}"], rows
    body = [row for row in body if not SEPARATOR.match(row)]
    return head + [f"| {row.strip().strip('|').strip()} |" for row in body]
