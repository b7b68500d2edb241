"""What the Markdown extension says when an article cannot be rendered as written."""

from __future__ import annotations

import difflib
import logging
import os
import sys
from collections.abc import Iterable

try:  # MkDocs prints a BuildError as one line instead of a traceback; other builders need not have it
    from mkdocs.exceptions import BuildError as _Base
except ImportError:  # pragma: no cover - the test environment has MkDocs
    _Base = Exception

log = logging.getLogger("mkdocs.whybn")  # below MkDocs's logger, so that a strict build counts warnings


class ArticleError(_Base):
    """A page cannot be rendered. The message names file, line and the likely fix, one problem a line."""


def nearest(name: str, known: Iterable[str]) -> str:
    """` (did you mean …?)` for the closest of `known`, or an empty string when nothing is close."""
    names = [str(k) for k in known]
    # Short keys and keys cut at an underscore fall under difflib's default cutoff, hence the lower one.
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    return f" (did you mean “{close[0]}”?)" if close else ""


def lenient() -> bool:
    """Whether to mark what cannot be rendered and go on: asked for, or `mkdocs serve` is running."""
    asked = os.environ.get("WHYBN_LENIENT")
    if asked is not None:
        return asked == "1"
    return "mkdocs" in sys.argv[0] and "serve" in sys.argv[1:]


def report(message: str) -> None:
    """Log a problem that lets the page be shown: a warning, which fails a strict build, or a remark where `lenient`."""
    log.log(logging.INFO if lenient() else logging.WARNING, "%s", message)
