"""The article from the first seconds on: places held, what follows as it is computed, failures, Ctrl-C."""

import re
import subprocess
from urllib.error import URLError

import pytest
from first_light import SUMS, TIDES, Project

from whybn.site import serving
from whybn.site.settings import Settings


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path / "project")
    yield made
    made.stop()


def drawn(html, name):
    return f'src="./assets/figures/{name}.svg"' in html or f'src="assets/figures/{name}.svg"' in html


def test_places_are_held_until_figures_and_numbers_come_in_the_order_of_the_page(project):
    project.hold(SUMS, "    return {", "go on")
    project.serve()
    html = project.get()
    held = re.search(r'<figure id="tides"><span class="undrawn" data-figure="tides">.*?</figure>', html, re.DOTALL)[0]
    assert 'height="340"' in held
    assert 'width="680"' in held
    assert 'height="500"' in held
    assert "The tides." in held
    assert "unresolved" not in html
    assert html.count('<mark class="pending"') == 4
    assert 'title="not computed yet: site.data.results' in html
    project.until(lambda: project.news("sums").get("at", 0) > project.news("tides").get("at", 1e12), "time left")
    project.let("go")
    project.until(lambda: drawn(project.get(), "tides"), "the first figure")
    html = project.get()
    assert not drawn(html, "sums"), "what the reader meets first is not to wait for the rest"
    assert "Of 2.00." in html
    project.let("go on")
    project.until(lambda: drawn(project.get(), "sums"), "the second figure")
    project.until(lambda: "pending" not in project.get(), "the last number")
    assert project.news("sums") == {}


def test_a_failing_experiment_leaves_its_figures_with_the_reason_and_the_others_come(project):
    project.toy.edit(TIDES, "    return {", "    raise ValueError('no sea')\n    return {")
    project.let("go")
    project.serve()
    project.until(lambda: drawn(project.get(), "sums"), "the other figure")
    assert project.news("tides") == {"failed": "tides · sea: ValueError: no sea"}
    assert 'data-figure="tides"' in project.get()
    status, said = project.interrupt()
    assert status == 130
    assert "findings tides: left as they were, for want of results" in said


def test_a_figure_that_cannot_be_drawn_says_why(project):
    project.toy.edit("figures/tides.py", "    axes.extend", "    raise KeyError('ebb')\n    axes.extend")
    project.let("go")
    project.serve()
    project.until(lambda: drawn(project.get(), "sums"), "the other figure")
    assert project.news("tides") == {"failed": "tides: KeyError: 'ebb'"}


def test_a_run_that_cannot_go_on_says_so_and_the_article_stays(project):
    project.toy.edit("src/toylab/findings/tides.py", '{"tides": "Tides"}', '{"sums": "Tides"}')
    project.let("go")
    project.serve()
    project.until(lambda: "failed" in project.news("sums"), "the reason")
    assert "alt text 'sums' comes from two findings modules" in project.news("sums")["failed"]
    assert "Amid" in project.get()


def test_what_cannot_even_begin_is_an_error(project):
    project.toy.edit(TIDES, "PARTS = ", "OTHERS = ")
    with pytest.raises(AssertionError, match="there is no line 'PARTS = "):
        project.serve()


def test_ctrl_c_ends_everything_and_a_second_run_goes_on(project):
    project.hold(SUMS, "    return {", "go on")
    project.let("go")
    project.serve()
    project.until(lambda: drawn(project.get(), "tides"), "the first figure")
    status, said = project.interrupt()
    assert status == 130
    assert "what was finished is kept" in said
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(project.site.folder) not in listed
    with pytest.raises(URLError):
        project.get()
    project.let("go on")
    project.serve()
    assert drawn(project.get(), "tides")
    project.until(lambda: drawn(project.get(), "sums"), "the second figure")
    assert "tides · sea" not in project.interrupt()[1], "what was trained is not trained again"


def test_a_build_while_figures_are_written_is_not_shown(tmp_path, monkeypatch, capsys):
    docs = tmp_path / "docs"
    (docs / "assets/figures").mkdir(parents=True)
    (docs / "index.md").write_text("x")
    settings, shown = Settings(tmp_path / "mkdocs.yml", docs, "", None), serving.Shown(tmp_path / "outlook.json")
    built = []

    def build(_settings, folder, _address):
        built.append(folder)
        if len(built) == 1:
            (docs / "assets/figures/a.svg").write_text("drawn meanwhile")
            raise KeyError("half")

    monkeypatch.setattr(serving, "build_site", build)
    assert serving.renew(settings, shown, tmp_path, "", {}) == {}
    assert shown.folder is None
    seen = serving.renew(settings, shown, tmp_path, "", {})
    assert docs / "assets/figures/a.svg" in seen
    assert (shown.folder, shown.builds) == (built[1], 1)
    assert serving.renew(settings, shown, tmp_path, "", seen) == seen
    assert len(built) == 2
    assert capsys.readouterr().err == ""


@pytest.mark.verify
def test_an_open_page_takes_in_what_is_computed_and_the_reader_stays_where_they_are(project, browser):
    project.hold(SUMS, "    return {", "go on")
    page = browser.new_page(viewport={"width": 1280, "height": 700})
    page.goto(project.serve())
    held = page.locator("#tides picture").bounding_box()
    assert page.locator("#tides .awaited").inner_text().startswith("The tides.")
    page.locator("#tides .left", has_text="left").wait_for()
    page.locator("summary").click()
    page.evaluate("window.same = true; document.getElementById('amid').scrollIntoView()")
    place = page.locator("#amid").bounding_box()["y"]
    project.let("go")
    page.locator("#tides a.enlarge img").wait_for(state="attached")
    assert page.locator("#amid").bounding_box()["y"] == pytest.approx(place, abs=1)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    assert page.locator("#tides img").bounding_box() == pytest.approx(held, abs=1)
    project.let("go on")
    page.get_by_text("The first sum is positive.").wait_for()
    assert page.get_by_text("Folded: 8.").is_visible(), "what was unfolded stays so"
    assert page.evaluate("window.same"), "the page was never loaded anew"
    page.close()


@pytest.mark.verify
def test_a_page_says_why_a_figure_will_not_come(project, browser):
    project.toy.edit(TIDES, "    return {", "    raise ValueError('no sea')\n    return {")
    project.let("go")
    page = browser.new_page()
    page.goto(project.serve())
    page.get_by_text("Not computed: tides · sea: ValueError: no sea").wait_for()
    page.close()


@pytest.mark.verify
def test_a_changed_style_loads_the_page_anew_at_the_same_place(project, browser):
    project.let("go")
    page = browser.new_page(viewport={"width": 1280, "height": 700})
    page.goto(project.serve())
    project.until(lambda: "pending" not in project.get(), "the last number")
    page.wait_for_timeout(1500)
    page.locator("summary").click()
    page.evaluate("document.getElementById('amid').scrollIntoView()")
    place = page.locator("#amid").bounding_box()["y"]
    project.site.page("assets/css/print.css", "h1 { font-size: 90px !important }")
    page.wait_for_function(
        "() => { const head = document.querySelector('h1'); return head && getComputedStyle(head).fontSize == '90px' }"
    )
    page.wait_for_load_state("load")
    page.wait_for_function("document.fonts.status == 'loaded' && history.scrollRestoration == 'auto'")
    assert page.locator("#amid").bounding_box()["y"] == pytest.approx(place, abs=1)
    assert page.get_by_text("Folded: 8.").is_visible()
    page.close()
