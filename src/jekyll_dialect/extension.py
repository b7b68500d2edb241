"""The Markdown extension: Jekyll's Liquid and kramdown's habits, for any Python-Markdown site.

It uses no hook or plugin of a builder, so that each can use it as it is. `README.md` says which other extensions it
wants beside it. Set `JEKYLL_LENIENT=1` to mark unknown names in the page and go on, as `mkdocs serve` does anyway.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import BACKTICK_RE
from markdown.preprocessors import Preprocessor
from markdown.util import BLOCK_LEVEL_ELEMENTS

from jekyll_dialect import blocks, embeds, formulas, front_matter, grammar, kramdown, quotes, spans
from jekyll_dialect.builders import page_of
from jekyll_dialect.emphasis import ATTRIBUTES, Emphasis
from jekyll_dialect.errors import PageError, report
from jekyll_dialect.links import PageLinks
from jekyll_dialect.notes import ReadingOrder
from jekyll_dialect.references import References
from jekyll_dialect.slips import slips
from jekyll_dialect.templating import Page, Rendered, render


class LiquidLines(Preprocessor):
    """Evaluate Liquid before anything else sees the text, fenced code included, as Jekyll does."""

    def __init__(self, md: Markdown, dialect: Dialect) -> None:
        super().__init__(md)
        self.dialect = dialect
        self.rendered: Rendered | None = None  # the page as written, for messages about it

    def run(self, lines: list[str]) -> list[str]:
        """Return the page's lines as Jekyll would hand them to kramdown.

        In the place of a page that cannot be rendered stands what is wrong with it; the build goes on to the others.
        """
        # MkDocs leaves front matter without a key in the page.
        source, page = front_matter.EMPTY.sub("", "\n".join(lines)), self.dialect.page()
        self.rendered = None
        try:
            front_matter.checked(page.written, page.name)
            self.rendered = rendered = render(source, page, self.dialect.explain, self.dialect.expect)
        except PageError as error:
            for message in str(error).split("\n"):
                report(message)
            return [f'<pre class="unresolved">{html.escape(str(error), quote=False)}</pre>']
        for problem in [*rendered.messages, *slips(rendered, self.dialect.check)]:
            report(problem)
        prepared = self.dialect.prepare(source)
        if prepared != source:  # rendered twice, as a message counts the lines of the page as written
            rendered = render(prepared, page, self.dialect.explain, self.dialect.expect)
        return rendered.text.split("\n")


class KramdownLines(Preprocessor):
    """Put what kramdown reads otherwise into words that Python-Markdown reads the same way."""

    def __init__(self, md: Markdown, said: Callable[[str, str], None]) -> None:
        super().__init__(md)
        self.said = said
        self.document = kramdown.Document()

    def run(self, lines: list[str]) -> list[str]:
        """Return the rewritten lines of a page."""
        self.document = kramdown.Document()
        lines = kramdown.normalise(lines, self.document)
        # Elements that are blocks for kramdown, and would be spans for Python-Markdown: <svg>, those of no standard.
        self.md.block_level_elements = [*BLOCK_LEVEL_ELEMENTS, *self.document.elements]
        for text, message in self.document.problems:
            self.said(text, message)
        return lines


class Dialect(Extension):
    """Register every processor; `docs` is the folder of the pages, relative to the working folder.

    A site that knows more than Jekyll overrides `explain`, `expect`, `check` and `prepare`.
    """

    def __init__(self, **options: object) -> None:
        self.config = {"docs": ["docs", "the folder that holds the pages, _data and _config.yml"]}
        super().__init__(**options)

    def explain(self, segments: list[str], variables: Mapping[str, object]) -> str | None:  # noqa: ARG002 - for who overrides it
        """What is wrong with the unknown name `segments`, where the site knows more than that; else None."""
        return None

    def expect(self, segments: list[str], variables: Mapping[str, object]) -> bool:  # noqa: ARG002 - for who overrides it
        """Whether the unknown name `segments` is one that something at work is still to give."""
        return False

    def check(self, text: str, page: Page) -> Iterable[tuple[int, str]]:  # noqa: ARG002 - for who overrides it
        """(place, message) for each slip that only this site can know of, in a text without its code."""
        return ()

    def prepare(self, source: str) -> str:
        """The page as Liquid is to have it."""
        return source

    def page(self) -> Page:
        """The page being rendered."""
        return page_of(self.md, Path(self.getConfig("docs")))

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processors; the numbers are their places among those of Python-Markdown."""
        self.md = md
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, *spans.ESCAPES]
        liquid = LiquidLines(md, self)
        md.preprocessors.register(liquid, "liquid", 200)

        def said(text: str, message: str) -> None:
            """Report a problem where `text` stands, or its first line, as lines of an item are indented."""
            if liquid.rendered is not None:
                whole = liquid.rendered.text
                place = whole.find(text) if text in whole else max(whole.find(text.strip().split("\n")[0]), 0)
                report(f"{liquid.rendered.at(place)}: {message}")

        # Before tabs are widened (30), fences (25) and raw HTML (20) are taken out.
        lines = KramdownLines(md, said)
        md.preprocessors.register(lines, "kramdown", 31)
        # Before escapes (180), which would take the second backslash or the first dollar sign.
        md.inlinePatterns.register(spans.BackslashBreak(r"\\{1,2}\n", md), "backslash_break", 186)
        setting = formulas.Formulas(md, said)
        md.inlinePatterns.register(formulas.Inline(md, setting), "formula", 185)
        md.inlinePatterns.register(formulas.Displayed(md, setting, lambda: lines.document.formulas), "displayed", 185)
        md.inlinePatterns.register(spans.RawSpan(grammar.RAW_SPAN, md), "raw_span", 187)
        md.inlinePatterns.register(spans.Code(BACKTICK_RE), "backtick", 190)
        md.inlinePatterns.register(spans.Raw(md, lambda: lines.document.raw), "raw_block", 92)
        md.inlinePatterns.register(spans.BlockTag(grammar.BLOCK_TAG, md), "block_tag", 91)
        md.inlinePatterns.register(Emphasis(rf"{ATTRIBUTES}|[*_]", md), "em_strong", 60)
        md.inlinePatterns.register(spans.Dashes(r"-{4,}", md), "dashes", 46)
        md.inlinePatterns.register(spans.UnresolvedMark(spans.UNRESOLVED, md), "unresolved", 184)
        # After code, links and raw HTML have been taken out.
        md.inlinePatterns.register(spans.Replacement(r"(?<=\w)'(?=\w)", "’", md), "apostrophe", 76)
        md.inlinePatterns.register(quotes.SmartQuotes(r"[\"']", md), "quotes", 75)
        # smarty lets no fourth dot follow.
        md.inlinePatterns.register(spans.Replacement(r"\.\.\.", "…", md), "ellipsis", 45)
        # Before inline parsing (20): attribute marks are still plain text.
        md.treeprocessors.register(blocks.AttributeMarks(md), "attribute_marks", 25)
        md.postprocessors.register(spans.Marks(md), "marks", 1)
        md.postprocessors.register(embeds.Embeds(md, self.page, said), "embeds", 2)
        tree = spans.TreeDone(md)
        md.treeprocessors.register(tree, "tree_done", -100)
        md.postprocessors.register(spans.Reported(md, tree), "reported", -100)
        md.registerExtension(self)
        md.treeprocessors.register(References(md, lambda: liquid.rendered), "references", 19.5)
        # After footnotes are listed and inline parsing has found the references.
        md.treeprocessors.register(ReadingOrder(md), "reading_order", 15)
        md.treeprocessors.register(blocks.Tables(md), "parts_of_tables", 9)
        # Before the table of contents (5) gives headings ids of its own making.
        md.treeprocessors.register(blocks.HeadingIds(md), "heading_ids", 7)
        md.treeprocessors.register(PageLinks(md, self.page), "page_links", 3)

    def reset(self) -> None:
        """Called once every extension is registered: replace the attribute lists of whichever came first."""
        if not isinstance(self.md.treeprocessors["attr_list"], blocks.ColonAttributes):
            self.md.treeprocessors.register(blocks.ColonAttributes(self.md), "attr_list", 8)
        lines = self.md.preprocessors["kramdown"]
        if not isinstance(self.md.treeprocessors["toc"], blocks.Contents):
            contents = blocks.Contents(self.md, self.md.treeprocessors["toc"], lambda: lines.document.ordered_contents)
            self.md.treeprocessors.register(contents, "toc", 5)


def makeExtension(**options: object) -> Dialect:
    """Return the extension; `docs` names another folder than `docs`."""
    return Dialect(**options)
