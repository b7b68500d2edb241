"""Slips of the pen that Markdown, YAML and browsers forgive stop a strict build, with file, line and fix."""

import re
from pathlib import Path

import pytest
from building import Site

POSTS = Path(__file__).parent / "posts"
OPEN = "is still open at"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 340"></svg>'
LIVE = '![A]({{ site.baseurl }}/assets/figures/curve.svg){: #curve data-explorable="walk"}'

# The name of a page, its text, and what is said of it, behind the name of its file.
SLIPS = {
    "note-undefined": ("Text.\n\nSee.[^ba2061] More.[^ba2016]\n\n[^ba2016]: A note.",
                       "3: no note [^ba2061] (did you mean “ba2016”?): define it by a line `[^ba2061]: …`"),
    "note-undefined-in-table": ("| a | b |\n|---|---|\n| c[^no] | d |", "3: no note [^no]"),
    "note-undefined-behind-a-loop": ("{%- for i in (1..5) %}\n- {{ i }}\n{% endfor %}\n\nA.[^no]", "5: no note [^no]"),
    "note-undefined-twice": ("A.[^no] B.[^no]\n\nC.[^no]", ["1: no note [^no]", "3: no note [^no]"]),
    "note-with-an-entity": ("Text.\n\nA.[^a&amp;b]", "1: no note [^a"),  # not found in the text: the page's first line
    "note-idle": ("Text.\n\n[^idle]: Note.", "3: nothing cites the note [^idle], so no reader sees it"),
    "note-doubled": ("A.[^a]\n\n[^a]: One.\n[^a]: Two.", "4: [^a] is defined above already"),
    "note-in-raw-html": ("A.[^a]\n\n[^a]: One.\n\n<div>\n<p>B.[^a]</p>\n</div>", "6: [^a] is text here: the HTML around it"),
    "link-undefined": ("A [link][papr].\n\n[paper]: https://example.org",
                       "1: no reference [papr] (did you mean “paper”?): define it by a line `[papr]: ADDRESS`"),
    "link-undefined-with-markup": ("Text,\na [*link*][no].", "2: no reference [no]"),
    "link-doubled": ("A [l][a].\n\n[a]: https://a.example\n[a]: https://b.example", "4: [a] is defined above already"),
    "image-undefined": ("![An image][no]", "1: no reference [no]"),
    "fence-open": ("Text.\n\n```python\nx = 1\n\n~~~\ny = 2\n~~~", "3: this code is never closed: put a line “```” "),
    "fence-open-before-many-blank-lines": ("```\n" + "x\n\n" * 60, "1: this code is never closed"),
    "fence-of-another-length": ("````\nx = 1\n```\n\nText.", ["1: this code is never closed", "3: this code is"]),
    "fence-open-in-a-list": ("- Text\n\n  ```\n  x\n\nText.", "3: this code is never closed"),
    "fence-indented-less": ("  ```\nx\n  ```", ["1: this code is never closed", "3: this code is never closed"]),
    "fence-with-words": ("Text.\n\n```python some words\nx\n```", "3: this is not read as code: behind the signs stands"),
    "details-open": ("<details markdown='1'>\n<summary>S</summary>\n\nText.",
                     f"1: <details> {OPEN} the end of the page: put </details> where its content ends"),
    "div-open-in-a-list": ("- Item\n\n    <div>", f"3: <div> {OPEN} the end of the page"),
    "div-open-in-a-note": ("A.[^a]\n\n[^a]: One\n\n    <div>", f"5: <div> {OPEN} the end of the page"),
    "summary-open": ("<details markdown='1'>\n<summary>S\n\nText.\n\n</details>", f"2: <summary> {OPEN} </details>"),
    "div-open": ("Text.\n\n<div class='wide'>\nText.\n", f"3: <div> {OPEN} the end of the page"),
    "div-closed-by-another": ("<div>\n<aside>\nText.\n</div>", f"2: <aside> {OPEN} </div>"),
    "figure-open-in-a-loop": ("{% for i in (1..2) %}\n<figure>\n{% endfor %}\n</figure>", f"2: <figure> {OPEN}"),
    "span-open": ("Some <span>text.", f"1: <span> {OPEN} the end of the page"),
    "closed-twice": ("<div>\nText.\n</div>\n</div>", "4: </div> closes nothing: take it away, or put <div> where"),
    "span-over-a-blank-line": ("A <span>text.\n\nB</span>", "1: <span> ends with its paragraph: take away the blank line"),
    "values-without-quotes": ("A <a href=x.html>link</a>.", '1: <a> counts as text: write its attributes as name="value"'),
    "comment-open": ("Text.\n\n<!-- not finished\n\nText.", "3: this comment is never closed"),
    "live-key": (f"{LIVE.replace('walk', 'wlak')}\n*Caption.*",
                 "1: no docs/assets/js/explorables/wlak.js sets whybn.explorables.wlak (did you mean “walk”?)"),
    "live-key-of-a-library": (f"{LIVE.replace('walk', 'shell')}\n*Caption.*", "1: no docs/assets/js/explorables/shell.js"),
    "live-attribute": (f"{LIVE.replace('data-explorable', 'data-explorabel')}\n*Caption.*",
                       "1: nothing reads the attribute “data-explorabel” (did you mean “data-explorable”?)"),
    "live-attribute-in-html": ("<figure exploreable='walk'>x</figure>", "1: nothing reads the attribute “exploreable”"),
    "live-without-a-caption": (LIVE, "1: only a figure comes alive: write its caption in *emphasis*"),
    "live-without-numbers": (f"{LIVE.replace('curve', 'still')}\n*Caption.*",
                             "1: no assets/figures/still.data.js: give the script of still a function explore(results)"),
    "live-without-a-picture": ('Text.\n{: data-explorable="walk"}', "2: data-explorable belongs behind one of our own"),
    "front-matter-doubled": ("---\ntitle: A\nseries:\n  name: B\n  name: C\ntitle: D\n---\n\nText.",
                             ["5: the key “name” stands on line 4 already", "6: the key “title” stands on line 2 already"]),
    "front-matter-open": ("---\ntitle: A\n\nText.", "1: the front matter is never closed: put a line `---`"),
    "front-matter-broken": ("---\ntitle: [A\n---\n\nText.", "3: not valid YAML: "),
    "two-of-a-kind": ("A.[^a] B.[^b]\n\n<div>", [f"3: <div> {OPEN}", "1: no note [^a]", "1: no note [^b]"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What one strict build says of every page: lists of messages by the page's name."""
    site = Site(tmp_path_factory.mktemp("slips"))
    site.page("index.md", (POSTS / "correct.md").read_text(encoding="utf-8"))
    for name in ("curve.svg", "curve.data.js", "still.svg"):
        site.page(f"assets/figures/{name}", SVG)
    for name, (text, _) in SLIPS.items():
        site.page(f"{name}.md", text)
    done = site.run_mkdocs()
    assert done.returncode == 1
    found = re.findall(r"^(?:WARNING|ERROR) +-  (.*)$", done.stderr, re.MULTILINE)
    pages = [re.fullmatch(r"docs/([\w-]+)\.md:(.*)", message) for message in found]
    assert None not in pages, found
    return {name: [page[2] for page in pages if page[1] == name] for name in ("index", *SLIPS)}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named_with_its_line_and_fix(said, name):
    expected = SLIPS[name][1]
    expected = [expected] if isinstance(expected, str) else expected
    assert len(said[name]) == len(expected), said[name]
    for message, start in zip(said[name], expected, strict=True):
        assert message.startswith(start)


def test_what_looks_like_a_slip_and_is_none_is_let_pass(said):
    assert said["index"] == []
