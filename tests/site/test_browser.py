"""The built site as a reader's browser sees it, from a server and from disk."""

import time
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.verify
PAGES = ("index.html", "evidence.html", "methods.html", "your-network.html", "404.html")
VIEWS = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_no_errors_no_outside_request_no_sideways_scrolling(served, visit, name, width, scheme):
    page, errors, requests = visit(served + name, width, scheme)
    assert errors == []
    assert {urlsplit(address).netloc for address in requests} == {urlsplit(served).netloc}
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_no_sideways_scrolling_before_the_theme_s_script(served, visit, name):
    page, _, _ = visit(served + name, 390, move=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", PAGES[:-1])
def test_search_finds_where_the_site_is_served(served, visit, name):
    page, errors, _ = visit(served + name)
    page.keyboard.press("/")
    page.keyboard.type("covariate")
    page.wait_for_selector(".md-search-result__item", timeout=30_000)
    assert errors == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES[:-1])
def test_works_from_disk_with_no_search_to_be_seen(built, visit, name, width):
    """From the first paint on, so that nothing moves; and no key opens it."""
    search = "[data-md-component=search-query]:visible, label[for=__search]:visible"
    page, _, _ = visit((built / name).as_uri(), width, move=False)
    assert page.locator(search).count() == 0
    page, errors, requests = visit((built / name).as_uri(), width)
    header = page.locator("header.md-header").screenshot()
    for key in "/fs":
        page.keyboard.press(key)
    assert page.locator(search).count() == 0
    assert not page.is_checked("#__search")
    assert page.locator("header.md-header").screenshot() == header
    assert errors == []
    assert {urlsplit(address).scheme for address in requests} <= {"file", "data", "blob"}


@pytest.mark.parametrize(("width", "room"), [(1280, 0), (1600, 1184), (1920, 1344), (2560, 1440)])
def test_opening_and_instrument_have_the_room_of_a_broad_window(served, visit, width, room):
    page, _, _ = visit(served, width)
    page.locator("#instrument").scroll_into_view_if_needed()
    page.locator("#instrument .moving").first.wait_for(state="attached")
    left = page.locator(".ways").bounding_box()["x"]
    contents = page.locator(".md-sidebar--primary").bounding_box()
    assert contents["x"] + contents["width"] <= left
    for part, small in ((".opening", 1024), ("#instrument", 680)):
        box = page.locator(part).bounding_box()
        assert (box["x"], box["width"]) == pytest.approx((left, room or small), abs=1)
        assert box["x"] + box["width"] <= width - 40
        for note in page.locator(".sidenote:visible").all():
            beside = note.bounding_box()
            assert beside["y"] >= box["y"] + box["height"] or beside["y"] + beside["height"] <= box["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.locator("#one_difference img").evaluate("image => [image.currentSrc.includes('.broad.'), image.width]")
    assert shown == [bool(room), room - 344 if room else 680]


@pytest.mark.parametrize(("width", "pitch", "type_"), [(1280, 11, 12), (1600, 24, 13), (2560, 24, 13)])
def test_the_instrument_has_larger_panels_there_and_no_larger_words(served, visit, width, pitch, type_):
    page, _, _ = visit(served, width)
    page.locator("#instrument").scroll_into_view_if_needed()
    page.locator("#instrument .moving").first.wait_for(state="attached")
    cells = [cell.bounding_box() for cell in page.locator("#instrument .map.batch_norm rect").all()[:2]]
    assert cells[1]["x"] - cells[0]["x"] == pytest.approx(pitch, abs=0.1)
    word = page.locator("#instrument .moving text:not(.title)").first
    assert word.evaluate("text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a") == type_


def pictures(page, selector):
    """Each picture of a page, of which there are some, brought into view and loaded."""
    found = page.query_selector_all(selector)
    assert found
    for picture in found:
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")
        yield picture


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_figures_are_drawn_at_their_width_in_the_page_s_colours(served, visit, width, scheme):
    page, _, _ = visit(served, width, scheme)
    for figure in pictures(page, "figure img"):
        shown = figure.evaluate("image => image.currentSrc")
        assert (".narrow.svg" in shown) == (width < 720)
        assert (".broad.svg" in shown) == (width >= 1280 and figure.evaluate("image => !!image.closest('.broad')"))
        box = figure.bounding_box()
        assert box["x"] >= 0
        assert box["width"] <= min(width, 960)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(252, 250, 246)" if scheme == "light" else "rgb(21, 23, 26)"
    )


@pytest.mark.parametrize("width", [390, 640, 719, 720, 1000, 1219, 1220, 1280])
@pytest.mark.parametrize("name", PAGES[:2])
def test_words_in_figures_are_never_smaller_than_drawn(served, visit, name, width):
    """A live figure sets its own; only its picture may be smaller, between telephone and desk."""
    page, _, _ = visit(served + name, width)
    for figure in pictures(page, "figure:not([data-explorable]) img"):
        drawn = figure.evaluate("image => image.naturalWidth")
        assert drawn in {358, 680, 960}
        assert figure.bounding_box()["width"] >= drawn - 0.5


@pytest.mark.parametrize(("scheme", "ground"), [("light", "paper"), ("dark", "night")])
def test_the_first_paint_has_the_reader_s_scheme(served, visit, scheme, ground):
    page, _, _ = visit(served, scheme=scheme, move=False)
    assert page.get_attribute("body", "data-md-color-scheme") == ground


def test_a_first_tap_on_the_scheme_counts(served, browser):
    page = browser.new_page(has_touch=True)
    page.goto(served)
    for word in ("Light", "Dark", "Automatic"):
        page.tap(".scheme:not([hidden])")
        page.wait_for_selector(f".scheme:not([hidden]):text-is('{word}')")
    page.close()


def test_the_schemes_are_words_and_the_choice_stays(served, visit):
    page, _, _ = visit(served, move=False)
    assert page.inner_text(".scheme:not([hidden])") == "Automatic"
    for word, scheme in (("Light", "paper"), ("Dark", "night")):
        page.click(".scheme:not([hidden])")
        page.wait_for_selector(f".scheme:not([hidden]):text-is('{word}')")  # the first click waits for the script
        assert page.get_attribute("body", "data-md-color-scheme") == scheme
    page.reload()
    assert page.get_attribute("body", "data-md-color-scheme") == "night"
    assert page.inner_text(".scheme:not([hidden])") == "Dark"


def test_notes_stand_in_the_margin_or_at_the_end(served, visit):
    wide, _, _ = visit(served, 1280)
    note = wide.query_selector(".sidenote")
    column = wide.query_selector(".md-content__inner").bounding_box()
    assert note.bounding_box()["x"] > column["x"] + column["width"]
    assert note.bounding_box()["x"] + note.bounding_box()["width"] <= 1280
    narrow, _, _ = visit(served, 390)
    assert not narrow.query_selector(".sidenote").is_visible()
    assert narrow.query_selector(".footnote li").is_visible()


def test_measures_of_the_column(served, visit):
    page, _, _ = visit(served, 1280)
    assert page.query_selector("article > p:not([class])").bounding_box()["width"] == 680
    style = "p => [getComputedStyle(p).fontSize, getComputedStyle(p).lineHeight]"
    assert page.eval_on_selector("article > p:not([class])", style) == ["19px", "30px"]
    loaded = page.evaluate("[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)")
    assert {"Whybn Serif", "Whybn Sans"} <= {family.strip('"') for family in loaded}


WORKER = """
() => new Promise((done, failed) => {
  const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(6 * 7)"])));
  worker.onmessage = message => done(message.data);
  worker.onerror = failed;
})
"""
WRITTEN_IN = """
() => {
  document.body.append(Object.assign(document.createElement("script"), {text: "window.ran = true"}));
  return window.ran ?? false;
}
"""


@pytest.mark.parametrize("place", ["server", "disk"])
def test_the_policy_lets_workers_from_blobs_run_and_no_script_written_in(served, built, visit, place):
    page, errors, _ = visit(served if place == "server" else (built / "index.html").as_uri())
    assert errors == []
    assert page.evaluate(WORKER) == 42
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        assert page.evaluate(WRITTEN_IN) is False
    policy = page.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert "unsafe" not in policy.split("script-src ")[1].split(";")[0]


CONTRAST = """
() => {
  const parse = c => c.match(/[0-9.]+/g).slice(0, 4).map(Number);
  const light = c => c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !e.checkVisibility({opacityProperty: true})) continue;
    if (!e.getClientRects().length || e.closest('script, style')) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) >= 4.5) continue;
    weak.push(e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40));
  }
  return weak;
}
"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_is_readable_on_its_ground(served, visit, name, scheme):
    page, _, _ = visit(served + name, 1280, scheme)
    assert page.evaluate(CONTRAST) == []


MEASURE_SHIFTS = """
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift = (window.shift ?? 0) + entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


def transferred(page):
    """Compressed bytes of everything that a page has asked for since it was opened, by address."""
    entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    return dict(page.evaluate(f"{entries}.map(entry => [entry.name, entry.transferSize])"))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_lines_hardly_move_when_their_faces_arrive_late(served, browser, name, width):
    """A tenth is what Lighthouse lets pass."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.add_init_script(MEASURE_SHIFTS)
    faces = []

    def late(route):
        time.sleep(0.2)
        faces.append(route.request.url)
        route.continue_()

    page.route("**/*.woff2", late)
    page.goto(served + name)
    page.evaluate("async () => { await document.fonts.ready }")
    page.wait_for_timeout(300)
    assert len(faces) > 3
    assert page.evaluate("window.shift ?? 0") < 0.05
    page.close()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_little_is_fetched_and_nothing_moves(served, browser, width, scheme):
    """The first screen needs 160 KB at most, the whole article 500 KB, and no line moves by itself while one reads."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.add_init_script(MEASURE_SHIFTS)
    page.goto(served)
    page.wait_for_load_state("networkidle")
    first = transferred(page)
    assert 50_000 < sum(first.values()) < 160_000, first
    page.evaluate("window.shift = 0")
    page.mouse.move(width / 2, 400)
    for _ in range(round(page.evaluate("document.documentElement.scrollHeight") / 600)):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(60)
    assert page.evaluate("window.shift") == 0
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for image in page.query_selector_all("figure img"):
        image.scroll_into_view_if_needed()
        image.evaluate("image => image.decode()")
    live = ("/explorables/", ".data.js")  # what a live figure loads when it comes near
    everything = {place: size for place, size in transferred(page).items() if not any(part in place for part in live)}
    assert sum("/figures/" in address for address in everything) == len(page.query_selector_all("figure img"))
    assert sum(everything.values()) < 500_000, everything
    page.close()
