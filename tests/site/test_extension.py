"""Markdown to HTML through the extension alone, without MkDocs, as another builder would call it."""

import json
import re

import pytest
import yaml
from building import ROOT
from markdown import Markdown

from jekyll_dialect.errors import lenient
from jekyll_dialect.templating import Page

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}pt" viewBox="0 0 {0} {1}"><path d="M0 0"/></svg>'
FIGURE = """![A chart]({{ site.baseurl }}/assets/figures/curve.svg){: #curve width='680' .wide}
*What it [shows](x.md).*"""


class _Loader(yaml.SafeLoader):
    """mkdocs.yml without what its tag for environment variables stands for."""


_Loader.add_constructor("!ENV", lambda *_: None)


@pytest.fixture
def docs(tmp_path):
    docs = tmp_path / "docs"
    (docs / "_data").mkdir(parents=True)
    (docs / "assets" / "figures").mkdir(parents=True)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "curve.py").touch()
    entry = {"script": "figures/curve.py", "csv": "curve.csv", "command": "make figures FIGURE=curve"}
    (docs / "_data" / "figures.json").write_text(json.dumps({"curve": entry}))
    (docs / "_data" / "times.json").write_text(json.dumps({"figures": {"curve": "12"}}))
    return docs


@pytest.fixture
def convert(docs):
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)
    extensions, options = [], {}
    for entry in settings["markdown_extensions"]:
        name, values = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
        extensions.append(name)
        options[name] = values
    options["whybn.site.markdown"] = {"docs": str(docs)}
    return lambda text: Markdown(extensions=extensions, extension_configs=options).convert(text)


def draw(docs, *, narrow=True):
    folder = docs / "assets" / "figures"
    (folder / "curve.svg").write_text(SVG.format(680, 340.4))
    if narrow:
        (folder / "curve.narrow.svg").write_text(SVG.format(358, 500))


def test_a_captioned_image_becomes_a_figure_with_two_widths_and_its_source(docs, convert):
    draw(docs)
    html = convert(FIGURE)
    assert '<figure class="wide" id="curve">' in html
    narrow = r"\./assets/figures/curve\.narrow\.svg"
    assert re.search(rf'<source height="500" media="screen and \(max-width: 719px\)" srcset="{narrow}"'
                     r' width="358" />', html)  # fmt: skip
    assert 'alt="A chart"' in html
    assert 'height="340"' in html
    assert re.search(
        r'<figcaption>What it <a href="x.md">shows</a>\.<a class="headerlink" data-search-exclude="" href="#curve"', html
    )
    assert re.search(r"figures/curve\.py</span> · <a .*curve\.csv.*>data</a> · <code>make figures FIGURE="
                     r"curve</code> · 12 s</p>", html)  # fmt: skip
    assert "<p><img" not in html


def test_a_broad_drawing_is_shown_where_there_is_room(docs, convert):
    draw(docs, narrow=False)
    (docs / "assets" / "figures" / "curve.broad.svg").write_text(SVG.format(960, 400))
    source = '<source height="400" media="(min-width: 1280px)" srcset="./assets/figures/curve.broad.svg" width="960" />'
    assert f'<picture class="broad">{source}<img' in convert(FIGURE)


def test_the_opening_ends_with_the_first_figure(docs, convert, monkeypatch):
    from jekyll_dialect import extension

    draw(docs)
    monkeypatch.setattr(extension, "page_of", lambda *_: Page(docs, "index.md", {"opening": "figure"}))
    html = convert(f"Words.\n\n{FIGURE}\n\nMore.")
    end = '<template class="opening-ends"></template>'
    assert re.search(rf"</figure>\s*{end}", html)
    assert convert("No figure.").startswith(end)
    monkeypatch.setattr(extension, "page_of", lambda *_: Page(docs, "index.md", {}))
    assert end not in convert(FIGURE)


def test_the_figure_beside_the_title_is_drawn_broad_only_in_the_broadest_windows(docs, convert, monkeypatch):
    from jekyll_dialect import extension

    draw(docs)
    (docs / "assets" / "figures" / "curve.broad.svg").write_text(SVG.format(960, 400))
    monkeypatch.setattr(extension, "page_of", lambda *_: Page(docs, "index.md", {"opening": "figure"}))
    first, second = re.findall(
        r'<picture class="(\w+)">.*?media="([^"]*)" srcset="[^"]*broad', convert(f"{FIGURE}\n\n{FIGURE}")
    )
    assert first == ("bleed", "(min-width: 1600px)")
    assert second == ("broad", "(min-width: 1280px)")


def test_one_width_only_makes_no_picture(docs, convert):
    draw(docs, narrow=False)
    assert "<picture>" not in convert(FIGURE)


def test_another_image_with_a_caption_is_a_figure_without_a_source(convert):
    html = convert("![x](a.png)\n*Caption*")
    assert "<figure>" in html
    assert "<figcaption>Caption</figcaption>" in html
    assert 'class="source"' not in html


@pytest.mark.parametrize("text", ["![x](a.png)", "![x](a.png) *not on a line of its own*", "Words ![x](a.png)\n*y*"])
def test_other_paragraphs_with_images_stay(convert, text):
    assert "<figure" not in convert(text)


def test_a_figure_that_is_not_drawn_names_its_command(convert, caplog, monkeypatch):
    monkeypatch.delenv("JEKYLL_LENIENT", raising=False)
    html = convert(FIGURE)
    assert "run `make figures FIGURE=curve`" in caplog.text
    assert caplog.records[0].levelname == "WARNING"
    assert 'class="undrawn"' in html
    assert "<img" not in html


def test_under_serve_it_is_a_remark_that_stops_nothing(convert, caplog, monkeypatch):
    monkeypatch.setenv("JEKYLL_LENIENT", "1")
    caplog.set_level("INFO")
    convert(FIGURE)
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_a_figure_without_a_script_names_the_nearest(convert, caplog):
    convert(FIGURE.replace("curve.svg", "curv.svg"))
    assert "no figures/curv.py (did you mean “curve”?)" in caplog.text


def test_under_serve_an_unknown_name_is_marked(convert, monkeypatch):
    monkeypatch.setenv("JEKYLL_LENIENT", "1")
    assert '<mark class="unresolved" title="unknown name">page.nothing</mark>' in convert("a {{ page.nothing }} b")


@pytest.mark.parametrize(
    ("command", "setting", "expected"),
    [
        (["/x/bin/mkdocs", "serve"], None, True),
        (["/x/mkdocs/__main__.py", "serve", "--dev-addr", "127.0.0.1:8000"], None, True),
        (["/x/bin/mkdocs", "build"], None, False),
        (["/x/bin/mkdocs", "serve"], "0", False),
        (["/x/bin/mkdocs", "build"], "1", True),
        (["/x/bin/pytest", "serve"], None, False),
    ],
)
def test_only_serving_is_lenient(monkeypatch, command, setting, expected):
    monkeypatch.setattr("sys.argv", command)
    monkeypatch.delenv("JEKYLL_LENIENT", raising=False)
    if setting is not None:
        monkeypatch.setenv("JEKYLL_LENIENT", setting)
    assert lenient() is expected


def test_attribute_lists_reach_their_blocks(convert):
    html = convert("- a\n{: .one}\n\n> b\n{: .two #x}\n\n| c | d |\n|--|--|\n| e | f |\n{: .three}\n\ng\n{: .four}")
    assert '<ul class="one">' in html
    assert '<blockquote class="two" id="x">' in html
    assert '<table class="three">' in html
    assert '<p class="four">g</p>' in html
    assert "⁅" not in html


def test_braces_without_a_colon_are_text(convert):
    assert convert("A { .b }") == "<p>A { .b }</p>"


def test_notes_are_numbered_as_met_and_stand_once_in_the_margin(convert):
    html = convert("<details markdown='1'>\n<summary>s</summary>\n\nx[^b] and[^b]\n\n</details>\n\ny[^a]\n\n"
                   "[^a]: First *defined*.\n[^b]: Second.\n[^c]: Never cited.")  # fmt: skip
    numbers = re.findall(r'class="footnote-ref" href="#fn:(\w)">(\d)', html)
    assert numbers == [("b", "1"), ("b", "1"), ("a", "2")]
    margin = re.findall(r'class="sidenote"[^>]*><span class="sidenote-number">(\d)</span>(\w+)', html)
    assert margin == [("1", "Second"), ("2", "First")]
    assert "Never cited" not in html
    assert html.index('<li id="fn:b">') < html.index('<li id="fn:a">')


def test_no_note_in_the_margin_of_a_table(convert):
    html = convert("| a | b |\n|--|--|\n| c[^n] | d |\n\n[^n]: Note.")
    assert "sidenote" not in html


def test_a_link_to_a_page_in_html_is_checked_as_a_page(docs, convert):
    (docs / "methods.md").touch()
    html = convert("[m]({{ site.baseurl }}/methods.html#data) [o](./other.html)")
    assert 'href="./methods.md#data"' in html
    assert 'href="./other.html"' in html


def test_a_live_figure_says_which_one_it_is_on_the_figure_and_keeps_its_picture(docs, convert):
    draw(docs)
    html = convert(FIGURE.replace("#curve ", '#curve data-explorable="walk" '))
    (figure,) = re.findall(r"<figure [^>]*>", html)
    assert 'data-explorable="walk"' in figure
    assert 'media="screen and (max-width: 599px)"' in html
    (image,) = re.findall(r"<img [^>]*>", html)
    assert "data-explorable" not in image


def test_terms_are_explained_where_they_return(docs, convert):
    (docs / "_data" / "glossary.yml").write_text("gain: A factor.\n")
    sections = ("The *gain* is a gain.", "Its Gain, `gain` and gain.", "- no [gain](#x)\n- a gain")
    html = convert("\n\n".join(f"## Part {text[:3]}\n\n{text}" for text in sections))
    first, second = re.findall(r'<button class="term" popovertarget="term-gain" type="button">(\w+)</button>(.*?)<', html)
    assert (first, second[0]) == (("Gain", ", "), "gain")
    assert html.count('id="term-gain"') == 1
    assert "Gain</button>, <code>gain</code> and gain." in html
    assert re.search(r'<div class="explanation"[^>]*>A factor\.</div>$', html)
    assert re.search(r"<li>a <button", html)


def test_a_page_with_a_date_says_how_long_it_takes(docs, convert, monkeypatch):
    from jekyll_dialect import extension

    words = "word " * 440
    page = f"{words}[^1]\n\n<details markdown='1'><summary>More</summary>\n\n{words}\n\n</details>\n\n[^1]: {words}"
    assert "reading-time" not in convert(page)
    monkeypatch.setattr(extension, "page_of", lambda *_: Page(docs, "index.md", {"date": "2026-11-22"}))
    assert "2 minutes to read, and 2 for the folded parts</p>" in convert(page)


WIDE = {
    "supported": "It is *wide*.",
    "sentence": "It is *wide*.",
    "value": "2 times",
    "says": "Batch Norm is wide",
    "verdict": "supported",
    "verdict_words": "supported",
}


def test_the_first_quotation_of_a_claim_can_be_linked_to_and_leads_to_its_evidence(docs, convert):
    (docs / "_data" / "claims.json").write_text(json.dumps({"wide": WIDE}))
    page = "{{ site.data.claims.wide.supported }} So.\n{: .finding}\n\n{{ site.data.claims.wide.supported }}"
    assert '<span id="said-wide">It is <em>wide</em>.</span> So.' in convert(page)  # nothing lists the claims
    (docs / "evidence.md").touch()
    html = convert(page)
    assert '<p class="finding"><span id="said-wide">It is <em>wide</em>.</span><a ' in html
    assert (
        '<a class="verdict supported" href="./evidence.html#wide" title="Batch Norm is wide: supported" aria-label=' in html
    )
    assert html.count('evidence.html#wide"') == 1
    assert convert("{{ site.data.claims.wide.sentence }}") == convert("{{ site.data.claims.wide.supported }}")
    number = convert("{{ site.data.claims.wide.value }}")
    assert '<span id="said-wide">2 times</span></p>' in number  # a number has a place, and no verdict
    assert html.count("said-wide") == 1
