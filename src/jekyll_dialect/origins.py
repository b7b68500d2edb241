"""Where in a page, as it is written, each place of its rendered text comes from; Liquid itself does not tell."""

from __future__ import annotations

from bisect import bisect_right
from io import StringIO
from typing import TextIO

from liquid import Environment, RenderContext
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.token import TOKEN_CONTENT, TOKEN_OUTPUT


class Origins:
    """Collects, while `source` is rendered into `buffer`, which stretch was copied or computed from where."""

    def __init__(self, env: Environment, source: str) -> None:
        self.buffer, self.source = StringIO(), source
        self.places: list[int] = []  # in the rendered text, ascending
        self.origins: list[tuple[int, int]] = []  # (index in the source, characters copied from there)
        env.tags[TOKEN_CONTENT].node_class = self.noting(ContentNode)
        env.tags[TOKEN_OUTPUT].node_class = self.noting(OutputNode)

    def noting(self, kind: type[ContentNode | OutputNode]) -> type[ContentNode | OutputNode]:
        """A kind of Liquid's nodes that also notes where it writes."""
        origins = self

        class Noting(kind):
            def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
                if self.token.source == origins.source:  # and not that of an included file
                    origins.note(self)
                return super().render_to_output(context, buffer)

        return Noting

    def note(self, node: ContentNode | OutputNode) -> None:
        """Note that `node` is about to write."""
        start, copied = node.token.start_index, 0
        if isinstance(node, ContentNode):
            start = self.source.find(node.text, start)  # `-%}` has taken spaces away
            copied = len(node.text)
        self.places.append(self.buffer.tell())
        self.origins.append((start, copied))

    def index(self, place: int) -> int:
        """The index in the source of what stands at `place` in the rendered text."""
        last = bisect_right(self.places, place) - 1
        if last < 0:
            return 0
        start, copied = self.origins[last]
        return start + min(place - self.places[last], copied)
