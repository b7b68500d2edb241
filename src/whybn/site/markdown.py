"""The Markdown extension: Jekyll's Liquid, kramdown's habits and the figures, for any Python-Markdown site.

Listed in mkdocs.yml under `markdown_extensions`. It uses no hook or plugin of MkDocs, so that Zensical can
use it as it is.
Set `WHYBN_LENIENT=1` (as `make serve` does) to mark unknown names in the page instead of failing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from whybn.site import blocks, figures, kramdown, spans
from whybn.site.builders import page_of
from whybn.site.errors import lenient, log, report
from whybn.site.glossary import Glossary
from whybn.site.links import PageLinks
from whybn.site.notes import MarginNotes, ReadingOrder
from whybn.site.reading_time import ReadingTime
from whybn.site.references import References
from whybn.site.slips import slips
from whybn.site.templating import Page, Rendered, render


class LiquidLines(Preprocessor):
    """Evaluate Liquid before anything else sees the text, fenced code included, as Jekyll does."""

    def __init__(self, md: Markdown, page: Callable[[], Page]) -> None:
        super().__init__(md)
        self.page = page
        self.rendered: Rendered | None = None  # the page as written, for messages about it

    def run(self, lines: list[str]) -> list[str]:
        """Return the page's lines as Jekyll would hand them to kramdown."""
        source = "\n".join(lines)
        self.rendered = rendered = render(source, self.page(), lenient=lenient())
        for message in rendered.messages:
            log.info(message)
        for problem in slips(rendered):
            report(problem)
        if spans.QUOTED.search(source):  # rendered twice, as a message counts the lines of the page as written
            rendered = render(spans.with_anchors(source), self.page(), lenient=lenient())
        return rendered.text.split("\n")


class KramdownLines(Preprocessor):
    """Put what kramdown reads otherwise into words that Python-Markdown reads the same way."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the rewritten lines of a page."""
        return kramdown.normalise(lines)


class ArticleExtension(Extension):
    """Register every processor; `docs` is the folder of the article, relative to the working folder."""

    def __init__(self, **options: object) -> None:
        self.config = {"docs": ["docs", "the folder that holds the article, _data and _config.yml"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name that Python-Markdown calls
        """Register the processors; the numbers are their places among those of Python-Markdown."""
        docs = Path(self.getConfig("docs"))

        def page() -> Page:
            return page_of(md, docs)

        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, *spans.ESCAPES]
        liquid = LiquidLines(md, page)
        md.preprocessors.register(liquid, "liquid", 200)
        # After line ends are normalised (30), before fences (25) and raw HTML (20) are taken out.
        md.preprocessors.register(KramdownLines(md), "kramdown", 28)
        md.preprocessors.register(spans.BlockMathematics(md), "block_mathematics", 19)
        # Before escapes (180), which would take the second backslash or the first dollar sign.
        md.inlinePatterns.register(spans.BackslashBreak(r"\\{1,2}\n", md), "backslash_break", 186)
        md.inlinePatterns.register(spans.Mathematics(r"\$\$(.+?)\$\$", md), "mathematics", 185)
        md.inlinePatterns.register(spans.UnresolvedMark(spans.UNRESOLVED, md), "unresolved", 184)
        # After code, links and raw HTML have been taken out.
        # smarty lets no fourth dot follow, and opens a quotation inside 6'2".
        md.inlinePatterns.register(spans.Replacement(r"\.\.\.", "…", md), "ellipsis", 45)
        md.inlinePatterns.register(spans.Replacement(r"(?<=\w)'(?=\w)", "’", md), "apostrophe", 44)
        # Before inline parsing (20): attribute marks are still plain text.
        md.treeprocessors.register(blocks.AttributeMarks(md), "attribute_marks", 25)
        # After raw HTML (30) has come back.
        md.postprocessors.register(spans.FormulaBoxes(md), "formula_boxes", 5)
        md.registerExtension(self)
        md.treeprocessors.register(References(md, lambda: liquid.rendered), "references", 19.5)
        # After footnotes are listed and inline parsing has found the references.
        md.treeprocessors.register(ReadingOrder(md), "reading_order", 15)
        md.treeprocessors.register(blocks.HeadlessTables(md), "headless_tables", 9)
        # Before the table of contents (5) gives headings ids of its own making.
        md.treeprocessors.register(blocks.HeadingIds(md), "heading_ids", 7)
        md.treeprocessors.register(figures.MissingFigures(md, page), "missing_figures", 6)
        md.treeprocessors.register(Glossary(md, page), "glossary", 4.2)
        md.treeprocessors.register(ReadingTime(md, page), "reading_time", 4.5)
        md.treeprocessors.register(MarginNotes(md), "margin_notes", 4)
        md.treeprocessors.register(PageLinks(md, page), "page_links", 3)
        # After MkDocs has rewritten links (0).
        md.treeprocessors.register(figures.Figures(md, page), "figures", -10)
        self.md = md

    def reset(self) -> None:
        """Called once every extension is registered: replace the attribute lists of whichever came first."""
        if not isinstance(self.md.treeprocessors["attr_list"], blocks.ColonAttributes):
            self.md.treeprocessors.register(blocks.ColonAttributes(self.md), "attr_list", 8)


def makeExtension(**options: object) -> ArticleExtension:  # noqa: N802 - the name that Python-Markdown calls
    """Return the extension; `docs` names another folder than `docs`."""
    return ArticleExtension(**options)
