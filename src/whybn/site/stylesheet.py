"""One style sheet for the built site: the rules of all its sheets that some page or script can use.

The theme styles many things that no page of ours has. What it costs to fetch them is paid before anything is shown.
"""

from __future__ import annotations

import re
from pathlib import Path

import tinycss2
from tinycss2.ast import AtRule, FunctionBlock, Node, QualifiedRule, SquareBracketsBlock

LINK = re.compile(r'[ \t]*<link rel="stylesheet" href="([^"]+)">\s*?\n?')
NAME = re.compile(r"[A-Za-z_][\w-]*")
CLASSES = re.compile(r"""class=["']?([^"'>]*)""")
# Attributes with which a theme tells its variants apart; scripts take the values from the page.
VARIANT = re.compile(r"""\b(dir|data-md-color-\w+)=["']?([\w-]+)["']?""")
# What the theme's script can make or look for, and this site never asks for.
ASKED_BY_SCRIPT_ALONE = (
    "md-annotation", "md-author", "md-banner", "md-consent", "md-feedback", "md-post", "md-progress", "md-rating",
    "md-select", "md-source", "md-status", "md-tabs", "md-tag", "md-version", "mermaid", "tabbed",
)  # fmt: skip
SHEET = "assets/css/site.css"  # beside our own sheets, so that their relative addresses stay true


def gather(folder: Path) -> None:
    """Write the one sheet into a built site and have every page ask for it alone."""
    pages = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    scripts = [path.read_text("utf-8") for path in folder.rglob("*.js") if path.parent.name != "search"]
    known = {name for html in pages.values() for names in CLASSES.findall(html) for name in names.split()}
    spoken = {name for script in scripts for name in NAME.findall(script)}
    known |= {name for name in spoken if not name.startswith(ASKED_BY_SCRIPT_ALONE)}
    known |= {"=".join(pair) for html in pages.values() for pair in VARIANT.findall(html)}
    addresses = dict.fromkeys(address for html in pages.values() for address in LINK.findall(html))
    sheets = dict.fromkeys(folder / address.removeprefix(_root(address)) for address in addresses)
    text = "".join(used(sheet.read_text("utf-8"), known) for sheet in sheets)
    (folder / SHEET).write_text(text, encoding="utf-8")
    for path, html in pages.items():
        first = LINK.search(html)
        if first:
            one = f'<link rel="stylesheet" href="{_root(first[1])}{SHEET}">\n'
            path.write_text(html[: first.start()] + one + LINK.sub("", html[first.start() :]), encoding="utf-8")


def _root(address: str) -> str:
    """The way from a page to the root of the site: what stands before `assets/`."""
    return address[: address.index("assets/")]


def used(css: str, known: set[str]) -> str:
    """The rules of a sheet whose classes and variants are all `known`."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "".join(_rule(rule, known) for rule in rules)


def _rule(rule: Node, known: set[str]) -> str:
    """A rule as text, or nothing."""
    if isinstance(rule, AtRule):
        if rule.at_keyword not in {"media", "supports"}:
            return rule.serialize()
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        text = "".join(_rule(each, known) for each in inner)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}" if text else ""
    if not isinstance(rule, QualifiedRule):
        raise TypeError(f"a style sheet cannot be read: {rule}")
    selectors = [s for s in _selectors(rule.prelude) if _matches(s, known)]
    if not selectors:
        return ""
    prelude = ",".join(tinycss2.serialize(selector).strip() for selector in selectors)
    return f"{prelude}{{{tinycss2.serialize(rule.content).strip()}}}\n"


def _selectors(prelude: list[Node]) -> list[list[Node]]:
    """A list of selectors, taken apart at its commas."""
    found: list[list[Node]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def _matches(selector: list[Node], known: set[str]) -> bool:
    """Whether a page could hold what `selector` asks for; what stands inside `:is()` or `:not()` is let pass."""
    for before, token in zip([None, *selector], selector, strict=False):
        if isinstance(token, FunctionBlock):
            continue
        if isinstance(token, SquareBracketsBlock):
            variant = VARIANT.fullmatch(token.serialize()[1:-1])
            if variant and "=".join(variant.groups()) not in known:
                return False
        is_class = before is not None and before.type == "literal" and before.value == "."
        if is_class and token.type == "ident" and token.value not in known:
            return False
    return True
