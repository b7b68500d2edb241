"""Lines and signs in random order: whatever is not refused reads as under Jekyll."""

import random

import pytest
from building import jekyll
from dialect import CONFIG, converter
from reading import first_difference, read

SIGNS = [*"*_`", "**", "__", "***", "``", "a", "b c", " ", "x-y", "1", ".", "`c`", "[l](u)", r"\*", "\nz", "<b>b</b>"]
LINES = [
    "text one", "more *text*", "- item", "* star", "1. num", "2. num", "  - nested", "   - three", "    - four", "> quote",
    "# head", "```\ncode\n```", "    indented", "  two spaces", "| a | b |", "|---|---|", "| 1 | 2 |", "a | b", "***", "---",
    "term", ": def", "<div>html</div>", "<b>span</b> text", "$$x$$", "$$\ny\n$$", "{: .cls}", "   cont three", "> - q item",
    ">", "- [ ] t", "1. one\n   text", "<br>", "Line  \nbroken", "10. ten", "+ plus", "- a\n\n  para", "<p>raw</p>",
    "", "", "", "", "", "",
]  # fmt: skip


def lines_of(chance):
    return "\n".join(chance.choices(LINES, k=chance.randint(2, 9))).strip("\n") or "text"


def signs_of(chance):
    return "A" + "".join(chance.choices(SIGNS, k=chance.randint(3, 12)))


@pytest.mark.parametrize("one", [lines_of, signs_of])
def test_what_is_not_refused_reads_as_under_jekyll(program, tmp_path, caplog, one):
    chance = random.Random(one.__name__)
    texts = {f"page-{number}": one(chance) for number in range(250)}
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "_config.yml").write_text(CONFIG.read_text("utf-8"))
    for name, text in texts.items():
        (docs / f"{name}.md").write_text(f"---\nlayout: none\n---\n\n{text}\n")
    built = jekyll(program("jekyll"), docs, tmp_path / "built")
    convert, refused = converter(tmp_path), 0
    for name, text in texts.items():
        caplog.clear()
        ours, theirs = convert(f"{text}\n"), (built / f"{name}.html").read_text("utf-8")
        refused += bool(caplog.messages)
        difference = first_difference(*(read(f"<article>{html}</article>") for html in (ours, theirs)))
        assert caplog.messages or difference is None, f"{text}\n=> {difference}"
    assert refused < 25
