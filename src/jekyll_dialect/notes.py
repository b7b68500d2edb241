"""Footnotes, numbered as the reader meets them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from markdown.treeprocessors import Treeprocessor


def footnotes(root: ET.Element) -> ET.Element | None:
    """The list of footnotes at the end of a page."""
    return next((div.find("ol") for div in root.iter("div") if div.get("class") == "footnote"), None)


def target_of(element: ET.Element) -> str | None:
    """The id of the footnote that `element` refers to."""
    link = element.find("a") if element.tag == "sup" else None
    if link is None or link.get("class") != "footnote-ref":
        return None
    return link.get("href", "").removeprefix("#")


class ReadingOrder(Treeprocessor):
    """Number footnotes by their first reference in the text, as kramdown does.

    Python-Markdown numbers those in folded parts and lists after those in plain paragraphs.
    """

    def run(self, root: ET.Element) -> None:
        """Renumber the references of a page in place and sort its footnotes."""
        listed = footnotes(root)
        if listed is None:
            return
        numbers: dict[str, int] = {}
        for sup in root.iter("sup"):
            target = target_of(sup)
            if target is not None:
                sup.find("a").text = str(numbers.setdefault(target, len(numbers) + 1))
        listed[:] = sorted((item for item in listed if item.get("id") in numbers), key=lambda item: numbers[item.get("id")])
