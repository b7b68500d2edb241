"""What a built site needs before others see it: `python -m whybn.site.finish site`, as `make site` runs it.

It ends with an error, and says where, when an address leads nowhere or a setting stands twice.

No plugin or hook of the builder, so that any builder can go before. `make serve` shows the pages without it: with
the theme's own sheets, and without policy and feed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils.meta import get_data

from jekyll_dialect.strict_yaml import doubled_keys
from whybn.site.dead_links import BuiltSite, messages
from whybn.site.feed import feed
from whybn.site.policy import with_policy
from whybn.site.stylesheet import gather

# The theme's toggles are checkboxes, for which HTML knows no such attribute.
IDLE_ATTRIBUTE = re.compile(r'(<input\b[^>]*type="checkbox"[^>]*?) autocomplete="off"')


def finish(folder: Path, docs: Path, address: str) -> None:
    """Finish the built site in `folder`, to be published under `address`, in place."""
    gather(folder)
    for path in folder.rglob("*.html"):
        html = IDLE_ATTRIBUTE.sub(r"\1", path.read_text("utf-8"))
        path.write_text(with_policy(html), encoding="utf-8")
    if address:
        page = (folder / "index.html").read_text("utf-8")
        _, meta = get_data((docs / "index.md").read_text("utf-8"))
        (folder / "feed.xml").write_bytes(feed(page, address, meta))
        robots = f"User-agent: *\nDisallow:\nSitemap: {address}sitemap.xml\n"
        (folder / "robots.txt").write_text(robots, encoding="utf-8")
    else:
        for empty in folder.glob("sitemap.xml*"):
            empty.unlink()
        print("no feed, sitemap and card: set WHYBN_SITE_URL to the address of the published site")  # noqa: T201


def problems(folder: Path, settings: MkDocsConfig) -> list[str]:
    """What is wrong with a finished site, or with the settings that it was built with, one line each."""
    file = Path(settings.config_file_path)
    custom = settings.theme.custom_dir
    templates = sorted(Path(custom).rglob("*.html")) if custom else []
    site = BuiltSite(folder, settings.site_url or "")
    return [*doubled_keys(file), *messages(site, Path(settings.docs_dir), [*templates, file])]


if __name__ == "__main__":
    settings = load_config()
    finish(Path(sys.argv[1]), Path(settings.docs_dir), settings.site_url or "")
    sys.exit("\n".join(problems(Path(sys.argv[1]), settings)) or None)
