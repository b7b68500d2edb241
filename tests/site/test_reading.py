"""What a reader can do with a page: enlarge a figure, filter the ledger, look up a term, print."""

import json

import pytest
from building import ROOT

pytestmark = pytest.mark.verify


@pytest.mark.parametrize("width", [390, 1280])
def test_a_figure_opens_large_and_gives_the_focus_back(served, visit, width):
    page, errors, _ = visit(served, width)
    link = page.locator("#trainability_map a.enlarge")
    assert link.get_attribute("href") == "assets/figures/trainability_map.svg"
    for opens in (link.click, lambda: link.press("Enter")):
        opens()
        large = page.locator("dialog.large img")
        large.evaluate("image => image.decode()")
        assert large.get_attribute("src").endswith("trainability_map.svg")
        assert large.bounding_box()["width"] >= 680
        page.keyboard.press("Escape")
        assert not large.is_visible()
        assert page.evaluate("document.activeElement.closest('#trainability_map') !== null")
    assert errors == []


def test_a_figure_can_be_taken_along(served, visit):
    page, errors, _ = visit(served)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#trainability_map a.enlarge").click()
    bar = page.locator("dialog.large p")
    found = {}
    for press, ending in (
        (bar.get_by_text("SVG"), "svg"),
        (bar.get_by_text("PNG"), "png"),
        (bar.get_by_text("data"), "csv"),
    ):
        with page.expect_download() as download:
            press.click()
        assert download.value.suggested_filename == f"trainability_map.{ending}"
        found[ending] = download.value.path().read_bytes()
    figures = ROOT / "docs" / "assets" / "figures"
    assert found["svg"] == (figures / "trainability_map.svg").read_bytes()
    assert found["csv"] == (figures / "trainability_map.csv").read_bytes()
    width, height = (int.from_bytes(found["png"][at : at + 4], "big") for at in (16, 20))
    assert found["png"].startswith(b"\x89PNG")
    assert (width, height) == tuple(
        3 * int(page.locator("#trainability_map img").get_attribute(side)) for side in ("width", "height")
    )
    bar.get_by_text("cite").click()
    bar.get_by_text("copied").wait_for()
    cited = page.evaluate("navigator.clipboard.readText()")
    assert "Why does Batch Norm work? Figure trainability_map" in cited
    assert f"{served}#trainability_map" in cited.replace("index.html", "")
    assert errors == []


@pytest.mark.parametrize("place", ["server", "disk"])
def test_the_ledger_is_filtered_and_the_address_says_how(served, built, visit, place):
    page, errors, _ = visit((served if place == "server" else built.as_uri() + "/") + "evidence.html")
    verdicts = json.loads((ROOT / "docs" / "_data" / "claims.json").read_text(encoding="utf-8"))
    claims = {name: page.locator(f"h3#{name}") for name in verdicts}
    label = page.locator(".choices label", has_text="inconclusive")
    label.click()
    shown = [name for name, claim in claims.items() if claim.is_visible()]
    assert shown == [name for name, claim in verdicts.items() if claim["verdict"] == "inconclusive"]
    assert f"({len(shown)})" in label.inner_text()
    for name in claims:  # what was measured comes and goes with its claim
        assert page.locator(f"h3#{name} ~ details").first.is_visible() == (name in shown)
    assert page.url.endswith("?verdict=inconclusive")
    page.reload()
    assert [name for name, claim in claims.items() if claim.is_visible()] == shown
    hidden = next(name for name in claims if name not in shown)
    page.evaluate(f"location.hash = '{hidden}'")
    claims[hidden].wait_for()
    assert page.locator(".choices input").first.is_checked()
    page.locator(".choices label").first.press("ArrowRight")
    page.locator(".choices input").first.check()
    assert all(claim.is_visible() for claim in claims.values())
    assert "verdict" not in page.url
    assert errors == []


def test_every_claim_leads_to_its_figure_its_sentence_and_its_experiment(served, visit):
    page, _, _ = visit(served + "evidence.html")
    said = page.eval_on_selector_all("a[href*='#said-']", "links => links.map(link => link.href)")
    claims = json.loads((ROOT / "docs" / "_data" / "claims.json").read_text(encoding="utf-8"))
    assert len(said) == sum(claim["said"] != "" for claim in claims.values()) > 20
    page.goto(said[0])
    assert page.locator("span:target").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_term_explains_itself_to_keys_and_touch(served, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, has_touch=True, java_script_enabled=False)
    page.goto(served)
    term = page.locator("article > p > button.term").first
    explanation = page.locator(f"#{term.get_attribute('popovertarget')}")
    term.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # until what comes near is laid out
    for opens in (term.tap, lambda: term.press("Enter")):
        explanation.wait_for(state="hidden")
        opens()
        explanation.wait_for()
        box = explanation.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
    page.close()


def test_on_paper_everything_is_unfolded_and_every_figure_is_there(served, visit):
    page, _, _ = visit(served, move=False)
    page.emulate_media(media="print", color_scheme="dark")
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    inside = page.locator("details p")
    assert all(page.locator("details figure img").evaluate_all("images => images.map(i => i.getClientRects().length)"))
    assert inside.first.is_visible()
    assert page.locator("figure img").evaluate_all("images => images.every(image => image.naturalWidth)")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in (".md-header", ".md-sidebar", ".headerlink", ".source", ".explanation"):
        assert not page.locator(hidden).first.is_visible()
