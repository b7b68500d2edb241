"""Keys that stand twice in YAML, of which its own reader keeps the last and says nothing."""

import pytest
import yaml

from jekyll_dialect.errors import PageError
from jekyll_dialect.strict_yaml import read_yaml

DOUBLED = "gain: One.\nrate:\n  short: Two.\n  long: Three.\n  short: Four.\ngain: Five.\n"
MESSAGES = ["5: the key “short” stands on line 3 already", "6: the key “gain” stands on line 1 already"]


@pytest.mark.parametrize("name", ["_data/glossary.yml", "_data/deep/works.yaml", "_config.yml"])
def test_a_data_file_with_a_key_twice_stops_the_build(site, name):
    site.page("index.md", "Text.")
    site.page(name, DOUBLED)
    done = site.run_mkdocs()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert all(f"docs/{name}:{message}" in done.stderr for message in MESSAGES), done.stderr


def test_settings_with_a_key_twice_stop_the_build(site):
    site.page("index.md", "Text.")
    settings = site.folder / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}\nstrict: true\n", encoding="utf-8")
    site.mkdocs()
    done = site.run_finish()
    first = text.split("\n").index("strict: true") + 1
    assert done.returncode == 1
    assert f"mkdocs.yml:{text.count(chr(10)) + 2}: the key “strict” stands on line {first} already" in done.stderr


@pytest.mark.parametrize("flow", ["{a: 1, a: 2}", "- {a: 1, b: [{a: 1, a: 2}]}", "? a\n: 1\n? a\n: 2"])
def test_a_key_twice_is_found_in_every_notation(flow):
    with pytest.raises(PageError, match="the key “a”"):
        read_yaml(flow, "x.yml")


def test_what_an_alias_repeats_is_said_once():
    with pytest.raises(PageError) as failure:
        read_yaml("x: &x {a: 1, a: 2}\ny: *x", "x.yml")
    assert len(str(failure.value).split("\n")) == 1


def test_lines_are_counted_from_the_first():
    with pytest.raises(PageError) as failure:
        read_yaml(DOUBLED, "x.md", first_line=2)
    assert [line.split(":")[:2] for line in str(failure.value).split("\n")] == [["x.md", "6"], ["x.md", "7"]]


@pytest.mark.parametrize(
    "text",
    ["", "a", "1: a\n'1': b", "a: &x {b: 1}\nc: *x\nd: {<<: *x, b: 2}", "a: &x [1, 2]\nb: *x", "a: 2026-11-22", "[a, a]"],
)
def test_all_else_is_read_as_yaml_reads_it(text):
    assert read_yaml(text, "x.yml") == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "line"), [("a: [1\nb: 2", 2), ("a: 1\nb: *no", 2), ("a: 2026-13-45", 1), ("a: \x07", 1), ("a: !x 1", 1)]
)
def test_what_is_no_yaml_is_named_with_its_line(text, line):
    with pytest.raises(PageError, match=rf"^x\.yml:{line}: not valid YAML: "):
        read_yaml(text, "x.yml")
