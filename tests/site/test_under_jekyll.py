"""The same folder under plain Jekyll: a page worth reading, and a sentence where the data are missing."""

import subprocess
from pathlib import Path

import pytest
import yaml
from building import ROOT
from serving import serving

FIGURE = "![A curve]({{ site.baseurl }}/assets/figures/curve.svg){: width='680' #curve}\n*The caption.*\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 340" width="{0}" height="340"><path d="M0 0h9"/></svg>'
ROW = "| " + " | ".join(f"a column of words {n}" for n in range(8)) + " |\n"
PAGE = f"""---
layout: post
title: A page
subtitle: Its subtitle
author: Somebody
date: "2026-11-22"
---

{"Words to read. " * 60}

{FIGURE}

{ROW}|{"---|" * 8}
{ROW}

```
{"code " * 60}
```

<https://example.org/{"long" * 40}>
"""


class _Loader(yaml.SafeLoader):
    """mkdocs.yml without what its tag for environment variables stands for."""


_Loader.add_constructor("!ENV", lambda *_: None)


def test_from_a_fresh_clone_one_sentence_says_which_command_makes_the_data(site, program):
    site.page("index.md", "---\ntitle: T\n---\n\n{{ site.data.claims.small.supported }}\n")
    command = [program("jekyll"), "build", "--source", site.docs, "--destination", site.folder / "x", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=site.folder)
    assert done.returncode != 0
    first = (done.stdout + done.stderr).strip().splitlines()[0]
    assert "docs/_data has no computed results yet: run `make figures`, then build again." in first


def test_both_builders_have_the_same_pages_in_the_same_order():
    settings = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), _Loader)
    config = yaml.safe_load((ROOT / "docs" / "_config.yml").read_text("utf-8"))
    assert config["header_pages"] == [page for entry in settings["nav"] for page in entry.values()]


def test_there_is_one_layout():
    assert [path.name for path in (ROOT / "docs" / "_layouts").iterdir()] == ["post.html"]
    for page in (ROOT / "docs").glob("*.md"):
        assert "\nlayout: post\n" in page.read_text("utf-8").split("---")[1]


def test_a_post_and_a_page_have_head_and_navigation(site, program):
    site.page("index.md", PAGE)
    site.page("evidence.md", "---\nlayout: post\ntitle: Evidence\n---\n\nText\n")
    site.page("_posts/2026-01-02-a-post.md", "---\nlayout: post\ntitle: P\nsubtitle: S\n---\n\nText\n")
    folder = site.jekyll(program)
    home, other, post = ((folder / name).read_text("utf-8") for name in ("index.html", "evidence.html", "a-post.html"))
    assert '<p class="subtitle">Its subtitle</p>' in home
    assert '<p class="byline">Somebody · 2026-11-22</p>' in home
    assert '<a href="/" aria-current="page">A page</a>' in home
    assert '<a href="/evidence.html" aria-current="page">Evidence</a>' in other
    assert "subtitle" not in other.partition("<body")[2]
    assert '<p class="subtitle">S</p>' in post
    assert '<p class="byline">2026-01-02</p>' in post


@pytest.mark.verify
@pytest.mark.parametrize(
    ("width", "scheme", "paper"), [(390, "dark", "rgb(21, 23, 26)"), (1280, "light", "rgb(252, 250, 246)")]
)
def test_nothing_is_cut_and_lines_have_a_readable_length(site, program, browser, tmp_path, width, scheme, paper):
    site.page("index.md", PAGE)
    site.page("assets/figures/curve.svg", SVG.format(680))
    site.page("assets/figures/curve.narrow.svg", SVG.format(358))
    with serving(Path(site.jekyll(program))) as address:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        paragraph = page.locator("article > p").first.bounding_box()
        letters = paragraph["width"] / page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('article > p')).fontSize)"
        )
        assert 15 < letters < 40  # in em, about half a letter each
        image, caption = (page.locator(f"article {tag}").first.bounding_box() for tag in ("img", "img + em"))
        assert caption["y"] >= image["y"] + image["height"]
        assert image["x"] + image["width"] <= width
        assert page.locator("img").first.get_attribute("src").endswith("narrow.svg" if width < 720 else "curve.svg")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        page.screenshot(path=tmp_path / f"{width}.png", full_page=True)
        page.close()
