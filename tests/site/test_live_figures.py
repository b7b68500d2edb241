"""Live figures in awkward hands: fingers that scroll, workers that fail, odd widths, links in the text, forced colours."""

from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.verify
LIVE = {
    "pair": "#one_difference",
    "example": "#one_example",
    "instrument": "#instrument",
    "walk": "#one_gradient_many_steps",
}


@pytest.fixture
def opened(visit):
    """Open a page and bring a live figure into view: (page, figure)."""

    def go(address, key, **options):
        page, _, _ = visit(address, **options)
        figure = page.locator(LIVE[key])
        figure.scroll_into_view_if_needed()
        figure.locator(".live").wait_for(state="attached")
        page.wait_for_timeout(600)
        return page, figure

    return go


def drag_a_finger(page, x, y, across, down):
    session = page.context.new_cdp_session(page)
    for k in range(6):
        point = {"x": x + across * k / 5, "y": y + down * k / 5}
        kind = "touchMove" if k else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize(("across", "down", "changes"), [(0, 0, False), (2, 60, False), (60, 0, True)])
def test_a_finger_changes_a_slider_only_sideways(served, browser, across, down, changes):
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(served)
    slider = page.locator("#instrument").get_by_role("slider", name="initial gain")
    page.locator("#instrument").scroll_into_view_if_needed()
    slider.wait_for()
    page.wait_for_timeout(800)
    slider.scroll_into_view_if_needed()
    before, box = slider.input_value(), slider.bounding_box()
    x, y = box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2
    drag_a_finger(page, x, y, across, down)
    page.wait_for_timeout(300)
    assert (slider.input_value() != before) == changes
    context.close()


@pytest.mark.parametrize("key", ["instrument", "pair"])
def test_where_a_worker_fails_the_picture_comes_back(served, browser, key):
    page = browser.new_page()
    page.add_init_script(
        "window.Worker = class { postMessage() { setTimeout(() => this.onerror({ message: 'blocked' })) } }"
    )
    page.goto(served)
    figure = page.locator(LIVE[key])
    figure.scroll_into_view_if_needed()
    if key == "pair":
        figure.get_by_role("button", name="Train both").click()
    figure.get_by_text("The live figure stopped (blocked)").wait_for()
    assert figure.locator("img").is_visible()
    assert figure.locator(".live").count() == 0
    page.close()


def test_the_picture_stays_until_the_live_figure_is_painted(served, browser):
    page = browser.new_page()
    page.add_init_script("window.Worker = class { postMessage() {} }")
    page.goto(served)
    figure = page.locator("#instrument")
    figure.scroll_into_view_if_needed()
    figure.locator(".live").wait_for(state="attached")
    page.wait_for_timeout(800)
    assert figure.locator("img").is_visible()
    assert not figure.locator(".stage").is_visible()
    page.close()


@pytest.mark.parametrize("width", [500, 640, 719])
def test_no_live_figure_is_blown_up_between_telephone_and_desk(served, opened, width):
    _, figure = opened(served, "instrument", width=width)
    assert figure.locator(".explorable").bounding_box()["height"] < 1900 * 24 * 20 / 358 / 1.34
    assert figure.locator("canvas").bounding_box()["height"] > 300


@pytest.mark.parametrize(
    ("address", "name", "words"),
    [("instrument.step=143", "step", "143"), ("example.size=8&example.member=20", "member", "8 of 8")],
)
def test_sliders_say_what_they_are_set_to(served, opened, address, name, words):
    key = address.split(".")[0]
    _, figure = opened(f"{served}?{address}", key)
    slider = figure.get_by_role("slider", name=name)
    assert slider.get_attribute("aria-valuetext").startswith(words)
    assert slider.input_value() == slider.get_attribute("aria-valuetext").split()[0]


def test_the_map_says_for_which_network_it_holds(served, opened):
    page, figure = opened(served, "instrument")
    assert "10 layers, mini-batches of 32" in figure.locator(".stage").text_content()
    cells = figure.locator(".map.batch_norm").first
    assert cells.evaluate("one => getComputedStyle(one).opacity") == "1"
    figure.get_by_role("radio", name="5", exact=True).check()
    page.wait_for_timeout(1500)
    assert float(cells.evaluate("one => getComputedStyle(one).opacity")) < 0.5


def test_a_training_takes_six_seconds_where_frames_are_few(served, opened):
    page, figure = opened(served, "instrument")
    page.evaluate("() => { window.requestAnimationFrame = (act) => setTimeout(() => act(performance.now()), 120) }")
    figure.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_timeout(3000)
    assert int(figure.get_by_role("slider", name="step").input_value()) > 60  # 25 frames


def test_a_link_in_the_text_sets_the_figure(served, opened):
    page, _ = opened(served, "walk")
    link = page.locator("a[href*='?instrument.']").first
    wanted = {name: value for name, (value,) in parse_qs(urlsplit(link.get_attribute("href")).query).items()}
    page.evaluate("window.same = true")
    link.click()
    page.wait_for_timeout(2500)
    assert page.evaluate("window.same")
    state = {name: value for name, (value,) in parse_qs(urlsplit(page.url).query).items()}
    first = {"instrument.mean": "live", "instrument.size": "live", "instrument.gain": "1"}  # is left out of the address
    assert wanted.items() - first.items() <= state.items()
    assert int(page.locator("#instrument").get_by_role("slider", name="step").input_value()) > 0


def test_both_networks_train_before_the_reader_s_eyes(served, visit):
    page, errors, requests = visit(served)
    figure = page.locator("#one_difference")
    page.wait_for_timeout(1000)
    assert not any("engine.js" in address or "instrument.data" in address for address in requests)
    assert figure.locator("img").is_visible()
    figure.get_by_role("button", name="Train both").click()
    page.wait_for_timeout(9000)
    assert not figure.locator("img").is_visible()
    said = figure.locator(".stage svg").get_attribute("aria-label")
    assert said.startswith("After 320 steps")
    answers = figure.locator(".answer.batch_norm").all_text_contents()
    right = sum(answer == str(digit) for digit, answer in enumerate(answers))
    assert said.endswith(f"the one with it {right}.")
    assert right >= 8
    assert errors == []


def test_each_live_figure_has_a_name_of_its_own_and_its_picture_no_commands(served, opened):
    page, _ = opened(served, "pair")
    for key in ("example", "instrument", "walk"):
        page.locator(LIVE[key]).scroll_into_view_if_needed()
        page.locator(f"{LIVE[key]} .live").wait_for(state="attached")
    names = page.eval_on_selector_all(".live", "all => all.map((one) => one.getAttribute('aria-label'))")
    assert len(set(names)) == len(LIVE)
    captions = page.locator("figure figcaption").all_text_contents()
    assert captions
    assert not any("make figures" in caption for caption in captions)


def test_tracks_and_choices_are_seen_in_forced_colours(served, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, forced_colors="active")
    page = context.new_page()
    page.goto(served)
    figure = page.locator("#instrument")
    figure.scroll_into_view_if_needed()
    figure.get_by_role("slider").first.wait_for()
    edges = figure.locator(".choice").first.evaluate(
        "one => [...one.querySelectorAll('span')].map((word) => getComputedStyle(word).borderBottomWidth)"
    )
    assert max(edges) != min(edges)
    context.close()
