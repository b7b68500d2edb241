"""The Markdown extension: Jekyll's dialect, with the figures, claims and margin notes of this site.

Listed in mkdocs.yml under `markdown_extensions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markdown import Markdown

from jekyll_dialect.extension import Dialect
from jekyll_dialect.templating import Page
from whybn.site import explorables, figures, quotations
from whybn.site.formulas import FormulaBoxes
from whybn.site.glossary import Glossary
from whybn.site.notes import MarginNotes
from whybn.site.reading_time import ReadingTime


class ArticleExtension(Dialect):
    """The dialect's processors, and those that only this site has."""

    def explain(self, segments: list[str], variables: Mapping[str, object]) -> str | None:
        """What is wrong with a name that is computed here."""
        return quotations.explain(segments, variables)

    def expect(self, segments: list[str], variables: Mapping[str, object]) -> bool:
        """Whether the pipeline is still to compute a name."""
        return quotations.expected(segments, variables)

    def check(self, text: str, page: Page) -> Iterable[tuple[int, str]]:
        """Slips in what brings a figure to life."""
        return explorables.problems(text, page.docs)

    def prepare(self, source: str) -> str:
        """The page with a place to link to at each claim, and, where they are listed, a mark that leads there."""
        return quotations.with_marks(source, listed=(self.page().docs / quotations.LEDGER).is_file())

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processors; the numbers are their places among those of Python-Markdown and the dialect."""
        super().extendMarkdown(md)
        # After raw HTML (30) has come back.
        md.postprocessors.register(FormulaBoxes(md), "formula_boxes", 5)
        md.treeprocessors.register(figures.MissingFigures(md, self.page), "missing_figures", 6)
        md.treeprocessors.register(Glossary(md, self.page), "glossary", 4.2)
        md.treeprocessors.register(ReadingTime(md, self.page), "reading_time", 4.5)
        md.treeprocessors.register(MarginNotes(md), "margin_notes", 4)
        # After MkDocs has rewritten links (0).
        md.treeprocessors.register(figures.Figures(md, self.page), "figures", -10)


def makeExtension(**options: object) -> ArticleExtension:
    """Return the extension; `docs` names another folder than `docs`."""
    return ArticleExtension(**options)
