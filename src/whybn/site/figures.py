"""Images with a caption become figures, and the project's own figures get their widths and a source line."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from jekyll_dialect.data import readable_data
from jekyll_dialect.errors import lenient, report
from jekyll_dialect.templating import Page
from whybn.common.nearest import nearest

OWN = re.compile(r"(?:\.{1,2}/)*assets/figures/(?P<name>[\w-]+)\.svg$")
ROOT_TAG = re.compile(r"<svg\b[^>]*>", re.DOTALL)
VIEW_BOX = re.compile(r"\bviewBox=[\"']([\d.eE+-]+)[ ,]+([\d.eE+-]+)[ ,]+([\d.eE+-]+)[ ,]+([\d.eE+-]+)[\"']")
# A wide drawing comes where the column is as wide, so that its words have their size, and on paper. A live figure sets its
# own words, and has a telephone's shape only on telephones. As in figures.css and page.css.
NARROW, BROAD, BLEED = "screen and (max-width: 719px)", "(min-width: 1280px)", "(min-width: 1600px)"
LIVE_NARROW = "screen and (max-width: 599px)"
UNSEARCHED = {"data-search-exclude": ""}
SOURCE = {"class": "source", **UNSEARCHED}
BLANK = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'/%3E".replace(" ", "%20")


@dataclass(frozen=True)
class Drawing:
    """A drawn figure on disk: its size in CSS pixels."""

    width: int
    height: int

    @classmethod
    def read(cls, path: Path) -> Drawing | None:
        """The size of an SVG from its view box; None when there is no file or no view box."""
        if not path.is_file():
            return None
        with path.open(encoding="utf-8") as file:
            tag = ROOT_TAG.search(file.read(4096))
        box = VIEW_BOX.search(tag[0]) if tag else None
        return cls(round(float(box[3])), round(float(box[4]))) if box else None


def missing(name: str, docs: Path) -> str:
    """What to run for a figure that has not been drawn, or the nearest name of a script."""
    scripts = [path.stem for path in (docs.parent / "figures").rglob("*.py")]
    if name in scripts:
        return f"assets/figures/{name}.svg has not been drawn: run `make figures FIGURE={name}`"
    return f"assets/figures/{name}.svg: there is no figures/{name}.py{nearest(name, scripts)}"


def held(span: ET.Element, name: str, plan: Mapping[str, str]) -> None:
    """Hold the place of a figure that is still to be drawn: at its size, with what it will show, and when.

    The page's own script for pages that are served writes the last.
    """
    span.set("data-figure", name)
    picture = ET.SubElement(span, "picture")
    wide, narrow = ({side: plan[f"{kind}_{side}"] for side in ("width", "height")} for kind in ("wide", "narrow"))
    ET.SubElement(picture, "source", {"media": NARROW, "srcset": BLANK.format(**narrow), **narrow})
    ET.SubElement(picture, "img", {"src": BLANK.format(**wide), "alt": "", **wide})
    words = ET.SubElement(span, "span", {"class": "awaited"})
    ET.SubElement(words, "span").text = AtomicString(plan["shows"])
    ET.SubElement(words, "span", {"class": "left"}).text = "not computed yet"


class MissingFigures(Treeprocessor):
    """Put a line of text where a figure has not been drawn, and report the command that draws it.

    Runs before MkDocs looks at links, so that the author reads this message and not two. The report is a
    warning, which fails a strict build, or a remark while the page is being written. Where the page is served while
    the pipeline is at work on the figure, its place is held instead.
    """

    def __init__(self, md: Markdown, page: Callable[[], Page]) -> None:
        super().__init__(md)
        self.page = page

    def run(self, root: ET.Element) -> None:
        """Change the images of a page in place."""
        page = self.page()
        for image in list(root.iter("img")):
            own = OWN.match(image.get("src", ""))
            if own is None or (page.docs / "assets/figures" / f"{own['name']}.svg").is_file():
                continue
            keep = {key: image.get(key) for key in ("id",) if image.get(key)}
            tail = image.tail
            image.clear()
            image.tag, image.tail = "span", tail
            image.attrib.update(keep, **{"class": "undrawn"})
            plan = readable_data(page.docs).get("planned", {}).get("figures", {}).get(own["name"])
            if plan and lenient():
                held(image, own["name"], plan)
                continue
            image.text = missing(own["name"], page.docs)
            report(f"{page.docs.name}/{page.src_uri}: {image.text}")


class Figures(Treeprocessor):
    """Rewrite `image, then emphasised line` paragraphs. Runs after MkDocs has rewritten links."""

    def __init__(self, md: Markdown, page: Callable[[], Page]) -> None:
        super().__init__(md)
        self.page = page

    def run(self, root: ET.Element) -> None:
        """Change the paragraphs of a page in place."""
        for parent in list(root.iter()):
            for index, child in reversed(list(enumerate(parent))):
                parts = _image_and_caption(child) if child.tag == "p" else None
                if parts is not None:
                    parent[index : index + 1] = [self.figure(child, *parts), *self.source_line(parts[1])]
        if (self.page().meta or {}).get("opening") == "figure":
            first = next((place for place, child in enumerate(root) if child.tag == "figure"), -1)
            root.insert(first + 1, ET.Element("template", {"class": "opening-ends"}))  # overrides/main.html replaces it
            if first >= 0:
                _beside_the_title(root[first])

    def figure(self, paragraph: ET.Element, holder: ET.Element, image: ET.Element, caption: ET.Element) -> ET.Element:
        """A `figure` element: picture and caption."""
        figure = ET.Element("figure", dict(paragraph.attrib))
        figure.tail = paragraph.tail
        name = image.attrib.pop("id", None)
        if name:
            figure.set("id", name)
        if "data-explorable" in image.attrib:
            figure.set("data-explorable", image.attrib.pop("data-explorable"))
        if image.tag == "img" and "class" in image.attrib:
            figure.set("class", f"{figure.get('class', '')} {image.attrib.pop('class')}".strip())
        own = OWN.search(image.get("src", ""))
        holder.tail = None
        if own and holder is image:
            large = ET.SubElement(figure, "a", {"class": "enlarge", "href": image.get("src"), "title": "Large view"})
            large.append(self.picture(image, own["name"], LIVE_NARROW if "data-explorable" in figure.attrib else NARROW))
        else:
            figure.append(holder)
        text = ET.SubElement(figure, "figcaption")
        text.text = caption.text
        text.extend(list(caption))
        if name:
            link = ET.SubElement(text, "a", {"class": "headerlink", "href": f"#{name}", **UNSEARCHED})
            link.set("title", "Link to this figure")
            link.text = "#"
        return figure

    def picture(self, image: ET.Element, name: str, below: str) -> ET.Element:
        """The image with its size and, where there are drawings for other widths, the choice between them.

        `below` says where the narrow one is shown.
        """
        folder = self.page().docs / "assets/figures"
        wide = Drawing.read(folder / f"{name}.svg")
        if wide:
            image.set("width", str(wide.width))
            image.set("height", str(wide.height))
        image.set("loading", "lazy")
        image.set("decoding", "async")
        picture = ET.Element("picture")
        for kind, media in (("narrow", below), ("broad", BROAD)):
            other = Drawing.read(folder / f"{name}.{kind}.svg")
            if other:
                address = posixpath.join(posixpath.dirname(image.get("src")), f"{name}.{kind}.svg")
                size = {"width": str(other.width), "height": str(other.height)}
                ET.SubElement(picture, "source", {"media": media, "srcset": address, **size})
                if kind == "broad":
                    picture.set("class", "broad")
        picture.append(image)
        return picture if len(picture) > 1 else image

    def source_line(self, image: ET.Element) -> list[ET.Element]:
        """The quiet line below one of our own figures: script, data, command, seconds.

        It stands outside the figure, whose caption is its name and must be its last child. One whose place is held has
        the script and the command already.
        """
        plan = readable_data(self.page().docs).get("planned", {}).get("figures", {}).get(image.get("data-figure"))
        if plan:
            line = ET.Element("p", SOURCE)
            line.text = AtomicString(f"{plan['script']} · {plan['command']}")
            return [line]
        address = image.get("src", "")
        own = OWN.search(address)
        computed = readable_data(self.page().docs)
        entry = own and computed.get("figures", {}).get(own["name"])
        if not isinstance(entry, Mapping):
            return []
        line = ET.Element("p", SOURCE)
        script = ET.SubElement(line, "span")
        script.text, script.tail = str(entry["script"]), " · "
        data = ET.SubElement(line, "a", {"download": ""})
        data.set("href", posixpath.join(posixpath.dirname(address), str(entry["csv"])))
        data.text, data.tail = "data", " · "
        command = ET.SubElement(line, "code")
        command.text = AtomicString(str(entry["command"]))
        command.tail = f" · {computed['times']['figures'][own['name']]} s"
        return [line]


def _beside_the_title(figure: ET.Element) -> None:
    """The figure that a page opens with has room for its broad drawing only in the broadest windows."""
    for picture in figure.iter("picture"):
        for source in picture:
            if source.get("media") == BROAD:
                source.set("media", BLEED)
                picture.set("class", "bleed")


def _image_and_caption(
    paragraph: ET.Element,
) -> tuple[ET.Element, ET.Element, ET.Element] | None:
    """(the image or the link around it, the image, the caption) of such a paragraph, else None."""
    children = list(paragraph)
    if len(children) != 2 or children[1].tag != "em" or (paragraph.text or "").strip():
        return None
    if "\n" not in (children[0].tail or "") or any((c.tail or "").strip() for c in children):
        return None
    holder = children[0]
    if holder.tag == "span" and holder.get("class") == "undrawn":
        return holder, holder, children[1]
    image = holder if holder.tag == "img" else holder.find("img") if holder.tag == "a" else None
    return None if image is None else (holder, image, children[1])
