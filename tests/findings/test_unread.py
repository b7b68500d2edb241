"""Nothing is computed for nobody: every array of every result is read, and every fact is quoted."""

import importlib
import re
from pathlib import Path

import matplotlib as mpl
import pytest

import whybn.experiments
import whybn.findings
from whybn.drawing import style
from whybn.evidence.record import record
from whybn.pipeline.tasks import import_script

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "figures").rglob("*.py"))
EXPERIMENTS = sorted(path.stem for path in Path(whybn.experiments.__path__[0]).glob("[a-z]*.py"))
FINDINGS = sorted(path.stem for path in Path(whybn.findings.__path__[0]).glob("[a-z]*.py"))
# Arrays that no figure and no finding reads: tests of what networks do rest on them.
FOR_TESTS = {
    ("atlas", "diverged_at"),  # what has diverged is kept, with its step, and its loss is no number
    ("controls", "diverged_at"),
}


class Noting(dict):
    """A dict that notes which of its keys are looked up, as (name, key)."""

    def __init__(self, values: dict, name: str, seen: set[tuple[str, str]]) -> None:
        super().__init__(values)
        self.name, self.seen = name, seen

    def __getitem__(self, key: str) -> object:
        self.seen.add((self.name, key))
        return super().__getitem__(key)


@pytest.fixture(scope="module")
def read(quick) -> set[tuple[str, str]]:
    """Every array that a finding or a figure looks up, as (experiment, array)."""
    seen: set[tuple[str, str]] = set()

    def noting(names: tuple[str, ...]) -> dict[str, dict[str, Noting]]:
        return {name: {part: Noting(arrays, name, seen) for part, arrays in quick(name).items()} for name in names}

    for name in FINDINGS:
        module = importlib.import_module(f"whybn.findings.{name}")
        results = noting(module.EXPERIMENTS)
        module.facts(results), module.claims(results)
    for script in SCRIPTS:
        module = import_script(script)
        results = noting(module.EXPERIMENTS)
        with mpl.rc_context():
            style.use_style()
            module.draw(results, module.LAYOUT.panels(style.WIDE)[1])
        if hasattr(module, "explore"):
            module.explore(results)
    return seen


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_array_is_read(experiment: str, read, quick) -> None:
    made = {(experiment, array) for arrays in quick(experiment).values() for array in arrays}
    unread = made - read
    expected = {pair for pair in FOR_TESTS if pair[0] == experiment}
    assert unread == expected, f"of {experiment}, nothing reads {sorted(unread - expected)}: do not compute it"


def test_every_fact_is_quoted(quick, monkeypatch) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    quoted = set(re.findall(r"site\.data\.(?:results|times\.facts)\.(\w+)\.(\w+)", pages))
    made: set[tuple[str, str]] = set()
    for name in FINDINGS:
        module = importlib.import_module(f"whybn.findings.{name}")
        results = {experiment: quick(experiment) for experiment in module.EXPERIMENTS}
        facts = Noting(module.facts(results), name, quoted)
        made |= {(name, fact) for fact in facts}
        monkeypatch.setattr(module, "facts", lambda _, facts=facts: facts)
        module.claims(results)
        module.alts(Noting(record(name, facts, [], [])["facts"], name, quoted))
    unread = sorted(".".join(pair) for pair in made - quoted)
    assert not unread, f"no page, claim or alt text quotes {unread}: remove them"
