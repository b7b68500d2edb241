"""Every kind of thing that posts hold, as Jekyll's own output has it: the same words in the same structure."""

import re
from datetime import date

import pytest
from building import jekyll
from dialect import CONFIG, TRIALS, converter, trials
from reading import first_difference, read

HEAD = "---\nlayout: none\ntitle: A trial\ntags: [one, two]\ndate: 2026-11-22\n---\n\n"


@pytest.fixture(scope="module")
def theirs(program, tmp_path_factory):
    """What Jekyll makes of all trials, by their names."""
    folder = tmp_path_factory.mktemp("trials")
    docs = folder / "docs"
    docs.mkdir()
    (docs / "_config.yml").write_text(CONFIG.read_text("utf-8"))
    for name, text in trials().items():
        (docs / f"{name}.md").write_text(HEAD + text, encoding="utf-8")
    built = jekyll(program("jekyll"), docs, folder / "built")
    return {path.stem: f"<article>{path.read_text('utf-8')}</article>" for path in built.glob("*.html")}


@pytest.mark.parametrize("name", trials())
def test_a_trial_reads_as_under_jekyll_and_nothing_is_said(theirs, tmp_path, caplog, name):
    convert = converter(tmp_path, {"title": "A trial", "tags": ["one", "two"], "date": date(2026, 11, 22)})
    ours = read(f"<article>{convert(trials()[name])}</article>")
    assert first_difference(ours, read(theirs[name])) is None, first_difference(ours, read(theirs[name]))
    assert caplog.messages == []
    assert ours or name == "blocks-comment"


def test_there_are_trials_of_every_kind():
    assert {path.stem for path in TRIALS} == {"tables", "blocks", "spans", "elements", "formulas", "liquid"}
    assert all(re.search(r"\n====\n", path.read_text("utf-8")) for path in TRIALS)
