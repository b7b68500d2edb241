"""A second article, in a folder of its own: what the first has, it has too, and nobody has to touch the site for it."""

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from whybn.drawing.card import card
from whybn.pipeline import data
from whybn.pipeline.project import Project

ADDRESS = "https://example.org/notes/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FIRST = """---
title: The first
author: A
date: "2026-11-22"
description: First
---

{sections}
"""
SECOND = """---
title: The second, with a title that needs two lines at least
author: B
date: 2026-12-01
description: Second
glossary: words
---

## One

A *width* is introduced. {{{{ site.data.claims.small.supported }}}}

![{{{{ site.data.figures.curve.alt }}}}]({{{{ site.baseurl }}}}/assets/figures/curve.svg){{: width="680" #curve}}
*Caption.*

| It says | Verdict |
|---|---|
{{% for entry in site.data.claims -%}}
{{% if entry[1].article == "second" -%}}
| {{{{ entry[1].says }}}} | {{{{ entry[1].verdict }}}} |
{{% endif -%}}
{{% endfor %}}

## Two

The width returns, and a gain.{more}
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 340"></svg>'


@pytest.fixture
def two(site):
    """A site with two articles."""
    site.page("index.md", FIRST.format(sections="## One\n\nA *gain*.\n\n## Two\n\nA gain and a width."))
    site.page("second/index.md", SECOND.format(more=""))
    site.page("_data/glossary.yml", "gain: A factor.\n")
    site.page("_data/words.yml", "width: A number of units.\n")
    site.page(
        "_data/claims.json",
        json.dumps(
            {
                name: {"supported": f"It is {name}.", "says": name, "verdict": "supported", "article": article}
                for name, article in (("small", "second"), ("large", ""))
            }
        ),
    )
    figure = {"alt": "A", "script": "figures/x/curve.py", "csv": "curve.csv", "command": "make figures FIGURE=curve"}
    site.page("_data/figures.json", json.dumps({"curve": figure}))
    site.page("_data/times.json", json.dumps({"figures": {"curve": "1"}}))
    for name in ("curve.svg", "curve.narrow.svg", "curve.csv"):
        site.page(f"assets/figures/{name}", SVG)
    return site


def test_it_has_figure_claims_table_and_a_glossary_of_its_own(two):
    page = (two.mkdocs() / "second/index.html").read_text("utf-8")
    assert '<span id="said-small">It is small.</span>' in page
    assert 'srcset="../assets/figures/curve.narrow.svg"' in page
    assert 'href="../assets/figures/curve.csv"' in page
    assert re.findall(r"<td>(small|large)</td>", page) == ["small"]
    assert '<p class="reading-time" data-search-exclude="">1 minute to read</p>' in page
    assert re.findall(r'<button class="term"[^>]*>(.*?)</button>', page) == ["width"]
    home = (two.folder / "site" / "index.html").read_text("utf-8")
    assert re.findall(r'<button class="term"[^>]*>(.*?)</button>', home) == ["gain"]
    done = two.run_finish()
    assert done.returncode == 0, done.stderr


def test_it_has_an_entry_in_the_feed_and_a_card(two):
    assert two.run_mkdocs(WHYBN_SITE_URL=ADDRESS).returncode == 0
    page = (two.folder / "site/second/index.html").read_text("utf-8")
    assert f'<meta property="og:image" content="{ADDRESS}assets/cards/second-index.png">' in page
    path = two.folder / "site/assets/cards"
    path.mkdir()
    (path / "second-index.png").write_bytes(card("The second"))
    (path.parent / "card.png").write_bytes(card("The first"))
    done = two.run_finish(WHYBN_SITE_URL=ADDRESS)
    assert done.returncode == 0, done.stderr
    root = ET.parse(two.folder / "site/feed.xml").getroot()
    assert root.find("a:title", ATOM).text == "The first"
    entries = [
        (entry.find("a:id", ATOM).text, entry.find("a:author/a:name", ATOM).text) for entry in root.iterfind("a:entry", ATOM)
    ]
    assert entries == [(f"{ADDRESS}second/index.html", "B"), (f"{ADDRESS}index.html", "A")]
    contents = [entry.find("a:content", ATOM).text for entry in root.iterfind("a:entry", ATOM)]
    assert f'src="{ADDRESS}assets/figures/curve.svg"' in contents[0]


def test_a_card_without_maps_is_its_title():
    one, other = card("One"), card("Another title, long enough to need a second line of its own")
    assert Image.open(io.BytesIO(one)).size == Image.open(io.BytesIO(other)).size == (1200, 630)
    assert one != other


def test_a_glossary_that_is_not_there_is_named(two):
    (two.docs / "_data" / "words.yml").rename(two.docs / "_data" / "wordz.yml")
    done = two.run_mkdocs()
    assert done.returncode != 0
    assert "docs/second/index.md: no docs/_data/words.yml with terms (did you mean “wordz”?)" in done.stderr


def test_a_mistake_in_it_is_named_by_its_own_file_and_line(two):
    two.page("second/index.md", SECOND.format(more=" {{ site.data.claims.smal.supported }}"))
    done = two.run_mkdocs()
    assert re.search(
        r"docs/second/index\.md:26: unknown name “site\.data\.claims\.smal” \(did you mean “small”", done.stderr
    ), done.stderr


def test_the_data_files_know_the_page_that_shows_and_says_something(tmp_path):
    for name in ("index", "methods", "second/index", "second/notes"):
        path = tmp_path / "docs" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    (tmp_path / "docs" / "second" / "index.md").write_text("{{ site.data.claims.small.supported }}")
    pages = data.pages(Project(Path(tmp_path)))
    assert list(pages) == ["index", "methods", "second/index", "second/notes"]
    assert data._page(pages, "site.data.claims.small.") == "second/index"
    (tmp_path / "docs" / "methods.md").write_text("{{ site.baseurl }}/assets/figures/curve.svg")
    claims = {"small": {"figure": "other", "repeated": []}, "large": {"figure": "curve", "repeated": []}}
    placed = data._claims(Project(Path(tmp_path)), claims, {})
    assert {name: (claim["said"], claim["article"]) for name, claim in placed.items()} == {
        "small": ("second/index", "second"), "large": ("", "")
    }  # fmt: skip
