"""What a message says of a name that does not exist."""

import difflib
from collections.abc import Iterable

# More names than this help nobody who has to read them in one line.
LISTED = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean “X”?)`` for the end of a message.

    Where no name is close, the list of what there is; an empty string where that would be none or too many.
    """
    names = sorted(map(str, known))
    # Short names and names cut at an underscore fall under difflib's default cutoff, hence the lower one.
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if close:
        return f" (did you mean “{close[0]}”?)"
    return f" (there are: {', '.join(names)})" if 0 < len(names) <= LISTED else ""
