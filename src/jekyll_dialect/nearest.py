"""What a message says of a name that does not exist. Written out here, so that the package needs no other."""

import difflib
from collections.abc import Iterable

LISTED = 12  # more names than this help nobody who has to read them in one line


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean “X”?)``; where no name is close, the names there are, if they are few; else ""."""
    names = sorted(map(str, known))
    # Names cut at an underscore fall under difflib's default cutoff, hence the lower one.
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if close:
        return f" (did you mean “{close[0]}”?)"
    return f" (there are: {', '.join(names)})" if 0 < len(names) <= LISTED else ""
