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
from whybn.site.search import tune
from whybn.site.settings import Settings
from whybn.site.stylesheet import gather

# The theme's toggles are checkboxes, for which HTML knows no such attribute.
IDLE_ATTRIBUTE = re.compile(r'(<input\b[^>]*type="checkbox"[^>]*?) autocomplete="off"')

# What the Markdown extension has to say of a page, which only MkDocs counts.
PROBLEM = re.compile(r"<!-- problem: (.*?) -->", re.DOTALL)


def finish(folder: Path, docs: Path, address: str) -> list[str]:
    """Finish the built site in `folder`, to be published under `address`, in place; return what is wrong with it."""
    gather(folder)
    wrong = tune(folder, docs, [name for name, _ in dated(folder, docs)])
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
        print("no feed, sitemap and card: set WHYBN_SITE_URL to the address of the published site")  # noqa: T201 - for who builds
    return wrong


def dated(folder: Path, docs: Path) -> list[tuple[str, dict[str, object]]]:
    """The pages of the built site that have a date: the name of the file, and the front matter."""
    pages = {path.relative_to(docs).with_suffix(".html").as_posix(): path for path in sorted(docs.rglob("*.md"))}
    found = ((name, front_matter.read(path)) for name, path in pages.items() if (folder / name).is_file())
    return [(name, meta) for name, meta in found if "date" in meta]


def articles(folder: Path, docs: Path, address: str) -> list[Article]:
    """The pages of the built site that have a date, the latest first, each under its canonical address."""
    found = [
        Article((folder / name).read_text("utf-8"), f"{address}{name}", {key: str(value) for key, value in meta.items()})
        for name, meta in dated(folder, docs)
    ]
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
    wrong = finish(Path(sys.argv[1]), settings.docs, settings.address)
    sys.exit("\n".join([*wrong, *problems(Path(sys.argv[1]), settings)]) or None)
