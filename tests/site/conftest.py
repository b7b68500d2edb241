"""Sites to look at: a small one to fill, and the real one where its figures have been computed; and a browser."""

import os
from pathlib import Path

import pytest
from building import ROOT, Site, build
from serving import serving

COMPUTED = ("results", "claims", "figures", "math", "experiments", "replications", "times")
TOOLS = Path(__file__).parent / "node_modules"


def _not_checked(message: str) -> None:
    (pytest.fail if os.environ.get("WHYBN_COMPLETE") == "1" else pytest.skip)(f"not checked, as {message}")


@pytest.fixture
def site(tmp_path):
    """A site with the real settings and no pages."""
    return Site(tmp_path)


@pytest.fixture(scope="session")
def computed():
    """Skip, or fail where everything has to be checked, unless `make figures` has run."""
    missing = [name for name in COMPUTED if not (ROOT / "docs" / "_data" / f"{name}.json").is_file()]
    if missing:
        _not_checked(f"docs/_data/{missing[0]}.json is not there (make figures)")


@pytest.fixture(scope="session")
def built(computed, tmp_path_factory):  # noqa: ARG001 - it asks whether there is anything to build
    """The real site, built into a folder of its own as `make site` does, without a published address."""
    return _build(tmp_path_factory, "")


@pytest.fixture(scope="session")
def published(computed, tmp_path_factory):  # noqa: ARG001
    """The real site, built for an address."""
    return _build(tmp_path_factory, "https://example.org/batch-norm/")


def _build(tmp_path_factory, address):
    return build(ROOT, tmp_path_factory.mktemp("built") / "site", WHYBN_SITE_URL=address)


@pytest.fixture(scope="session")
def served(built):
    """The address of the built site."""
    with serving(built) as address:
        yield address


@pytest.fixture(scope="session")
def browser(program):
    executable = program("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(browser):
    """Open a page and return it with everything that went wrong and every address it asked for."""
    pages = []

    def go(address, width=1280, scheme="light", *, move=True):
        """`move` moves the pointer, upon which the theme's script arrives, and unfolds what is folded."""
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        errors, requests = [], []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        if move:
            page.mouse.move(40, 40)
            page.wait_for_selector("head > script[src*=bundle]", state="attached")
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.evaluate("async () => { await document.fonts.ready }")
        page.wait_for_load_state("networkidle")
        return page, errors, requests

    yield go
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def tool():
    """Return ``tool(path)``: a file of the npm packages that package.json lists."""

    def find(path: str) -> Path:
        if not (TOOLS / path).is_file():
            _not_checked(f"{path} is not installed (npm ci --prefix tests/site)")
        return TOOLS / path

    return find
