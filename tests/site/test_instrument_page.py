"""The instrument in the reader's hands: nothing moves by itself, everything has a key, and the past can be seen again."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.verify

# The columns of the layers as they are drawn, without the losses above them.
LAYERS = """
(figure) => {
  const canvas = figure.querySelector("canvas"), top = Math.round(canvas.height * 0.42);
  const { data } = canvas.getContext("2d").getImageData(0, top, canvas.width, canvas.height - top);
  let hash = 0, drawn = 0;
  for (const value of data) { hash = (Math.imul(hash, 31) + value) | 0; drawn += value > 0; }
  return [hash, drawn];
}
"""


# A colour inside the hill of the first layer.
PIXEL = """
(figure) => {
  const canvas = figure.querySelector("canvas"), { data } = canvas.getContext("2d").getImageData(
    Math.round(canvas.width * 0.19), Math.round(canvas.height * 0.6), 60, 1);
  return [...data].filter((_, at) => data[at - at % 4 + 3] > 0).join();
}
"""


@pytest.fixture
def opened(visit):
    """Open a page and bring the instrument into view: (page, figure, what went wrong)."""

    def go(address, **options):
        page, errors, _ = visit(address, **options)
        figure = page.locator("#instrument")
        figure.scroll_into_view_if_needed()
        figure.locator(".moving").first.wait_for(state="attached")
        return page, figure, errors

    return go


def slider(figure, name):
    return figure.get_by_role("slider", name=name)


def step_of(figure):
    return int(slider(figure, "step").input_value())


def shown(page, figure, step):
    """Wait until this step is drawn, and return the readings of the loss."""
    page.wait_for_function(
        "([slider, step]) => +slider.value >= step", arg=[slider(figure, "step").element_handle(), step], timeout=60_000
    )
    page.wait_for_timeout(400)
    return figure.locator("text.end:is(.plain, .batch_norm)").all_text_contents()


def address_of(page):
    page.wait_for_timeout(500)
    return {key: value for key, (value,) in parse_qs(urlsplit(page.url).query).items()}


def go_to(figure, step):
    slider(figure, "step").evaluate(
        "(slider, step) => { slider.value = step; slider.dispatchEvent(new Event('input', { bubbles: true })); }", step
    )


def button(figure, name):
    return figure.get_by_role("button", name=name, exact=True)


def test_nothing_trains_until_the_reader_acts(served, opened):
    page, figure, errors = opened(served)
    page.wait_for_timeout(1000)
    assert step_of(figure) == 0
    assert figure.evaluate(LAYERS)[1] > 0
    button(figure, "Train").click()
    shown(page, figure, 5)
    button(figure, "Pause").click()
    stopped = step_of(figure)
    page.wait_for_timeout(500)
    assert step_of(figure) == stopped >= 5
    button(figure, "One step").click()
    assert step_of(figure) == stopped + 1
    assert errors == []


def test_it_loads_when_near_and_takes_the_place_of_its_picture(served, browser, visit, opened):
    _, _, requests = visit(served)
    assert not any("instrument.js" in address or "engine.js" in address for address in requests)
    _, figure, _ = opened(served)
    without = browser.new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    without.goto(served)
    still = without.locator("#instrument")
    assert still.locator("img").is_visible()
    assert figure.bounding_box()["height"] == pytest.approx(still.bounding_box()["height"], abs=1)
    without.close()


def test_training_stops_where_the_map_does_and_can_go_on(served, opened):
    page, figure, _ = opened(f"{served}?instrument.depth=2&instrument.batch=2&instrument.step=230")
    end = int(slider(figure, "step").get_attribute("max"))
    assert page.evaluate("whybn.data.instrument.steps") == end
    button(figure, "Train").click()
    shown(page, figure, end)
    assert button(figure, "Train").is_visible()
    button(figure, "Train").click()
    shown(page, figure, end + 2)
    assert int(slider(figure, "step").get_attribute("max")) == 2 * end


def test_a_step_seen_again_looks_as_it_did(served, opened):
    page, figure, _ = opened(served)
    button(figure, "Train").click()
    shown(page, figure, 12)
    button(figure, "Pause").click()
    page.wait_for_timeout(300)
    step, seen = step_of(figure), figure.evaluate(LAYERS)
    button(figure, "Train").click()
    shown(page, figure, step + 15)
    button(figure, "Pause").click()
    page.wait_for_timeout(300)
    assert figure.evaluate(LAYERS) != seen
    go_to(figure, step)
    page.wait_for_timeout(300)
    assert figure.evaluate(LAYERS) == seen
    stage = figure.locator(".stage").bounding_box()
    losses = figure.locator(".scrub").bounding_box()
    page.mouse.click(losses["x"] + 1, stage["y"] + 100)
    assert step_of(figure) <= 1


def test_a_place_on_the_map_is_trained_at_once(served, opened):
    page, figure, _ = opened(served)
    cell = figure.locator(".map.batch_norm rect").nth(4 * 12 + 9)  # He initialisation at the rate 1
    box = cell.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown(page, figure, 5)
    state = address_of(page)
    assert (state["instrument.rate"], state["instrument.gain"]) == ("1", "1")
    assert slider(figure, "learning rate").get_attribute("aria-valuetext") == "1"
    ring = figure.locator(".ring").nth(1).bounding_box()
    assert ring["x"] + ring["width"] / 2 == pytest.approx(box["x"] + box["width"] / 2, abs=1)
    assert ring["y"] + ring["height"] / 2 == pytest.approx(box["y"] + box["height"] / 2, abs=1)


def test_all_can_be_done_by_keys(served, opened):
    page, figure, _ = opened(served)
    for name in ("learning rate", "initial gain"):
        before = slider(figure, name).input_value()
        slider(figure, name).press("ArrowRight")
        assert slider(figure, name).input_value() != before
        shown(page, figure, 2)
        button(figure, "Pause").press("Enter")
    slider(figure, "learning rate").press("End")
    assert address_of(page)["instrument.rate"] == "4.642"
    figure.get_by_role("radio", name="5", exact=True).press("ArrowLeft")
    assert figure.get_by_role("radio", name="2", exact=True).first.is_checked()
    shown(page, figure, 3)
    button(figure, "Pause").press("Space")
    slider(figure, "step").press("Home")
    assert step_of(figure) == 0
    assert figure.get_by_role("button", name="Train").is_visible()


SETTINGS = {"rate": 0.3, "gain": 1.5, "depth": 5, "batch": 8, "seed": 3}
LOSSES = """
(settings) => {
  const engine = whybnEngine(), { images, labels } = whybn.data.instrument;
  const found = [null, { mean: "live", size: "live" }].map((normaliser) => {
    const training = engine.training(settings, engine.digits(images, labels), normaliser);
    let seen, whole;
    for (let step = 0; step <= 25; step++) { seen = training.next(); if (step % 20 === 0) whole = seen.whole; }
    return [whole.toFixed(2), seen.diverged];
  });
  return [found.map(([whole]) => whole), found.map(([, diverged]) => diverged)];
}
"""


def test_the_address_restores_settings_and_step(served, opened):
    address = "&".join(f"instrument.{name}={value}" for name, value in {**SETTINGS, "step": 25}.items())
    page, figure, errors = opened(f"{served}?{address}")
    readings = shown(page, figure, 25)
    assert step_of(figure) == 25
    assert figure.get_by_role("radio", name="8", exact=True).is_checked()
    (plain, normalised), diverged = page.evaluate(LOSSES, SETTINGS)
    assert diverged[1] == -1
    assert readings[0] == (f"without {plain}" if diverged[0] < 0 else "without diverged")
    assert readings[1] == f"with {normalised}"
    page.wait_for_timeout(500)
    assert step_of(figure) == 25  # it has not gone on by itself
    assert "Step 25, loss on the training set" in figure.locator(".stage svg").get_attribute("aria-label")
    assert errors == []


def test_divergence_is_said(served, opened):
    page, figure, _ = opened(f"{served}?instrument.gain=10&instrument.step=20")
    page.wait_for_timeout(2000)
    _, diverged = page.evaluate(LOSSES, {"rate": 0.1, "gain": 10, "depth": 10, "batch": 32, "seed": 0})
    assert diverged[0] >= 0 > diverged[1]
    assert figure.locator(f"text.plain:text-is('diverged at step {diverged[0]}')").count() == 2
    assert figure.locator("text.batch_norm:has-text('diverged')").count() == 0
    go_to(figure, diverged[0] - 1)
    page.wait_for_timeout(300)
    assert figure.locator("text.plain:has-text('diverged')").count() == 0


SIZES = """
(settings) => {
  const engine = whybnEngine(), { images, labels } = whybn.data.instrument;
  return [null, { mean: "live", size: "live" }].map((normaliser) =>
    [...engine.training(settings, engine.digits(images, labels), normaliser).next().size]);
}
"""
# Colours on the canvas where the dots belong, by their axis's first and last tick and those of the layers; and the hues.
DOTS = """
(figure, [sizes, decades]) => {
  const canvas = figure.querySelector("canvas"), context = canvas.getContext("2d");
  const place = (text, name) => +text.getAttribute(name);
  const groups = [...figure.querySelectorAll(".moving")], axes = groups.filter((one) => one.textContent.endsWith("size"));
  return axes.map((axis, arm) => {
    const ticks = [...axis.querySelectorAll(".middle")].map((text) => [text.textContent, place(text, "x")]);
    const layers = [...groups[groups.indexOf(axis) - 1].querySelectorAll("text.end")].map((text) => place(text, "y") - 4);
    const [[, from], [, to]] = ticks;
    const colours = sizes[arm].map((size, layer) => {
      const x = from + (1 + Math.log10(size) / decades) * (to - from);
      const y = layers[0] + (layer / (sizes[arm].length - 1)) * (layers[1] - layers[0]);
      const found = context.getImageData(Math.round(x * devicePixelRatio), Math.round(y * devicePixelRatio), 1, 1).data;
      return `rgb(${[...found].slice(0, 3).join(", ")})`;
    });
    const { fill } = getComputedStyle(figure.querySelector(["text.plain", "text.batch_norm"][arm]));
    return [ticks.map(([text]) => text), colours, fill];
  });
}
"""


@pytest.mark.parametrize(("gain", "decades", "least"), [(0.562, 3, "1/1000"), (0.316, 6, "1/10⁶"), (1, 3, "1/1000")])
def test_beside_each_hill_a_dot_stands_at_its_size(served, opened, gain, decades, least):
    page, figure, _ = opened(f"{served}?instrument.gain={gain}")
    page.wait_for_timeout(1000)
    settings = {"rate": 0.1, "gain": gain, "depth": 10, "batch": 32, "seed": 0}
    sizes = page.evaluate(SIZES, settings)
    found = figure.evaluate(DOTS, [sizes, decades])
    assert len(found) == 2
    for ticks, colours, hue in found:
        assert ticks == [least, "1"]
        assert colours == 10 * [hue]
    said = figure.locator(".stage svg").get_attribute("aria-label")
    assert [float(number) for number in re.findall(r" and ([\d.e−-]+)", said)] == [
        pytest.approx(one[-1], rel=0.06) for one in sizes
    ]


def test_out_of_sight_it_rests(served, opened):
    page, figure, _ = opened(served)
    button(figure, "Train").click()
    shown(page, figure, 3)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(500)
    rested = step_of(figure)
    page.wait_for_timeout(700)
    assert step_of(figure) == rested
    figure.scroll_into_view_if_needed()
    shown(page, figure, rested + 2)


def test_readers_who_prefer_less_motion_see_forty_steps_at_once(served, opened):
    page, figure, _ = opened(served)
    page.emulate_media(reduced_motion="reduce")
    seen = [figure.evaluate(LAYERS)]
    button(figure, "Train").click()
    for _ in range(40):
        page.wait_for_timeout(100)
        seen += [figure.evaluate(LAYERS)] if figure.evaluate(LAYERS) != seen[-1] else []
    assert len(seen) == 2  # before, and forty steps on
    assert step_of(figure) == 40


@pytest.mark.parametrize(("cores", "workers"), [(2, 1), (8, 2)])
@pytest.mark.parametrize("place", ["server", "disk"])
def test_workers_train_on_as_many_cores_as_there_are(browser, served, built, place, cores, workers):
    page = browser.new_page()
    page.add_init_script(f"Object.defineProperty(navigator, 'hardwareConcurrency', {{ value: {cores} }})")
    page.goto(served if place == "server" else (built / "index.html").as_uri())
    figure = page.locator("#instrument")
    figure.scroll_into_view_if_needed()
    figure.locator(".moving").first.wait_for(state="attached")
    assert sum(worker.url.startswith("blob:") for worker in page.workers) == workers
    page.evaluate("() => { window.whybnEngine = () => { throw new Error('not in a worker') } }")
    button(figure, "Train").click()
    shown(page, figure, 6)
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_targets_are_large_enough_for_thumbs(served, opened, width):
    _, figure, _ = opened(served, width=width)
    least = 44 if width < 720 else 24
    sizes = figure.evaluate(
        "(figure) => [...figure.querySelectorAll('.live button, .live .choice label, .live .range input')]"
        ".map((one) => [one.textContent, one.getBoundingClientRect().width, one.getBoundingClientRect().height])"
    )
    assert len(sizes) == 4 + (4 + 5 + 4 + 4) + 3
    assert [size for size in sizes if min(size[1:]) < least] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(served, opened, tool, width, scheme):
    page, _, _ = opened(f"{served}?instrument.gain=10&instrument.step=5", width=width, scheme=scheme)
    page.evaluate(tool("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run('#instrument')).violations")
    assert [(one["id"], one["help"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_colours_follow_the_scheme(served, opened):
    page, figure, _ = opened(served)
    paper = figure.evaluate(PIXEL)
    page.click(".scheme:not([hidden])")
    page.click(".scheme:not([hidden])")
    assert page.get_attribute("body", "data-md-color-scheme") == "night"
    page.wait_for_timeout(300)
    assert figure.evaluate(PIXEL) != paper
