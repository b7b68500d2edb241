"""What a page shows from elsewhere: a video, a gist, a remote image. A reader's browser asks for it without being told.

A page that shows such things names their hosts in its front matter, `embeds: [www.youtube.com]`. What it does not name
is a problem of the page, and is left out of it, whoever builds or serves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from markdown import Markdown
from markdown.postprocessors import Postprocessor

from jekyll_dialect.templating import Page

REMOTE = re.compile(
    r"<(?P<tag>iframe|script|img|video|audio|source|track|embed|object|link)\b"
    r"(?=(?:\"[^\"]*\"|'[^']*'|[^'\">])*?\s(?:src|data|href|poster)=[\"']?(?P<address>(?:https?:)?//[^\s\"'>]+))"
    r"(?:\"[^\"]*\"|'[^']*'|[^'\">])*>(?:(?<!/>)(?:[^<]*</(?:iframe|script|object|video|audio)\s*>))?",
    re.IGNORECASE,
)


class Embeds(Postprocessor):
    """Takes away what a page shows from hosts that its front matter does not name."""

    def __init__(self, md: Markdown, page: Callable[[], Page], said: Callable[[str, str], None]) -> None:
        super().__init__(md)
        self.page, self.said = page, said

    def run(self, text: str) -> str:
        """Return the page without them."""
        named = (self.page().meta or {}).get("embeds") or []
        allowed = named.split() if isinstance(named, str) else named

        def kept(match: re.Match[str]) -> str:
            address = match["address"].replace("&amp;", "&")
            host = urlsplit(address).hostname or ""
            if host in allowed:
                return match[0]
            self.said(address.split("&")[0], _message(match["tag"].lower(), host))
            return f'<mark class="unresolved">not shown: {match["address"]}</mark>'

        return REMOTE.sub(kept, text)


def _message(tag: str, host: str) -> str:
    copy = ", put a copy below docs/assets" if tag in {"img", "video", "audio", "source", "track"} else ""
    return (
        f"this <{tag}> has readers' browsers ask {host}: allow it in the front matter by `embeds: [{host}]`{copy}, "
        "or write a link"
    )
