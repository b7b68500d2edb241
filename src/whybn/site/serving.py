"""The article in a browser while it is written and computed: ``python -m whybn.site.serving PORT OUTLOOK``.

MkDocs's own server lets a reader wait while it builds, and then loads the page anew. This one goes on showing what it
has, and an open page takes in what has changed, where it stands (``serving.js``). OUTLOOK is the file in which the
pipeline says when the figures will be there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from mkdocs.commands.build import build
from mkdocs.config import load_config

from whybn.site.settings import Settings

SCRIPT = Path(__file__).with_suffix(".js")
HELD = "/.serving/"  # addresses of this server's own: the script, and the news for it
EVERY = 0.5  # seconds from one look at the sources to the next
Stamps = dict[Path, tuple[int, int]]  # time and size of each file


@dataclass
class Shown:
    """What browsers get: the folder of the latest build, and how often there was something new."""

    outlook: Path
    folder: Path | None = None
    builds: int = 0
    reloads: int = field(default_factory=time.time_ns)  # never that of another run; rises where pages have to load anew

    def news(self) -> bytes:
        """What an open page asks for every second."""
        figures = {}
        with contextlib.suppress(OSError, ValueError):
            figures = json.loads(self.outlook.read_bytes())
        return json.dumps({"builds": self.builds, "reloads": str(self.reloads), "figures": figures}).encode()


class Handler(SimpleHTTPRequestHandler):
    """Answers from the latest build, and gives each page the script that keeps it up to date."""

    def __init__(self, *request: object, shown: Shown) -> None:
        self.shown = shown
        super().__init__(*request, directory=str(shown.folder))

    def do_GET(self) -> None:
        """Answer one request."""
        if self.shown.folder is None:
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, b"The site is being built, or cannot be.", "text/plain")
            return
        address = self.path.partition("?")[0]
        path = Path(self.translate_path(address))
        page = path / "index.html" if path.is_dir() else path
        if address == f"{HELD}news":
            self.answer(HTTPStatus.OK, self.shown.news(), "application/json")
        elif address == f"{HELD}serving.js":
            self.answer(HTTPStatus.OK, SCRIPT.read_bytes(), "text/javascript")
        elif page.suffix == ".html" and page.is_file():
            self.page(HTTPStatus.OK, page)
        elif path.is_file():
            super().do_GET()
        else:
            self.page(HTTPStatus.NOT_FOUND, Path(self.directory) / "404.html")

    def page(self, status: HTTPStatus, path: Path) -> None:
        """Send a page with the script at its end."""
        script = f'<script src="{HELD}serving.js"></script></body>'
        self.answer(status, path.read_text("utf-8").replace("</body>", script).encode(), "text/html; charset=utf-8")

    def answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Have the browser ask each time: what is shown changes."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of single requests."""


def stamps(settings: Settings) -> Stamps:
    """Time and size of every file that the site is built from, but for hidden and half-written ones."""
    found: Stamps = {}
    folders = [settings.docs, *([settings.templates] if settings.templates else [])]
    for path in [settings.file, *(path for folder in folders for path in folder.rglob("[!.]*"))]:
        with contextlib.suppress(FileNotFoundError):  # gone since
            if path.is_file():
                about = path.stat()
                found[path] = about.st_mtime_ns, about.st_size
    return found


def loads_anew(before: Stamps, now: Stamps, docs: Path) -> bool:
    """Whether a file has changed or gone that a page does not hold in its own text: a style, a script, a drawing."""
    changed = [path for path, stamp in before.items() if now.get(path) != stamp]
    return any(path.suffix != ".md" and docs / "_data" not in path.parents for path in changed)


def computed(found: Stamps, docs: Path) -> Stamps:
    """Those of `found` that the pipeline writes."""
    folders = {docs / "_data", docs / "assets/figures"}
    return {path: stamp for path, stamp in found.items() if not folders.isdisjoint(path.parents)}


def build_site(settings: Settings, folder: Path, address: str) -> None:
    """Build the site into ``folder``; raise what MkDocs raises."""
    config = load_config(str(settings.file), site_dir=str(folder), site_url=address, strict=False)
    config.plugins.on_startup(command="serve", dirty=False)
    build(config, serve_url=address)


def renew(settings: Settings, shown: Shown, root: Path, address: str, seen: Stamps) -> Stamps:
    """Build where something is new since `seen`, and show it; return what that was built from.

    A build while the pipeline writes may hold half of a figure: it is not shown, nor is its trouble told.
    """
    now = stamps(settings)
    if now == seen:
        return seen
    folder, trouble = root / str(shown.builds), None
    try:
        build_site(settings, folder, address)
    except Exception as error:  # noqa: BLE001 - whatever it is, the author mends it, and what is shown stays
        trouble = error
    if computed(stamps(settings), settings.docs) != computed(now, settings.docs):
        return seen
    if trouble:
        print(f"error: the site cannot be built: {trouble}", file=sys.stderr)  # noqa: T201 - for who serves
        return now
    shown.folder = folder
    shown.builds += 1
    shown.reloads += loads_anew(seen, now, settings.docs)
    shutil.rmtree(root / str(shown.builds - 3), ignore_errors=True)  # of the last but one a file may be under way
    return now


def keep_building(settings: Settings, shown: Shown, root: Path, address: str) -> None:
    """Build, say where it is shown, and build again after each change, until the process that has started this is gone."""
    parent, seen = os.getppid(), {}
    while os.getppid() == parent:
        told, seen = bool(seen), renew(settings, shown, root, address, seen)
        if seen and not told:
            print(address, flush=True)  # noqa: T201 - for who serves
        time.sleep(EVERY)


def main(port: int, outlook: Path) -> None:
    """Serve the site of the working folder on this machine alone, until SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run that has started this one, and that ends it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    os.environ["JEKYLL_LENIENT"] = "1"
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("mkdocs.jekyll").setLevel(logging.INFO)
    shown = Shown(outlook)
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, shown=shown))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="whybn-site-") as root:
        keep_building(Settings.read(Path("mkdocs.yml")), shown, Path(root), f"http://127.0.0.1:{server.server_port}/")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), Path(sys.argv[2]))
    except OSError as error:
        sys.exit(f"error: nothing can be served on port {sys.argv[1]}: {error.strerror}")
