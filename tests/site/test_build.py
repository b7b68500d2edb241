"""Whole builds: what stops one, what `make serve` lets pass, and links that MkDocs does not check."""

import json
import re

import pytest

FIGURE = "![A]({{ site.baseurl }}/assets/figures/curve.svg){: width='680' #curve}\n*Caption.*\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 340"></svg>'


def test_a_small_site_builds_and_has_no_dead_links(site):
    site.page("index.md", f"# One\n\n[to]({{{{ site.baseurl }}}}/notes/two.html#part)\n\n{FIGURE}")
    site.page("notes/two.md", f"# Two\n\n## Part\n\n[back]({{{{ site.baseurl }}}}/index.html#curve)\n\n{FIGURE}")
    site.page("assets/figures/curve.svg", SVG)
    site.page("assets/figures/curve.narrow.svg", SVG)
    folder = site.mkdocs()
    done = site.run_finish()
    assert done.returncode == 0, done.stderr
    assert 'srcset="../assets/figures/curve.narrow.svg"' in (folder / "notes/two.html").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"---\ntitle: x\n---\n\n# One\n\n{FIGURE}",
            "assets/figures/curve.svg: there is no figures/curve.py",
        ),
        ("---\ntitle: x\n---\n\n# One\n\n{{ site.data.no }}", "docs/index.md:7: unknown name “site.data.no”"),
        ("# One\n\n{{ site.data.literature.dohsi.cite }}",
         "docs/index.md:3: unknown name “site.data.literature.dohsi” (did you mean “doshi”?)"),
        ("# One\n\n{{ site.data.results.atlas.seeds }}",
         "docs/index.md:3: docs/_data/results.json has not been computed yet: run `make figures`"),
        ("# One\n\n{% for claim in site.data.claims %}x{% endfor %}",
         "docs/index.md:3: docs/_data/claims.json has not been computed yet: run `make figures`"),
        ("# One\n\n[x]({{ site.baseurl }}/two.html)", "two.html"),
        ("# One\n\n[x](#two)", "#two"),
        ("# One\n\n![x](two.png)", "two.png"),
        ("# One\n\n[x](/absolute.html)", "absolute"),
    ],
)  # fmt: skip
def test_a_strict_build_fails_and_says_why(site, text, message):
    site.page("index.md", text)
    site.page("_data/literature.yml", "doshi: {cite: Doshi}\n")
    done = site.run_mkdocs()
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_under_serve_the_same_page_is_built_and_its_troubles_are_remarks(site):
    site.page("index.md", f"# One\n\n{FIGURE}\n{{{{ site.data.no }}}} <b>[^no]")
    done = site.run_mkdocs(JEKYLL_LENIENT="1")
    assert done.returncode == 0, done.stderr
    assert "there is no figures/curve.py" in done.stderr
    assert "unknown name “site.data.no”" in done.stderr
    assert "INFO    -  docs/index.md:6: <b> is still open" in done.stderr
    assert "INFO    -  docs/index.md:6: no note [^no]" in done.stderr
    page = (site.folder / "site" / "index.html").read_text()
    assert 'class="undrawn"' in page
    assert '<mark class="unresolved"' in page


def test_a_redrawn_figure_and_its_data_are_read_again(site):
    """Live reload builds again in the same process; nothing of the first build may stick."""
    site.page("index.md", "# One\n\n{{ site.data.results.curve.error }}")
    site.page("_data/results.json", json.dumps({"curve": {"error": "old"}}))
    script = (
        "from mkdocs.config import load_config\n"
        "from mkdocs.commands.build import build\n"
        "from pathlib import Path\n"
        "build(load_config('mkdocs.yml', site_dir='site'))\n"
        'Path(\'docs/_data/results.json\').write_text(\'{"curve": {"error": "new"}}\')\n'
        "build(load_config('mkdocs.yml', site_dir='site'))\n"
    )
    done = site.python(script)
    assert done.returncode == 0, done.stderr
    assert "<p>new</p>" in (site.folder / "site" / "index.html").read_text()


def test_all_bad_pages_of_a_build_are_named(site):
    site.page("index.md", "# One\n\n{{ site.data.no }}")
    site.page("two.md", "# Two\n\n{% if x")
    site.page("three.md", "# Three\n\n{{ site.data.none }}")
    done = site.run_mkdocs()
    assert done.returncode != 0
    for place in ("docs/index.md:3: ", "docs/two.md:3: ", "docs/three.md:3: "):
        assert place in done.stderr


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"index.md": "# One\n\n{% if x"}, "docs/index.md:3: "),
        ({"index.md": "---\ntitle: a: b\n---\n\nText"}, "docs/index.md:2: not valid YAML"),
        ({"index.md": "Text", "_data/glossary.yml": "a: [b"}, "docs/_data/glossary.yml:1: not valid YAML"),
        (
            {"index.md": "![A](./assets/figures/a.svg)\n*B*", "_data/figures.json": "{"},
            "docs/_data/figures.json:1: not valid",
        ),
    ],
)
def test_under_serve_a_page_that_cannot_be_rendered_says_why(site, files, message):
    for name, text in files.items():
        site.page(name, text)
    site.page("assets/figures/a.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 68 34"></svg>')
    assert site.run_mkdocs().returncode != 0
    done = site.run_mkdocs(JEKYLL_LENIENT="1")
    assert done.returncode == 0, done.stderr
    shown = re.search(r'<pre class="unresolved">(.*?)</pre>', (site.folder / "site" / "index.html").read_text())
    assert message in shown[1]
