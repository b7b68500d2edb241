"""Errors that the command line prints as one plain line."""

import difflib
from collections.abc import Iterable


class PipelineError(Exception):
    """Something is wrong that a person can mend; the message says what and where."""


class UsageError(PipelineError):
    """The command line asked for something that does not exist."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean X?`` or the list of what there is, for the end of a message."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; there are: {', '.join(names)}" if names else "; there are none"
