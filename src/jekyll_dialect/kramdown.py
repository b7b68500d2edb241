"""Blocks that kramdown (GFM, as Jekyll sets it up) reads otherwise than Python-Markdown does.

`normalise` walks through the blocks of a page as kramdown would, and writes each so that Python-Markdown reads the
same: a blank line where GFM needs none, four columns of indentation for what a list item holds, pipes around a table.
What Python-Markdown has no words for becomes a marked paragraph, which `blocks` resolves in the tree, or a formula
behind the mark of its number, which `formulas` sets.

Source: kramdown 2.4 and kramdown-parser-gfm 1.1, lib/kramdown/parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jekyll_dialect import elements, grammar, items
from jekyll_dialect.tables import SEPARATOR, table

ITEM_MARK = "⁅item {text}⁆"
ATTRIBUTE_MARK = "⁅attributes {where} {text}⁆"
APART = "⁅apart⁆"
FORMULA_MARK = "⁅formula {number}⁆"
RAW_MARK = "⁅html {number}⁆"
HELD = "⁅⁆"  # before a line that Python-Markdown would take for another block
TAB = "\N{SYMBOL FOR HORIZONTAL TABULATION}"  # in code, until the page is written

COMMENT = re.compile(r"\{::comment\}.*?\{:/(?:comment)?\}[ \t]*\n?", re.DOTALL)
OPTIONS = re.compile(r"^ {0,3}\{::options\b([^}]*)/\}[ \t]*\n?", re.MULTILINE)
BLOCK_HTML = re.compile(r"parse_block_html=[\"']?true")
FORMULA = re.compile(r" {0,3}(\\)?\$\$(.*?)\$\$(?P<beside>[^\n]*)", re.DOTALL)
MARKDOWN = re.compile(r"\bmarkdown=([\"']?)(?P<value>\w+)\1")
ATTRIBUTES_LAST = re.compile(r"\{:[^}\n]*\}[ \t]*$")
NO_HEADING = re.compile(r"#+[^#\s]|#{7,}|\[TOC\]\s*$")


@dataclass
class Document:
    """What a page's blocks give besides its lines."""

    parse_block_html: bool = False
    ordered_contents: bool = False  # the table of contents is an ordered list
    formulas: list[str] = field(default_factory=list)  # displayed ones, as TeX, by their number
    raw: list[str] = field(default_factory=list)  # elements inside of items, quotations and notes, by their number
    elements: set[str] = field(default_factory=set)  # the names of those that are blocks
    problems: list[tuple[str, str]] = field(default_factory=list)  # (what stands in the text, message)


def normalise(lines: list[str], document: Document) -> list[str]:
    """Return lines with the same meaning for Python-Markdown as `lines` have for kramdown."""
    text = _outside_fences(COMMENT, "\n".join(lines))
    document.parse_block_html = any(BLOCK_HTML.search(options[1]) for options in OPTIONS.finditer(text))
    return _Blocks(_outside_fences(OPTIONS, text).split("\n"), document).read()


def _outside_fences(pattern: re.Pattern[str], text: str) -> str:
    """`text` without what matches outside fenced code."""
    parts = re.split(r"(?ms)(^ *(?:`{3,}|~{3,}).*?^ *(?:`{3,}|~{3,})[ \t]*$)", text)
    return "".join(part if index % 2 else pattern.sub("", part) for index, part in enumerate(parts))


class _Blocks:
    """The blocks of a page, or of one item, quotation or note in it (`inside` says which)."""

    def __init__(self, lines: list[str], document: Document, inside: str = "") -> None:
        self.lines, self.document, self.inside = lines, document, inside
        self.at = 0
        self.out: list[str] = []
        self.kinds: list[str] = []  # of the blocks so far
        self.gap = True  # whether a table or a formula may start here

    def read(self) -> list[str]:
        """The lines of all blocks."""
        readers = (
            self.code, self.fence, self.quotation, self.heading, self.rule, self.items, self.definition, self.html,
            self.underlined, self.formula, self.table, self.footnote, self.named, self.attributes, self.paragraph,
        )  # fmt: skip
        while self.at < len(self.lines):
            if self.lines[self.at] == grammar.END:
                self.at += 1
            elif grammar.BLANK.match(self.lines[self.at]):
                self.out.append("")
                self.at += 1
                self.gap = True
            else:
                next(filter(None, (reader() for reader in readers)))
        return self.out

    def write(self, kind: str, lines: list[str], end: int, *, apart: bool = True) -> bool:
        """Take the lines up to `end`, for which `lines` are written; `apart` wants a blank line on both sides."""
        before = self.kinds[-1] if self.kinds else ""
        # In an item Python-Markdown sees none of these within text.
        apart = apart or (self.inside == "item" and {"heading", "definition"} & {kind, before})
        if self.out and self.out[-1].strip() and (apart or before in {"fence", "mark", "table"}):
            self.out.append("")
        self.out += lines
        self.kinds.append(kind)
        self.at, self.gap = end, False
        return True

    def code(self) -> bool:
        """Indented code."""
        if not grammar.CODE.match(self.lines[self.at]):
            return False
        found: list[str] = []
        end = self.at
        while end < len(self.lines):
            line = self.lines[end]
            blank = grammar.BLANK.match(line) and end + 1 < len(self.lines) and grammar.CODE.match(self.lines[end + 1])
            if blank or grammar.CODE.match(line):
                found.append(re.sub(r"^(?:\t| {4})", "", line))
            elif found and found[-1].strip() and not grammar.ends_lazy(line):
                found[-1] += f" {line}"
            else:
                break
            end += 1
        below = self.kinds[-1:] in (["list"], ["definition"], ["note"]) or (self.inside == "item" and not self.kinds)
        start = [APART, ""] if below else []  # Python-Markdown would take it for more of that
        return self.write("code", [*start, *(_kept(line and f"    {line}") for line in found)], end)

    def fence(self) -> bool:
        """Code between fences, whatever their indentation and length."""
        opening = grammar.FENCED.match(self.lines[self.at])
        if opening is None:
            return False
        closing = re.compile(rf" {{0,3}}{opening['fence']}{re.escape(opening['sign'])}*\s*$")
        end = self.at + 1
        while end < len(self.lines) and self.lines[end] != grammar.END and not closing.match(self.lines[end]):
            end += 1
        if self.lines[end : end + 1] in ([], [grammar.END]):
            return False
        language = opening["language"] or ""
        signs = opening["fence"]
        first = f"{signs}{language}" if re.fullmatch(r"[\w#.+-]*", language) else signs
        start = [APART, ""] if self.inside == "item" and not self.kinds else []
        return self.write("fence", [*start, first, *map(_kept, self.lines[self.at + 1 : end]), signs], end + 1)

    def quotation(self) -> bool:
        """A quotation, whose lines need no sign but the first."""
        if not grammar.QUOTE.match(self.lines[self.at]):
            return False
        end = self.at + 1
        while end < len(self.lines) and not grammar.ends_lazy(self.lines[end]):
            end += 1
        inner = [re.sub(r"^ {0,3}> ?", "", line) for line in self.lines[self.at : end]]
        written = [f"> {line}" if line else ">" for line in _trimmed(_Blocks(inner, self.document, "quotation").read())]
        self.keep_apart("quotation")
        return self.write("quotation", written, end)

    def keep_apart(self, kind: str) -> None:
        """Put a mark between two blocks of a kind, which Python-Markdown would join."""
        if self.kinds and self.kinds[-1] == kind:
            self.write("mark", [APART, ""], self.at)

    def heading(self) -> bool:
        """A heading behind `#`, and kramdown's `{#id}`."""
        line = self.lines[self.at]
        if not grammar.HEADING.match(line):
            return False
        if own := grammar.HEADING_ID.match(line):
            line = f"{own[1]} {{: #{own[2]}}}"
        elif ATTRIBUTES_LAST.search(line):
            line += HELD  # text, for kramdown
        return self.write("heading", [line], self.at + 1, apart=False)

    def underlined(self) -> bool:
        """A heading over a line of `=` or `-`, which Python-Markdown does not see in an item."""
        lines = self.lines[self.at : self.at + 2]
        if not self.gap or not grammar.UNDERLINED.match("\n".join(lines)):
            return False
        if self.inside == "item":
            sign = "#" if lines[1].startswith("=") else "##"
            lines = [f"{sign} {lines[0].strip()} {sign}"]
        return self.write("heading", lines, self.at + 2, apart=False)

    def rule(self) -> bool:
        """A line across the page."""
        if not grammar.RULE.match(self.lines[self.at]):
            return False
        return self.write("rule", [self.lines[self.at]], self.at + 1)

    def items(self) -> bool:
        """A list: needs no blank line before it, and nests by the width of its markers."""
        first = grammar.ITEM.match(self.lines[self.at])
        if first is None:
            return False
        found, end = items.of_list(self.lines, self.at)
        written: list[str] = []
        start, before = 0, [""]
        for marker, content in found:
            # Python-Markdown sees no item in a block that begins as a later paragraph of the item before.
            if "" in written[start:] or (written and before[-1] == ""):
                written.append("")
            start, before = len(written), content
            written += self.item(marker, content)
        # Below the first line of an item a list needs none, and is no loose item's.
        tight = self.inside == "item" and self.kinds == ["paragraph"]
        self.keep_apart("list")
        if end < len(self.lines) and self.lines[end].strip() == "{:toc}":
            self.document.ordered_contents = first[1][-1] == "."
            return self.write("list", ["[TOC]"], end + 1)
        return self.write("list", written, end, apart=not tight)

    def item(self, marker: str, content: list[str]) -> list[str]:
        """The lines of an item."""
        own = grammar.ITEM_ATTRIBUTES.match(content[0])
        if own:
            content = [content[0][own.end() :], *content[1:]]
        inner = _trimmed(_Blocks(content, self.document, "item").read())
        first = ITEM_MARK.format(text=own[1].strip()) + inner[0] if own else inner[0]
        return [f"{marker} {first}".rstrip() if not first else f"{marker} {first}", *map(_indented, inner[1:])]

    def definition(self) -> bool:
        """The definition of the term above it."""
        of_term = self.kinds[-1:] == ["paragraph"] and self.out[-2:] != ["", ""]
        if not grammar.DEFINITION.match(self.lines[self.at]) or not (of_term or self.kinds[-1:] == ["definition"]):
            return False
        content, end = items.definition(self.lines, self.at)
        inner = _Blocks(content, self.document, "definition").read()
        if self.inside == "item" and "" in inner:
            self.document.problems.append((self.lines[self.at], "within an item a definition holds one paragraph here"))
        if self.kinds[-1] == "definition" and self.out[-1].startswith("    "):
            self.out.append("")  # Python-Markdown would take this one for more of the block above
        return self.write("definition", [f":   {inner[0]}", *map(_indented, inner[1:])], end, apart=False)

    def html(self) -> bool:
        """An element that is a block: raw, unless it asks for Markdown."""
        line = self.lines[self.at]
        if grammar.HTML_COMMENT.match(line):
            end = self.at
            while end < len(self.lines) - 1 and "-->" not in self.lines[end]:
                end += 1
            return self.write("html", list(map(_kept, self.lines[self.at : end + 1])), end + 1, apart=False)
        tag = grammar.HTML.match(line)
        if tag is None or tag["tag"].lower() in grammar.SPAN_ELEMENTS:
            return False
        name = tag["tag"].lower()
        self.document.elements.add(name)
        if tag["close"] or name in grammar.WITHOUT_BODY:
            return self.write("html", [line], self.at + 1, apart=False)
        opening = line.partition(">")[0]
        asked = MARKDOWN.search(opening)
        if asked is None and self.document.parse_block_html and name in grammar.BLOCK_MODEL:
            line = f'{line[: tag.end()]} markdown="block"{line[tag.end() :]}'
        elif asked is None or asked["value"] == "0" or name not in grammar.BLOCK_MODEL:
            end = elements.closed(self.lines, self.at, name)
            raw = list(map(_kept, self.lines[self.at : end]))
            if not self.inside:
                return self.write("html", raw, end, apart=False)
            self.document.raw.append("\n".join(raw))
            return self.write("mark", [RAW_MARK.format(number=len(self.document.raw) - 1), ""], end)
        if asked is None or asked["value"] != "span":
            if line_of_end := elements.ends_in_text(self.lines, self.at, name):
                message = f"an element with Markdown in it ends at the head of a line, so put </{name}> there"
                self.document.problems.append((line_of_end, message))
            line = MARKDOWN.sub('markdown="block"', line, count=1)  # of a <summary>, too
        self.write("html", [line], self.at + 1, apart=False)
        self.gap = True
        return True

    def formula(self) -> bool:
        """A displayed formula: between `$$` and `$$`, with nothing beside it."""
        rest = "\n".join(self.lines[self.at :]) if self.gap and "$$" in self.lines[self.at] else ""
        match = FORMULA.match(rest)
        if match is None or match[1] or match["beside"].strip():
            return False
        end = self.at + match[0].count("\n") + 1
        if end < len(self.lines) and not grammar.is_boundary(self.lines[end]):
            return False
        if re.search(r"\n[ \t]*\n", match[2]):
            problem = "this formula is not closed before a blank line: put `$$` behind its end"
            self.document.problems.append((f"$${match[2]}", problem))
        mark = FORMULA_MARK.format(number=len(self.document.formulas))
        self.document.formulas.append(match[2].strip())
        return self.write("mark", [mark, ""], end)

    def table(self) -> bool:
        """A table, with or without outer pipes and a head."""
        if not self.gap or "|" not in self.lines[self.at]:
            return False
        found = table(self.lines, self.at)
        if found is None:
            return False
        start = [APART, ""] if self.inside == "item" and not self.kinds else []
        return self.write("table", [*start, *found[0]], found[1])

    def footnote(self) -> bool:
        """The definition of a note, which goes on in indented lines."""
        match = grammar.FOOTNOTE.match(self.lines[self.at])
        if match is None:
            return False
        content, end = [match[2].strip()], self.at + 1
        while end < len(self.lines):
            line = self.lines[end]
            more = grammar.BLANK.match(line) and end + 1 < len(self.lines) and grammar.CODE.match(self.lines[end + 1])
            lazy = len(content) > 1 and content[-1] and not grammar.ends_lazy(line)
            if not (more or lazy or grammar.CODE.match(line)):
                break
            if grammar.FOOTNOTE.match(line):
                self.document.problems.append((line, "this counts as text of the note above: put a blank line between"))
            content.append(re.sub(r"^(?:\t| {4})", "", line))
            end += 1
        inner = _Blocks(content, self.document, "note").read()
        follows = end < len(self.lines) and not grammar.BLANK.match(self.lines[end])
        more = [""] if follows and not grammar.FOOTNOTE.match(self.lines[end]) else []
        return self.write("note", [f"[^{match[1]}]: {inner[0]}", *map(_indented, inner[1:]), *more], end, apart=False)

    def named(self) -> bool:
        """The address of a reference, or what an abbreviation means."""
        line, below = self.lines[self.at], "".join(self.lines[self.at + 1 : self.at + 2])
        if not grammar.LINK_OR_ABBREVIATION.match(line):
            return False
        if grammar.TITLE_BELOW.match(below) and line[-1:] not in "\"'":
            return self.write("named", [f"{line.rstrip()} {below.strip()}"], self.at + 2, apart=False)
        return self.write("named", [line], self.at + 1, apart=False)

    def attributes(self) -> bool:
        """Attributes on a line of their own: of the whole block above, or after a blank line of that below."""
        match = grammar.ATTRIBUTES.match(self.lines[self.at])
        if match is None:
            return False
        blank_above = not self.out or not self.out[-1].strip()
        where = "after" if blank_above and self.gap else "before"
        self.write("mark", [ATTRIBUTE_MARK.format(where=where, text=match[2].strip()), ""], self.at + 1)
        self.gap = where == "after"
        return True

    def paragraph(self) -> bool:
        """Text, and what looks to Python-Markdown like something else."""
        end = self.at + 1
        while end < len(self.lines) and not grammar.ends_paragraph(self.lines[end]):
            end += 1
        lines = [f"\\{line}" if NO_HEADING.match(line) else line.expandtabs(4) for line in self.lines[self.at : end]]
        if grammar.DEFINITION.match(lines[0]):
            lines[0] = HELD + lines[0]
        other = (grammar.RULE, grammar.HTML_COMMENT, SEPARATOR)
        lines[1:] = [f"{HELD}{line}" if any(one.match(line) for one in other) else line for line in lines[1:]]
        return self.write("paragraph", lines, end, apart=False)


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank ones at their end."""
    while len(lines) > 1 and not lines[-1]:
        lines = lines[:-1]
    return lines


def _kept(line: str) -> str:
    """A line of code, whose tabs no one may widen."""
    return line.replace("\t", TAB)


def _indented(line: str) -> str:
    """A line as that of an item or a note."""
    return f"    {line}" if line.strip() else ""
