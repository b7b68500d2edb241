"""What a built site needs before others see it: `python -m whybn.site.finish site`, as `make site` runs it.

It ends with an error, and says where, when an address leads nowhere or a setting stands twice.

No plugin or hook of the builder, so that any builder can go before. `make serve` shows the pages without it: with
the theme's own sheets, and without policy and feed.
"""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

from jekyll_dialect import front_matter
from jekyll_dialect.strict_yaml import doubled_keys
from whybn.site.dead_links import BuiltSite, messages
from whybn.site.feed import Article, feed
from whybn.site.policy import with_policy
from whybn.site.settings import Settings
from whybn.site.stylesheet import gather

# The theme's toggles are checkboxes, for which HTML knows no such attribute.
IDLE_ATTRIBUTE = re.compile(r'(<input\b[^>]*type="checkbox"[^>]*?) autocomplete="off"')

# What the Markdown extension has to say of a page, which only MkDocs counts.
PROBLEM = re.compile(r"<!-- problem: (.*?) -->", re.DOTALL)


def finish(folder: Path, docs: Path, address: str) -> None:
    """Finish the built site in `folder`, to be published under `address`, in place."""
    gather(folder)
    for path in folder.rglob("*.html"):
        page = IDLE_ATTRIBUTE.sub(r"\1", path.read_text("utf-8"))
        path.write_text(with_policy(page), encoding="utf-8")
    if address:
        (folder / "feed.xml").write_bytes(feed(articles(folder, docs, address), address))
        robots = f"User-agent: *\nDisallow:\nSitemap: {address}sitemap.xml\n"
        (folder / "robots.txt").write_text(robots, encoding="utf-8")
    else:
        for empty in folder.glob("sitemap.xml*"):
            empty.unlink()
        print("no feed, sitemap and card: set WHYBN_SITE_URL to the address of the published site")  # noqa: T201


def articles(folder: Path, docs: Path, address: str) -> list[Article]:
    """The pages of the built site that have a date, the latest first; the home page stands for its folder."""
    found = []
    for path in sorted(docs.rglob("*.md")):
        meta = front_matter.read(path)
        name = path.relative_to(docs).with_suffix(".html").as_posix()
        if "date" in meta and (folder / name).is_file():
            at = address if name == "index.html" else f"{address}{name}"
            found.append(Article((folder / name).read_text("utf-8"), at, {key: str(value) for key, value in meta.items()}))
    return sorted(found, key=lambda article: article.meta["date"], reverse=True)


def problems(folder: Path, settings: Settings) -> list[str]:
    """What is wrong with a finished site, or with the settings that it was built with, one line each."""
    templates = sorted(settings.templates.rglob("*.html")) if settings.templates else []
    site = BuiltSite(folder, settings.address)
    told = [
        html.unescape(one) for path in sorted(folder.rglob("*.html")) for one in PROBLEM.findall(path.read_text("utf-8"))
    ]
    return [*told, *doubled_keys(settings.file), *messages(site, settings.docs, [*templates, settings.file])]


if __name__ == "__main__":
    settings = Settings.read(Path("mkdocs.yml"))
    finish(Path(sys.argv[1]), settings.docs, settings.address)
    sys.exit("\n".join(problems(Path(sys.argv[1]), settings)) or None)
