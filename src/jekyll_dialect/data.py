"""The variables that Liquid sees: `site` with its data files, and `page`, as Jekyll has them."""

from __future__ import annotations

import json
import posixpath
import re
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from jekyll_dialect.errors import PageError
from jekyll_dialect.strict_yaml import read_yaml


def _read_json(text: str, path: Path) -> object:
    """The value of a JSON text, the content of `path`; PageError names the file and the line of what is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PageError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from error


POST = re.compile(r"^(?P<above>(?:[^_/][^/]*/)*)_posts/(?:.*/)?(?P<date>\d{4}-\d\d-\d\d)-(?P<slug>[^/]*)\.\w+$")
READERS = {".json": _read_json, ".yml": read_yaml, ".yaml": read_yaml}


@lru_cache(maxsize=64)
def _read(path: Path, _mtime_ns: int, _size: int) -> object:
    """Parse one data file; the time and size in the key make an edited file a new entry."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PageError(f"{path}: not UTF-8: {error}") from error
    return READERS[path.suffix](text, path)


def read(path: Path) -> object:
    """The parsed content of a JSON or YAML file, from memory while the file stays as it was."""
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


def load_data(docs: Path) -> dict[str, object]:
    """`site.data`: one key for each file of `docs/_data`, and one mapping for each folder in it."""

    def load(folder: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir():
                found[path.name] = load(path)
            elif path.suffix in READERS:
                found[path.stem] = read(path)
        return found

    return load(docs / "_data")


def readable_data(docs: Path) -> dict[str, object]:
    """The same; nothing where a file cannot be read, which a page says in its place."""
    try:
        return load_data(docs)
    except PageError:
        return {}


def base_of(src_uri: str) -> str:
    """The way from a page to the root of `docs/`, which stands for `site.baseurl`: `.`, `..`, `../..`."""
    depth = posixpath.normpath(src_uri).count("/")
    return "/".join([".."] * depth) or "."


def site_variables(docs: Path, src_uri: str) -> dict[str, object]:
    """`site`: the values of `_config.yml`, the data, and a base URL relative to the page."""
    config = docs / "_config.yml"
    values = read(config) if config.is_file() else {}
    if not isinstance(values, dict):
        raise PageError(f"{config}: expected keys and values, found {type(values).__name__}")
    return {**values, "data": load_data(docs), "baseurl": base_of(src_uri)}


def page_variables(meta: dict[str, object], src_uri: str) -> dict[str, object]:
    """`page`: the front matter and what Jekyll adds to it."""
    stem, extension = posixpath.splitext(src_uri)
    url = "/" if stem == "index" else f"/{stem}.html"
    own = {"path": src_uri, "name": posixpath.basename(src_uri), "url": url}
    own["dir"] = posixpath.join("/", posixpath.dirname(src_uri), "")
    given = {key: _printed(value) for key, value in meta.items()}
    post = POST.search(src_uri)
    return {**given, **own} if post is None else {**_post_variables(given, post), **own, "ext": extension}


def _post_variables(meta: dict[str, object], post: re.Match[str]) -> dict[str, object]:
    """What Jekyll takes from the name and the place of a post's file, where its front matter says nothing else."""
    above = [folder for folder in post["above"].split("/") if folder]
    own = {
        "date": f"{post['date']} 00:00:00 +0000", "slug": post["slug"], "draft": False, "collection": "posts",
        "title": " ".join(word.capitalize() for word in post["slug"].split("-")),
    }  # fmt: skip
    categories = [*above, *_plural(meta, "category", "categories")]
    if isinstance(meta.get("date"), date):
        meta = {**meta, "date": f"{meta['date']} 00:00:00 +0000"}
    return {**own, **meta, "tags": _plural(meta, "tag", "tags"), "categories": list(dict.fromkeys(map(str, categories)))}


def _plural(meta: dict[str, object], singular: str, plural: str) -> list[object]:
    """A list that front matter may also write as one word, or as several in one string."""
    value = meta[singular] if singular in meta else meta.get(plural)
    if isinstance(value, str) and singular not in meta:
        return list(value.split())
    return [each for each in value if each is not None] if isinstance(value, list) else [] if value is None else [value]


def _printed(value: object) -> object:
    """A time as Jekyll prints one."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S %z") if value.tzinfo else f"{value} +0000"
    return value
