"""What a built site needs before others see it: `python -m whybn.site.finish site`, as `make site` runs it.

No plugin or hook of the builder, so that any builder can go before. `make serve` shows the pages without it: with
the theme's own sheets, and without policy, feed and social card.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from whybn.site.policy import with_policy
from whybn.site.stylesheet import gather

# The theme's toggles are checkboxes, for which HTML knows no such attribute.
IDLE_ATTRIBUTE = re.compile(r'(<input\b[^>]*type="checkbox"[^>]*?) autocomplete="off"')


def finish(folder: Path) -> None:
    """Finish the built site in `folder` in place."""
    gather(folder)
    for path in folder.rglob("*.html"):
        html = IDLE_ATTRIBUTE.sub(r"\1", path.read_text("utf-8"))
        path.write_text(with_policy(html), encoding="utf-8")


if __name__ == "__main__":
    finish(Path(sys.argv[1]))
