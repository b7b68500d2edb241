"""The index of the search: an article before the pages beside it, and sections by the words readers have for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from jekyll_dialect.data import load_data
from whybn.common.nearest import nearest

INDEX = "search/search_index.json"
OTHER_NAMES = "other_names"  # the data file: words by the address of a section that does not say them
FIRST = 10_000.0  # the factor on what is found in an article: more than a match in a heading counts for, a thousand


def tune(folder: Path, docs: Path, articles: Sequence[str]) -> list[str]:
    """Rewrite the index of the built site in `folder`; `articles` are the addresses of its pages that have a date.

    Returns a line for each section with other names that is not there.
    """
    path = folder / INDEX
    if not path.is_file():
        return []
    index = json.loads(path.read_text("utf-8"))
    names = load_data(docs).get(OTHER_NAMES, {})
    tuned = [_tuned(entry, names.get(entry["location"], ""), articles) for entry in index["docs"]]
    path.write_text(json.dumps({**index, "docs": tuned}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    known = [entry["location"] for entry in tuned]
    return [
        f"{docs.name}/_data/{OTHER_NAMES}.yml: no section {one}{nearest(one, known)}" for one in names if one not in known
    ]


def _tuned(entry: Mapping[str, object], names: str, articles: Sequence[str]) -> dict[str, object]:
    """One section. Tags are those of a whole page, and would be shown with each of its sections."""
    kept = {key: value for key, value in entry.items() if key != "tags"}
    if str(entry["location"]).partition("#")[0] in articles:
        kept["boost"] = FIRST
    if names:
        kept["text"] = f"{entry['text']} <p>Also: {names}.</p>"
    return kept
