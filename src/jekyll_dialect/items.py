"""Which lines belong to the items of a list and to a definition, counted in columns as kramdown does."""

from __future__ import annotations

import re

from jekyll_dialect import grammar


def of_list(lines: list[str], start: int) -> tuple[list[tuple[str, list[str]]], int]:
    """The items of the list that begins at line `start`, as (marker, lines), and the line behind it."""
    ordered = grammar.ITEM.match(lines[start])[1][-1] == "."
    found: list[tuple[str, list[str]]] = []
    width, after_blank, nested, at = 0, False, False, start
    while at < len(lines):
        line = lines[at]
        if line == grammar.END or (after_blank and grammar.RULE.match(line)):
            break
        item = grammar.ITEM.match(line)
        if item and (item[1][-1] == ".") == ordered and (not found or _indent(item[1]) < max(1, min(width, 4))):
            first, width = _first_line(item[1], item[2])
            found.append(("1." if ordered else item[1].strip(), [first]))
            nested, after_blank = grammar.ITEM.match(first) is not None, False
        elif grammar.BLANK.match(line):
            found[-1][1].append("")
            nested, after_blank = True, True
        elif _belongs(line, width) or (not after_blank and not _ends_item(line, width)):
            line = _leading_tabs(line)
            inside = line.startswith(" " * width)
            line = line[width:] if inside else line
            if not inside and nested and grammar.ITEM.match(line):
                line = " " * (width + 4) + line
            if inside and not nested and grammar.ITEM.match(line):
                found[-1][1].append(grammar.END)
                nested = True
            found[-1][1].append(line)
            after_blank = False
        else:
            break
        at += 1
    return found, at - _blank_at_end(found[-1][1])


def definition(lines: list[str], start: int) -> tuple[list[str], int]:
    """The lines of the definition that begins at line `start`, and the line behind it."""
    first = grammar.DEFINITION.match(lines[start])
    text, width = _first_line(first[1], first[2])
    content, at = [text], start + 1
    while at < len(lines) and not grammar.DEFINITION.match(lines[at]):
        line = lines[at]
        held = grammar.BLANK.match(line) or _belongs(line, width)
        if line == grammar.END or (not held and (not content[-1] or _ends_item(line, width))):
            break
        line = _leading_tabs(line)
        content.append(line[width:] if line.startswith(" " * width) else line.strip() and line)
        at += 1
    return content, at - _blank_at_end(content)


def _blank_at_end(content: list[str]) -> int:
    """Take blank lines from the end of `content`, which keeps one line, and say how many."""
    before = len(content)
    while len(content) > 1 and not content[-1]:
        content.pop()
    return before - len(content)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _leading_tabs(line: str) -> str:
    tabs = len(line) - len(line.lstrip("\t"))
    return " " * 4 * tabs + line[tabs:]


def _first_line(marker: str, content: str) -> tuple[str, int]:
    """The text of an item behind its marker, and the columns by which its further lines are indented."""
    own = grammar.ITEM_ATTRIBUTES.match(content)
    if not content.strip() or (own and not content[own.end() :].strip()):
        return content.strip(), 4
    content = f"{' ' * len(marker)}{content}".expandtabs(4)
    return content.lstrip(" "), _indent(content)


def _belongs(line: str, width: int) -> bool:
    """Whether a line is indented by `width` columns, tabs counted as kramdown does."""
    fours, rest = divmod(width, 4)
    pattern = rf"(?:(?:\t| {{4}}){{{fours}}} {{{rest}}}|(?:\t| {{4}}){{{fours + 1}}}).*\S"
    return re.match(pattern, line) is not None


def _ends_item(line: str, width: int) -> bool:
    """Whether a line that is indented less ends the item nevertheless."""
    if _indent(line) > min(width, 3):
        return False
    return grammar.ATTRIBUTES.match(line) is not None or grammar.HTML_END.match(line) is not None
