"""Links between pages, written as Jekyll needs them: `./methods.html#data`."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from jekyll_dialect.templating import Page

PAGE = re.compile(r"(?P<stem>[^:?#]+)\.html(?P<anchor>#.*)?$")


class PageLinks(Treeprocessor):
    """Point a link to `x.html` at `x.md` where that is a page of the article.

    MkDocs then checks the page and the anchor, which it does not do for HTML files.
    """

    def __init__(self, md: Markdown, page: Callable[[], Page]) -> None:
        super().__init__(md)
        self.page = page

    def run(self, root: ET.Element) -> None:
        """Rewrite the links of a page in place."""
        page = self.page()
        folder = posixpath.dirname(page.src_uri)
        for link in root.iter("a"):
            match = PAGE.match(link.get("href", ""))
            if match is None:
                continue
            target = posixpath.normpath(posixpath.join(folder, f"{match['stem']}.md"))
            if (page.docs / target).is_file():
                link.set("href", f"{match['stem']}.md{match['anchor'] or ''}")
