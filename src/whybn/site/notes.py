"""Footnotes, once more in the margin for wide screens."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET

from markdown.treeprocessors import Treeprocessor

from jekyll_dialect.notes import footnotes, target_of

# Where a floating note would be cut off or push the text: the reader has the footnote there.
NO_ROOM = ("table", "figure", "h1", "h2", "h3", "h4", "h5", "h6")


class MarginNotes(Treeprocessor):
    """Put a copy of every footnote after its first reference.

    The style sheet shows the copies where there is a margin, and hides them elsewhere; the list at the
    end of the page stays, as the article's references. `data-search-exclude` keeps copies out of the search.
    """

    def run(self, root: ET.Element) -> None:
        """Add the notes to a page in place."""
        listed = footnotes(root)
        if listed is not None:
            self.place(root, {item.get("id"): item for item in listed})

    def place(self, parent: ET.Element, notes: dict[str | None, ET.Element]) -> None:
        """Walk through `parent` in document order; each note leaves `notes` when it is placed."""
        for child in list(parent):
            if child.tag in NO_ROOM or child.get("class") == "footnote":
                continue
            target = target_of(child)
            if target is None:
                self.place(child, notes)
            elif target in notes:
                note = _note(notes.pop(target), "".join(child.itertext()))
                note.tail, child.tail = child.tail, None
                parent.insert(list(parent).index(child) + 1, note)


def _note(item: ET.Element, number: str) -> ET.Element:
    """The first paragraph of a footnote as a side comment.

    The search takes elements of one name for one another: it would leave out only the beginning of a span with spans in it.
    """
    note = ET.Element("small", {"class": "sidenote", "data-search-exclude": ""})
    paragraph = item.find("p")
    source = copy.deepcopy(paragraph if paragraph is not None else item)
    mark = ET.SubElement(note, "span", {"class": "sidenote-number"})
    mark.text, mark.tail = number, source.text
    for child in source:
        child.attrib.pop("id", None)
        if child.get("class") == "footnote-backref":
            continue
        note.append(child)
    return note
