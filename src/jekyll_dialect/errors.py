"""What the Markdown extension says when a page cannot be rendered as written."""

from __future__ import annotations

import logging
import os
import sys

try:  # MkDocs prints a BuildError as one line instead of a traceback; other builders need not have it
    from mkdocs.exceptions import BuildError as _Base
except ImportError:  # pragma: no cover - the test environment has MkDocs
    _Base = Exception

log = logging.getLogger("mkdocs.jekyll")  # below MkDocs's logger, so that a strict build counts warnings


class PageError(_Base):
    """A page cannot be rendered. The message names file, line and the likely fix, one problem a line."""


def lenient() -> bool:
    """Whether to mark what cannot be rendered and go on: asked for, or `mkdocs serve` is running."""
    asked = os.environ.get("JEKYLL_LENIENT")
    if asked is not None:
        return asked == "1"
    return "mkdocs" in sys.argv[0] and "serve" in sys.argv[1:]


reported: list[str] = []  # of the page that is being rendered, until it says so itself: see `spans.Reported`


def report(message: str) -> None:
    """Log a problem that lets the page be shown: a warning, which fails a strict build, or a remark where `lenient`."""
    log.log(logging.INFO if lenient() else logging.WARNING, "%s", message)
    if not lenient():
        reported.append(message)
