"""The live figures as a reader's browser has them: by mouse, keyboard, address, from disk and without scripts."""

import csv
import gzip
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from building import ROOT
from torch.nn.functional import batch_norm

from whybn.evidence.display import number

pytestmark = pytest.mark.verify
LOADER = ROOT / "docs/assets/js/explorables.js"
SCRIPTS = [LOADER, *sorted((ROOT / "docs/assets/js/explorables").glob("*.js"))]
TRANSFER = 32_000  # bytes of our own script, compressed, at most
LIVE = {"walk": "#one_gradient_many_steps", "example": "#one_example"}
HUES = {"paper": "rgb(180, 71, 31)", "night": "rgb(240, 144, 95)"}


def test_all_scripts_together_are_small():
    assert len(SCRIPTS) > 3
    assert sum(len(gzip.compress(script.read_bytes())) for script in SCRIPTS) <= TRANSFER


@pytest.fixture
def opened(visit):
    """Open a page and bring a live figure into view: (page, figure, what went wrong, what was asked for)."""

    def go(address, key, **options):
        page, errors, requests = visit(address, **options)
        figure = page.locator(LIVE[key])
        figure.scroll_into_view_if_needed()
        figure.locator(".live .title").first.wait_for()
        return page, figure, errors, requests

    return go


def address_of(page):
    """The state that the address holds; it is written a moment after the last change."""
    page.wait_for_timeout(500)
    return {key: value for key, (value,) in parse_qs(urlsplit(page.url).query).items()}


def readings(figure):
    """What stands out in the texts of a figure, by panel from left to right."""
    return figure.locator("tspan.value").all_text_contents()


@pytest.mark.parametrize("key", LIVE)
def test_a_figure_is_loaded_when_the_reader_comes_near(served, opened, visit, key):
    _, _, requests = visit(served)
    assert any(address.endswith("/explorables.js") for address in requests)
    assert not any(f"/explorables/{key}.js" in address for address in requests)
    _, _, errors, requests = opened(served, key)
    assert any(f"/explorables/{key}.js" in address for address in requests)
    assert errors == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("key", LIVE)
def test_the_live_figure_takes_the_place_of_its_picture(served, browser, opened, key, width):
    page, figure, _, _ = opened(served, key, width=width)
    without = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=False)
    without.goto(served)
    still = without.locator(LIVE[key])
    assert still.locator("img").is_visible()
    assert without.locator(".live").count() == 0
    assert figure.bounding_box()["height"] == pytest.approx(still.bounding_box()["height"], abs=1)
    without.close()
    assert not figure.locator("img").is_visible()
    page.emulate_media(media="print")
    assert figure.locator("img").is_visible()
    assert not figure.locator(".live").is_visible()


def test_the_state_is_restored_from_the_address(served, opened):
    page, figure, _, _ = opened(f"{served}?walk.step=0.5&walk.at=late&other=1#puzzle", "walk")
    assert figure.get_by_role("slider").get_attribute("aria-valuetext") == "0.50"
    assert figure.get_by_role("radio", name="late").is_checked()
    figure.get_by_role("radio", name="early").check()
    assert address_of(page) == {"walk.step": "0.5", "walk.at": "early", "other": "1"}
    assert urlsplit(page.url).fragment == "puzzle"


def test_an_address_that_makes_no_sense_is_ignored(served, opened):
    _, figure, errors, _ = opened(f"{served}?walk.step=far&walk.at=never", "walk")
    assert figure.get_by_role("slider").get_attribute("aria-valuetext") == "2.0"
    assert figure.get_by_role("radio", name="middle").is_checked()
    _, figure, _, _ = opened(f"{served}?walk.step=1e9", "walk")
    assert figure.get_by_role("slider").get_attribute("aria-valuetext") == "4.0"
    assert errors == []


@pytest.mark.parametrize(("key", "name"), [("walk", "step"), ("example", "by"), ("example", "member")])
def test_keys_change_the_state_the_picture_and_what_is_said(served, opened, key, name):
    page, figure, _, _ = opened(served, key)
    index = {"step": 0, "member": 0, "by": 1}[name]
    before, said = readings(figure), figure.locator(".stage svg").get_attribute("aria-label")
    slider = figure.get_by_role("slider").nth(index)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1000)
    assert readings(figure) != before
    assert f"{key}.{name}" in address_of(page)
    assert figure.get_by_role("status").inner_text() not in {"", said}


@pytest.mark.parametrize("key", LIVE)
def test_a_drag_and_the_slider_change_the_same_state(served, opened, key):
    page, figure, _, _ = opened(served, key)
    slider = figure.get_by_role("slider").last
    before = slider.input_value()
    box = figure.locator(".stage svg").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.4 * box["height"], steps=4)
    page.mouse.up()
    dragged = slider.input_value()
    assert dragged != before
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    assert slider.input_value() == dragged


@pytest.mark.parametrize("key", LIVE)
def test_it_works_from_disk(built, opened, key):
    page, figure, errors, _ = opened((built / "index.html").as_uri(), key)
    marks = figure.locator(".stage svg")  # not `readings`: two moves can shift the others by the same 0.87
    before = marks.inner_html()
    figure.get_by_role("slider").last.press("Home")
    page.wait_for_timeout(100)
    assert marks.inner_html() != before
    assert f"{key}." in " ".join(address_of(page))
    assert errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("key", LIVE)
def test_axe_finds_no_violation(served, opened, tool, key, width, scheme):
    page, _, _, _ = opened(served, key, width=width, scheme=scheme)
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"async () => (await axe.run('{LIVE[key]}')).violations")
    assert [(one["id"], one["help"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_colours_follow_the_scheme(served, opened):
    page, figure, _, _ = opened(served, "walk")
    curve = figure.locator(".plain .median")
    for _ in range(2):
        page.click(".scheme:not([hidden])")
        scheme = page.get_attribute("body", "data-md-color-scheme")
        assert curve.evaluate("curve => getComputedStyle(curve).stroke") == HUES[scheme]
    assert scheme == "night"


def test_the_clock_sleeps_when_nothing_changes(served, opened):
    page, figure, _, _ = opened(served, "example")
    page.evaluate(
        "() => { const ask = requestAnimationFrame; window.frames_ = 0;"
        " window.requestAnimationFrame = (act) => { window.frames_ += 1; return ask(act); }; }"
    )
    figure.get_by_role("radio", name="8", exact=True).check()
    page.wait_for_timeout(1000)
    glided = page.evaluate("window.frames_")
    assert glided > 2
    page.wait_for_timeout(500)
    assert page.evaluate("window.frames_") == glided


def test_readers_who_prefer_less_motion_see_the_end_at_once(served, opened):
    page, figure, _, _ = opened(served, "example")
    page.emulate_media(reduced_motion="reduce")
    figure.get_by_role("radio", name="2", exact=True).check()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    places = [figure.locator(".batch_norm circle:visible").nth(k).get_attribute("cx") for k in range(4)]
    page.wait_for_timeout(800)
    assert places == [figure.locator(".batch_norm circle:visible").nth(k).get_attribute("cx") for k in range(4)]


def test_batch_norm_in_the_page_equals_torch(served, opened):
    page, _, _, _ = opened(served, "example")
    data = page.evaluate("whybn.data.one_example")
    running = [torch.tensor([data["running"][name]], dtype=torch.float64) for name in ("mean", "variance")]
    generator = np.random.default_rng(0)
    for size in (2, 4, 8, 16, 32):
        drawn = (generator.normal(3, 10.0**power, size) for power in range(-4, 3))
        for batch in (np.array(data["arriving"][:size]), *drawn):
            values = torch.tensor(batch, dtype=torch.float64)[:, None]
            train, evaluate = page.evaluate(
                "([values, epsilon, running]) =>"
                " [whybn.batchNorm(values, epsilon), whybn.batchNorm(values, epsilon, running)]",
                [batch.tolist(), data["epsilon"], data["running"]],
            )
            expected = batch_norm(values, None, None, training=True, eps=1e-5)
            np.testing.assert_allclose(train, expected[:, 0], rtol=1e-9, atol=1e-9)
            expected = batch_norm(values, *running, training=False, eps=1e-5)
            np.testing.assert_allclose(evaluate, expected[:, 0], rtol=1e-9, atol=1e-9)


def test_nothing_else_moves_in_eval_mode_and_at_two_only_signs_are_left(served, opened):
    page, figure, _, _ = opened(f"{served}?example.mode=eval", "example")
    assert readings(figure) == ["0.00", "0.00"]
    figure.get_by_role("radio", name="train").check()
    page.wait_for_timeout(100)
    plain, normalised = readings(figure)
    assert plain == "0.00"
    assert float(normalised) > 0.1
    figure.get_by_role("radio", name="2", exact=True).check()
    page.wait_for_timeout(800)
    assert "only a sign is left" in figure.locator(".stage").text_content()
    assert readings(figure)[1] == "0.00"


def drawn(arm, kind, step):
    """What the static figure draws of one arm and moment: {multiple of the training's step: row of its data}."""
    path = ROOT / "docs/assets/figures/one_gradient_many_steps.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["panel"].startswith(f"{arm}, {kind}") and row["y"]]
    return {round(float(row["x"]), 4): row for row in rows if row["series"] == f"step {step}"}


def test_the_walk_shows_what_was_computed(served, opened):
    page, figure, _, _ = opened(f"{served}?walk.step=0.125", "walk")
    slider = figure.get_by_role("slider")
    for key, multiple in ((None, 0.125), ("Home", 1 / 32), ("End", 4)):
        if key:
            slider.press(key)
        for moment, step in (("early", 10), ("middle", 80), ("late", 300)):
            figure.get_by_role("radio", name=moment).check()
            page.wait_for_timeout(100)
            found = readings(figure)
            for arm, shown in (("without Batch Norm", found[:4]), ("with Batch Norm", found[4:])):
                loss, arrow = (drawn(arm, kind, step)[round(multiple, 4)] for kind in ("loss", "gradient"))
                assert shown[1] == number(float(loss["y"]))
                assert float(shown[2].rstrip("°")) == pytest.approx(float(arrow["y"]), abs=0.51)
                assert shown[3] == number(float(arrow["value"]))


@pytest.mark.parametrize("width", [390, 1280])
def test_arrows_of_the_walk_have_one_unit_at_all_moments_and_stay_in_the_picture(served, opened, width):
    page, figure, _, _ = opened(f"{served}?walk.step=4", "walk", width=width)
    units, arrows = set(), []
    stage = figure.locator(".stage").bounding_box()
    for moment in ("early", "middle", "late"):
        figure.get_by_role("radio", name=moment).check()
        page.wait_for_timeout(100)
        units |= set(figure.locator(".first").evaluate_all("all => all.map((one) => one.getAttribute('d'))"))
        arrows += [one.bounding_box() for one in figure.locator("path.dot").all()]
    assert len(units) == 1
    assert len(arrows) == 6
    for box in arrows:
        assert box["y"] >= stage["y"] - 1
        assert box["x"] >= stage["x"] - 1
        assert box["x"] + box["width"] <= stage["x"] + stage["width"] + 1
