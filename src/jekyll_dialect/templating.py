"""Render one page's Liquid as Jekyll in strict mode would, and say where it cannot be rendered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from liquid import Environment, FileSystemLoader, RenderContext
from liquid.exceptions import LiquidError, UnknownFilterError

from jekyll_dialect.data import page_variables, site_variables
from jekyll_dialect.errors import PageError
from jekyll_dialect.nearest import nearest
from jekyll_dialect.origins import Origins
from jekyll_dialect.problems import Expect, Explain, Problems
from jekyll_dialect.tags import FILTER_WAYS, add_jekyll, plugin


@dataclass(frozen=True)
class Page:
    """The page being rendered: its place in `docs` and its front matter."""

    docs: Path
    src_uri: str = "index.md"
    meta: dict[str, object] | None = None

    @property
    def name(self) -> str:
        """`docs/index.md`."""
        return f"{self.docs.name}/{self.src_uri}"

    @property
    def written(self) -> str:
        """The page as its file has it, with its front matter."""
        path = self.docs / self.src_uri
        return path.read_text("utf-8-sig") if path.is_file() else ""

    def at(self, text: str, index: int) -> str:
        """`docs/index.md:41` for a place in the page's text, which the builder gives without front matter."""
        above, found, _ = self.written.rpartition(text.rstrip())
        return f"{self.name}:{1 + (above.count(chr(10)) if found else 0) + text.count(chr(10), 0, max(index, 0))}"


@dataclass(frozen=True)
class Rendered:
    """A page's Markdown with every Liquid construct evaluated, and what was said about unknown names."""

    text: str
    messages: list[str]
    page: Page
    origins: Origins

    def at(self, place: int) -> str:
        """`docs/index.md:41` for a place in the rendered text."""
        return self.page.at(self.origins.source, self.origins.index(place))


def render(text: str, page: Page, explain: Explain, expect: Expect = lambda *_: False) -> Rendered:
    """Return the page's Markdown with every Liquid construct evaluated.

    An unknown name leaves `⟦name⟧` in the text, and a message with file, line and the nearest known name, for which
    `explain` is asked first; one that a lenient build may `expect` is marked as pending, without a message. Raises
    PageError for syntax that Liquid cannot read.
    """
    site = site_variables(page.docs, page.src_uri)
    variables = {"site": site, "page": page_variables(page.meta or {}, page.src_uri)}
    problems = Problems(variables, explain, expect)
    includes = page.docs / "_includes"
    env = Environment(
        globals=variables,
        undefined=problems.undefined,
        loader=FileSystemLoader(includes),
    )
    add_jekyll(env)
    origins = Origins(env, text)
    try:
        template = env.from_string(text)
        template.render_with_context(RenderContext(template, globals=template.make_globals({})), origins.buffer)
    except LiquidError as error:
        raise PageError(_syntax(error, text, page, env)) from error
    places = (f"{page.at(text, index)}: {message}" for index, message in problems.found)
    messages = list(dict.fromkeys(places))  # a name twice on a line is one problem
    return Rendered(origins.buffer.getvalue(), messages, page, origins)


def _syntax(error: LiquidError, text: str, page: Page, env: Environment) -> str:
    """One line for an error that stops Liquid: bad syntax, an unknown tag or an unknown filter."""
    token = error.token
    index = token.start_index if token is not None and token.source == text else 0
    message = str(error.message)
    name = message.split("'")[1] if "'" in message else ""
    if isinstance(error, UnknownFilterError):
        message += FILTER_WAYS.get(name) or nearest(name, env.filters)
    elif message.startswith("unexpected tag") and not name.startswith("end"):
        message = plugin(name, env.tags)
    return f"{page.at(text, index)}: {message}"
