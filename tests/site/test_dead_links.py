"""Addresses that lead nowhere stop `make site`, wherever they were written."""

import pytest
from building import Site

from whybn.site.dead_links import BuiltSite, messages

PAGE = """---
title: One
---

[alive](two.html) and <a href="{{ site.baseurl }}/two.html#part">alive</a>

<div><a href="absent.html">x</a> <a href="#absent">x</a></div>

<p><a href="{{ site.baseurl }}/two.html#prat">x</a></p>

<picture><source srcset="two.html 1x, absent.svg 2x"><img src="{{ site.baseurl }}/absent.png" alt=""></picture>

<p><i id="x"></i></p>

<p><i id="x"></i> <a href="https://example.org/absent.html">x</a> <a href="mailto:a@example.org">x</a></p>
"""
EXPECTED = [
    "docs/index.md:7: nothing at absent.html",
    "docs/index.md:7: no anchor #absent",
    "docs/index.md:9: no anchor ./two.html#prat (did you mean “part”?)",
    "docs/index.md:11: nothing at absent.svg",
    "docs/index.md:11: nothing at ./absent.png",
    "docs/index.md:13, docs/index.md:15: two elements with the id x: rename one of them",
    "overrides/main.html:3: nothing at feeed.xml",
    "overrides/main.html:3: nothing at /feeed.xml",  # from the page for unknown addresses
    "index.html: nothing at put-together.html",
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """What finishing says of a site with these pages and one template of its own."""
    site = Site(tmp_path_factory.mktemp("links"))
    site.page("index.md", PAGE + "\n<p><a href=\"put-{{ 'together' }}.html\">x</a></p>\n")
    site.page("two.md", "# Two\n\n## Part\n\nText.\n")
    template = site.folder / "overrides" / "main.html"
    text = template.read_text("utf-8").replace(
        "{% block fonts %}", "{% block fonts %}<a href=\"{{ 'feeed.xml' | url }}\">x</a>"
    )
    template.write_text('{% extends "base.html" %}\n\n' + text[text.index("{% block fonts") :], encoding="utf-8")
    site.mkdocs()
    return site.run_finish()


def test_they_stop_the_build(finished):
    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("message", EXPECTED)
def test_each_is_named_with_the_line_that_holds_it(finished, message):
    assert any(line.startswith(message) for line in finished.stderr.splitlines()), finished.stderr


def test_no_other_is_named(finished):
    lines = finished.stderr.splitlines()
    assert len(lines) == len(EXPECTED), finished.stderr


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("https://example.org/notes/card.png", None),
        ("https://example.org/notes/crad.png", "nothing at https://example.org/notes/crad.png"),
        ("https://example.org/other/crad.png", None),
        ("/notes/page.html#here", None),
        ("/notes/page.html#there", "no anchor /notes/page.html#there"),
        ("/page.html", "nothing at /page.html"),
        ("folder", "nothing at folder"),
        ("deep", None),
        ("deep/#here", "no anchor deep/#here"),
        ("#named", None),
        ("#top", None),
        (".", "nothing at ."),
        ("#", None),
        ("page.html?print#here", None),
        ("folder/a%20b.txt", None),
        ("data:,", None),
    ],
)
def test_addresses_of_a_published_site(tmp_path, address, problem):
    for name in ("card.png", "folder/a b.txt", "deep/index.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    kind = f'<meta content="{address}">' if address.startswith("http") else f'<a href="{address}">'
    (tmp_path / "page.html").write_text(f'<p id="here"><a name="named">{kind}', encoding="utf-8")
    site = BuiltSite(tmp_path, "https://example.org/notes/")
    found = [message.split(" (did")[0] for message in messages(site, tmp_path, [])]
    assert found == ([] if problem is None else [f"page.html: {problem}"])
