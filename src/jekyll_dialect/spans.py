"""Spans that kramdown reads otherwise than Python-Markdown: breaks, quotation marks, escapes."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from markdown import Markdown
from markdown.inlinepatterns import BacktickInlineProcessor, InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, INLINE_PLACEHOLDER_RE, AtomicString, code_escape

from jekyll_dialect.errors import reported
from jekyll_dialect.grammar import BLOCK_TAG
from jekyll_dialect.kramdown import HELD, TAB
from jekyll_dialect.problems import PENDING

ESCAPES = ("|", ":", '"', "'", "$", "=", "<", "~")  # kramdown unescapes these too
TICKS = re.compile("`+")
PROBLEM = "<!-- problem: {} -->"
UNRESOLVED = r"⟦([^⟧]*)⟧"


class BackslashBreak(InlineProcessor):
    r"""One or two backslashes before the end of a line break it."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        return ET.Element("br"), m.start(0), m.end(0)


class Replacement(InlineProcessor):
    """A pattern that becomes one character."""

    def __init__(self, pattern: str, character: str, md: Markdown) -> None:
        super().__init__(pattern, md)
        self.character = character

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        return self.character, m.start(0), m.end(0)


class Code(BacktickInlineProcessor):
    """Code between backticks, which ends with the next ones; a single one between spaces begins none."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element | str | None, int, int]:
        """Return what replaces the match, and where the match begins and ends."""
        if m[1]:  # backslashes that are no escapes
            return super().handleMatch(m, data)
        ticks = TICKS.match(data, m.start())[0]
        start = m.start() + len(ticks)
        idle = len(ticks) == 1 and data[m.start() - 1 : m.start()].isspace() and data[start : start + 1].isspace()
        end = -1 if idle else data.find(ticks, start)
        if end < 0:
            return None, m.start(), start
        code = ET.Element("code")
        text = data[start:end] if len(ticks) == 1 else data[start:end].removeprefix(" ").removesuffix(" ")
        code.text = AtomicString(code_escape(text))
        return code, m.start(), end + len(ticks)


class BlockTag(InlineProcessor):
    """The tag of a block within a line of text is text."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | None, int | None, int | None]:
        """Return what replaces the match, and where the match begins and ends; nothing for a line that is a block."""
        line = data[data.rfind("\n", 0, m.start()) + 1 : m.start()].strip()
        raw = HTML_PLACEHOLDER_RE.match(line)
        first = self.md.htmlStash.rawHtmlBlocks[int(raw[1])] if raw else line
        if not line or re.match(BLOCK_TAG, str(first)):
            return None, None, None
        return self.md.htmlStash.store(html.escape(m[0], quote=False)), m.start(0), m.end(0)


class RawSpan(InlineProcessor):
    """An element within a line of text whose content is no Markdown: `<kbd>`, `<u>`, `<svg>`."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | None, int | None, int | None]:
        """Return what replaces the match, and where the match begins and ends."""
        closing = re.compile(rf"</{m['tag']}\s*>", re.IGNORECASE).search(data, m.end())
        if closing is None:
            return None, None, None
        raw = INLINE_PLACEHOLDER_RE.sub(self.written, data[m.start() : closing.end()])
        return self.md.htmlStash.store(raw), m.start(), closing.end()

    def written(self, held: re.Match[str]) -> str:
        """The source of code, which has been taken out of the text."""
        node = self.md.treeprocessors["inline"].stashed_nodes[held[1]]
        return node if isinstance(node, str) else f"`{node.text}`"


class Raw(InlineProcessor):
    """The mark of an element that is a block in an item, a quotation or a note."""

    def __init__(self, md: Markdown, blocks: Callable[[], list[str]]) -> None:
        super().__init__(r"⁅html (\d+)⁆", md)
        self.blocks = blocks

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        return self.md.htmlStash.store(self.blocks()[int(m[1])]), m.start(0), m.end(0)


class Dashes(InlineProcessor):
    """More than three hyphens: an em dash for each three, and what is left."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        dashes, rest = divmod(len(m[0]), 3)
        return "—" * dashes + ("–" if rest == 2 else "-" * rest), m.start(0), m.end(0)


class Marks(Postprocessor):
    """Tabs in code, which Python-Markdown would widen, are tabs again; what held a line in its paragraph goes."""

    def run(self, text: str) -> str:
        """Return the page without marks."""
        return text.replace(TAB, "\t").replace(HELD, "")


class TreeDone(Treeprocessor):
    """Runs last, and says so; the table of contents has every postprocessor run on each heading before."""

    done = False

    def run(self, root: ET.Element) -> None:  # noqa: ARG002 - as Python-Markdown calls it
        """Note that the page is next."""
        self.done = True


class Reported(Postprocessor):
    """What was reported of a page stands at its end, as a comment, for builders that count no warnings of Python's."""

    def __init__(self, md: Markdown, tree: TreeDone) -> None:
        super().__init__(md)
        self.tree = tree

    def run(self, text: str) -> str:
        """Return the page with its problems."""
        if not self.tree.done:
            return text
        self.tree.done = False
        comments = [PROBLEM.format(html.escape(message.replace("--", "- -"), quote=False)) for message in reported]
        reported.clear()
        return "\n".join([text, *comments])


class UnresolvedMark(InlineProcessor):
    """What an unknown name leaves in the text of a served page: itself, or an ellipsis where it is still to come."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[ET.Element, int, int]:  # noqa: ARG002 - as Python-Markdown calls it
        """Return what replaces the match, and where the match begins and ends."""
        pending = m[1].startswith(PENDING)
        title = f"not computed yet: {m[1].removeprefix(PENDING)}" if pending else "unknown name"
        element = ET.Element("mark", {"class": "pending" if pending else "unresolved", "title": title})
        element.text = AtomicString(PENDING if pending else m[1])
        return element, m.start(0), m.end(0)
