"""Sites to look at: a small one to fill, and the real one where its figures have been computed; and a browser."""

import functools
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from building import ROOT, Site, build

COMPUTED = ("results", "claims", "figures", "math", "experiments")


@pytest.fixture
def site(tmp_path):
    """A site with the real settings and no pages."""
    return Site(tmp_path)


@pytest.fixture(scope="session")
def computed():
    """Skip, or fail where everything has to be checked, unless `make figures` has run."""
    missing = [name for name in COMPUTED if not (ROOT / "docs" / "_data" / f"{name}.json").is_file()]
    if missing:
        message = f"not checked, as docs/_data/{missing[0]}.json is not there (make figures)"
        (pytest.fail if os.environ.get("WHYBN_COMPLETE") == "1" else pytest.skip)(message)


@pytest.fixture(scope="session")
def built(computed, tmp_path_factory):  # noqa: ARG001 - it asks whether there is anything to build
    """The real site, built into a folder of its own."""
    target = tmp_path_factory.mktemp("built") / "site"
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    return target


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def served(built):
    """The address of the built site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


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

    def go(address, width=1280, scheme="light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        errors, requests = [], []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.evaluate("async () => { await document.fonts.ready }")
        return page, errors, requests

    yield go
    for page in pages:
        page.close()
