"""What kramdown (GFM, as Jekyll sets it up) takes for the start and the end of a block.

Source: kramdown 2.4 and kramdown-parser-gfm 1.1, lib/kramdown/parser; the names are theirs.
"""

from __future__ import annotations

import re

SPAN_ELEMENTS = (
    "a", "abbr", "acronym", "b", "big", "bdo", "br", "button", "cite", "code", "del", "dfn", "em", "i", "img", "input",
    "ins", "kbd", "label", "mark", "option", "q", "rb", "rbc", "rp", "rt", "rtc", "ruby", "samp", "select", "small",
    "span", "strong", "sub", "sup", "tt", "u", "var",
)  # fmt: skip
# Elements whose content is parsed as blocks, where that is asked for.
BLOCK_MODEL = {
    "address", "applet", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "fieldset", "figcaption",
    "figure", "footer", "form", "header", "hgroup", "iframe", "li", "main", "map", "menu", "nav", "noscript", "object",
    "section", "summary", "td",
}  # fmt: skip
WITHOUT_BODY = {
    "area", "base", "br", "col", "command", "embed", "hr", "img", "input", "keygen", "link", "meta", "param", "source",
    "track", "wbr",
}  # fmt: skip

_BLOCK_ELEMENTS = (
    "address", "applet", "article", "aside", "blockquote", "body", "caption", "col", "colgroup", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html",
    "iframe", "legend", "li", "main", "map", "menu", "nav", "ol", "optgroup", "p", "pre", "section", "summary", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
)  # fmt: skip
BLOCK_TAG = rf"</?(?:{'|'.join(_BLOCK_ELEMENTS)})(?:\s[^<>]*)?>"  # as text where it does not begin a block

# Elements within a line of text whose content is no Markdown: all but these.
_SPAN_MODEL = (
    "a", "abbr", "acronym", "b", "bdo", "big", "button", "cite", "del", "dfn", "em", "i", "ins", "label", "q", "rb", "rbc",
    "rp", "rt", "rtc", "ruby", "select", "small", "span", "strong", "sub", "sup", "tt",
)  # fmt: skip
RAW_SPAN = (
    rf"(?i)<(?P<tag>(?!(?:{'|'.join(sorted({*_SPAN_MODEL, *_BLOCK_ELEMENTS, *BLOCK_MODEL, *WITHOUT_BODY}))})[\s/>])"
    r"[A-Z][\w:-]*)(?=[\s>])[^<>]*(?<!/)>"
)

_NO_SPAN = rf"(?!(?:{'|'.join((*SPAN_ELEMENTS, 'script'))})\b)[A-Za-z][\w:-]*"

END = "\0"  # a line where an item's first list begins, which ends whatever stands above it

BLANK = re.compile(r"\s*$")
CODE = re.compile(r"(?:\t| {4})[ \t]*\S")
FENCE = re.compile(r" {0,3}([~`])\1{2,}")
FENCED = re.compile(r" {0,3}(?P<fence>(?P<sign>[~`])(?P=sign){2,})[ \t]*(?:(?P<language>\S+?)(?:\?\S*)?)?[ \t]*$")
QUOTE = re.compile(r" {0,3}> ?")
HEADING = re.compile(r"#{1,6}[ \t]+\S")
HEADING_ID = re.compile(r"(#{1,6}[ \t].*?)[ \t]*\{#([A-Za-z][\w:-]*)\}[ \t]*$")
RULE = re.compile(r" {0,3}(\*|-|_)[ \t]*\1[ \t]*\1(\1|[ \t])*$")
UNDERLINED = re.compile(r" {0,3}[^ \t].*\n[-=][-=]*\s*$")  # a heading
ITEM = re.compile(r"( {0,3}(?:[+*-]|\d+\.))([\t| ].*)$")
DEFINITION = re.compile(r"( {0,3}:)([\t| ].*)$")
HTML = re.compile(r" {0,3}<(?P<close>/?)(?P<tag>[A-Za-z][\w:-]*)(?=\s|/?>|$)")
HTML_END = re.compile(rf" {{0,3}}</?{_NO_SPAN}", re.IGNORECASE)  # of a paragraph
HTML_COMMENT = re.compile(r" {0,3}<!--")
ATTRIBUTES = re.compile(r"( {0,3})\{:(?![:/])((?:\\\}|[^}])+)\}\s*$")
ITEM_ATTRIBUTES = re.compile(r"\s*\{:(?![:/])((?:\\\}|[^}])+)\}\s*")
FOOTNOTE = re.compile(r" {0,3}\[\^([\w-]+)\]:(.*)$")
TITLE_BELOW = re.compile(r"[ \t]*([\"']).+\1[ \t]*$")
LINK_OR_ABBREVIATION = re.compile(r" {0,3}(?:\[[^\]\n^][^\]\n]*\]:|\*\[[^\]\n]+\]:)")


def ends_lazy(line: str) -> bool:
    """Whether `line` ends whatever text stands before it: a blank line, attributes, an element that is a block."""
    return line == END or any(pattern.match(line) for pattern in (BLANK, ATTRIBUTES, HTML_END))


def ends_paragraph(line: str) -> bool:
    """Whether `line` ends the paragraph before it."""
    return ends_lazy(line) or any(pattern.match(line) for pattern in (ITEM, HEADING, DEFINITION, QUOTE, FENCE))


def is_boundary(line: str) -> bool:
    """Whether a formula or a table may end before `line`."""
    return line == END or BLANK.match(line) is not None or ATTRIBUTES.match(line) is not None
