"""The successor of MkDocs builds the same site: the same words in the same structure, strictly."""

import os
import re
import shutil
import subprocess

import pytest
from building import ROOT, SET_FOR_OTHERS, run_python
from reading import first_difference, read

pytestmark = pytest.mark.verify


def zensical(program, folder, **environment):
    """Run the strict build of the site in `folder` into `folder`/site."""
    kept = {key: value for key, value in os.environ.items() if key not in SET_FOR_OTHERS}
    return subprocess.run(
        [program("zensical"), "build", "--clean"], cwd=folder, capture_output=True, text=True, check=False, timeout=300,
        env={**kept, "NO_COLOR": "1", **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def successor(computed, program, tmp_path_factory):  # noqa: ARG001 - it asks whether there is anything to build
    """The real site, built by Zensical and finished, for an address as MkDocs's is."""
    program("zensical")
    folder = tmp_path_factory.mktemp("zensical")
    for name in ("docs", "overrides", "figures"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    address = "https://example.org/batch-norm/"
    done = zensical(program, folder, WHYBN_SITE_URL=address)
    assert done.returncode == 0, done.stdout + done.stderr
    for module in ("whybn.drawing.card", "whybn.site.finish"):
        done = run_python(folder, "-m", module, "site", WHYBN_SITE_URL=address)
        assert done.returncode == 0, done.stderr
    return folder / "site"


def test_every_page_has_the_same_words_in_the_same_structure(successor, published):
    pages = sorted(path.name for path in published.glob("*.html"))
    assert pages == sorted(path.name for path in successor.glob("*.html"))
    for name in pages:
        if name != "404.html":
            ours, theirs = (read((folder / name).read_text("utf-8")) for folder in (published, successor))
            assert len(ours) > 30
            assert first_difference(ours, theirs) is None, f"{name}: {first_difference(ours, theirs)}"


def test_its_pages_have_policy_feed_and_one_style_sheet(successor, published):
    for name in ("index.html", "evidence.html"):
        html = (successor / name).read_text("utf-8")
        assert "Content-Security-Policy" in html
        assert len(re.findall('<link rel="stylesheet"', html)) == 1
    assert (successor / "feed.xml").read_bytes().count(b"<entry>") == (published / "feed.xml").read_bytes().count(b"<entry>")


def test_its_pages_run_without_an_error(successor, browser):
    from serving import serving

    with serving(successor) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        errors = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.mouse.move(40, 40)
        page.wait_for_selector("head > script[src*=bundle]", state="attached")
        page.wait_for_load_state("networkidle")
        assert errors == []
        page.close()


def test_what_only_the_extension_knows_stops_it_too(site, program):
    site.page("index.md", "# One\n\n<div>\n\n{{ site.data.no }}\n")
    done = zensical(program, site.folder)
    assert done.returncode == 0, done.stdout + done.stderr  # it counts no warnings of Python's
    done = site.run_finish()
    assert done.returncode != 0
    assert "docs/index.md:5: unknown name “site.data.no”" in done.stderr
    assert "docs/index.md:3: <div> is still open" in done.stderr
