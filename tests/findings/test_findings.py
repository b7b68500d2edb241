"""Findings: display strings that hold together, and the arithmetic behind the less obvious of them."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

import whybn.findings
from whybn.evidence.record import record
from whybn.findings import rates
from whybn.readings.definitions import coverage

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in Path(whybn.findings.__path__[0]).glob("[a-z]*.py"))
FIGURES = {path.stem for path in (ROOT / "figures").rglob("[a-z]*.py")}


@pytest.fixture(params=NAMES)
def finding(request, quick):
    module = importlib.import_module(f"whybn.findings.{request.param}")
    return module, {name: quick(name) for name in module.EXPERIMENTS}


def listed_explanations() -> set[str]:
    """The explanations that have a row among the verdicts of some article."""
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    lists = re.findall(r'include verdicts\.html [^%]*explanations="([^"]*)"', "\n".join(pages))
    return {name for one in lists for name in one.split(",")}


def test_every_display_string_is_complete(finding) -> None:
    module, results = finding
    said = record(module.__name__, module.facts(results), module.claims(results), [])
    shown = {**said["facts"], **module.alts(said["facts"])}
    for name, entry in said["claims"].items():
        filled = entry.keys() - {"changed", "mirror"}  # nothing was changed; a bound has no opposite
        shown |= {f"{name}.{key}": value for key, value in entry.items() if key in filled and isinstance(value, str)}
        assert entry["sentence"].endswith(".")
        assert re.fullmatch(r"[a-z_]+", name)
        assert entry["experiment"] in module.EXPERIMENTS
        assert entry["figure"] in FIGURES
        assert entry["explanation"] in listed_explanations()
    for name, text in shown.items():
        assert isinstance(text, str), name
        assert text.strip(), name
        assert not re.search(r"[{}]|\bnan\b|\d-\d", text), f"{name}: {text}"


def test_every_figure_has_one_text(quick) -> None:
    found = []
    for name in NAMES:
        module = importlib.import_module(f"whybn.findings.{name}")
        facts = module.facts({experiment: quick(experiment) for experiment in module.EXPERIMENTS})
        found += module.alts(record(name, facts, [], [])["facts"])
    assert sorted(found) == sorted(FIGURES)


def test_the_article_quotes_each_claim(quick) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    quoted = set(re.findall(r"site\.data\.claims\.(\w+)\.", text))
    made = set()
    for name in NAMES:
        module = importlib.import_module(f"whybn.findings.{name}")
        made |= {claim.id for claim in module.claims({experiment: quick(experiment) for experiment in module.EXPERIMENTS})}
    assert quoted == made


def test_the_origin_of_a_claim_names_works_that_are_cited(finding) -> None:
    module, results = finding
    shorts = set(re.findall(r'short: "(.*)"', (ROOT / "docs/_data/literature.yml").read_text("utf-8")))
    for claim in module.claims(results):
        named = re.findall(r"(?:van )?[A-Z][^;:]*? \(\d{4}\)", claim.origin)
        assert claim.origin.startswith(("this article", "the usual telling", "Doshi")) or named, claim.id
        assert set(named) <= shorts, claim.id


def test_the_interval_covers_what_the_ledger_says() -> None:
    text = (ROOT / "docs/_data/literature.yml").read_text()
    said = re.search(r"order_statistics:.*?level: \"(\d+)\s?%\"", text, re.DOTALL)
    assert said, "docs/_data/literature.yml: order_statistics.level is missing"
    assert int(said[1]) == round(100 * coverage(8))


def test_a_rate_at_the_end_of_the_grid_is_a_lower_bound() -> None:
    loss = np.full((1, 1, 3, 2), 0.1)  # (depth, check, seed, rate)
    assert rates._largest({"rates": np.array([0.1, 1.0]), "loss": loss}, 0).displayed() == "at least 1.0"
    loss[..., 1] = 9.0
    assert rates._largest({"rates": np.array([0.1, 1.0]), "loss": loss}, 0).displayed() == "0.10"
