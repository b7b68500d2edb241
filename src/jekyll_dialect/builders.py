"""Which page is being rendered: each builder of sites leaves that elsewhere."""

from __future__ import annotations

from pathlib import Path

from markdown import Markdown

from jekyll_dialect.templating import Page


def page_of(md: Markdown, docs: Path) -> Page:
    """The page that `md` renders. Where no builder says so, it counts as the root page of `docs`."""
    if "relpath" in md.treeprocessors:  # MkDocs: its link processor
        links = md.treeprocessors["relpath"]
        return Page(Path(links.config.docs_dir), links.file.src_uri, links.file.page.meta)
    if "rendering_context" in md.preprocessors:  # Zensical: a preprocessor that does nothing else
        context = md.preprocessors["rendering_context"]
        return Page(Path(context.config["docs_dir"]), context.page.path, context.page.meta)
    return Page(docs)
