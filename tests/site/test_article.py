"""The built article: as long as it may be, and its table of verdicts complete."""

import json
import re

import pytest
from building import ROOT
from reading import read

from whybn.site.quotations import QUOTED, VERDICTS

pytestmark = pytest.mark.verify

ASIDE = ("math", "svg", "pre", "text", "td", "th")  # formulas, code, tables
NOTE = r"\[sup \[note .*? a\] sup\]"
MARK = r"\[(?:em|strong|code|sup|[^\s\]]*[./#][^\s\]]*) | (?:em|strong|code|sup|a)\]"  # inline markup, as `read` writes it


def words(blocks: list[str]) -> dict[str, int]:
    """Words of the main line and of the folded parts; no captions, tables, formulas, code or notes."""
    notes = max(row for row, block in enumerate(blocks) if block == "<ol>")  # the last list holds the citations
    count = {"main": 0, "folded": 0}
    folded = False
    for block in blocks[:notes]:
        kind, _, text = block.partition(": ")
        if block in ("<details>", "</details>"):
            folded = block == "<details>"
        elif kind not in ASIDE and not text.startswith("[img"):
            spoken = re.sub(MARK, "", re.sub(NOTE, "", text))
            count["folded" if folded else "main"] += sum(any(map(str.isalnum, word)) for word in spoken.split())
    return count


def test_only_prose_is_counted() -> None:
    blocks = [
        "h2#a: Two words",
        "p: One [em two em],[sup [note 1 a] sup] [./x.html#y three a].",
        "p: [img a.svg “An alternative text”] [em A caption. em]",
        "td: cell",
        "<details>",
        "summary: Fold",
        "li: – inside",
        "</details>",
        "p: End",
        "<ol>",
        "li: A citation",
    ]
    assert words(blocks) == {"main": 6, "folded": 2}


def test_the_article_takes_a_quarter_of_an_hour(built) -> None:
    count = words(read((built / "index.html").read_text("utf-8")))
    assert 2800 <= count["main"] <= 3300, f"{count['main']} words in the main line; move some to a folded part"
    assert count["folded"] <= 1500, f"{count['folded']} words in folded parts; move some to the evidence page"


def test_reference_managers_and_browsers_are_told_what_they_ask(built) -> None:
    html = (built / "index.html").read_text("utf-8")
    date = re.search(r'^date: "([\d-]+)"$', (ROOT / "docs" / "index.md").read_text("utf-8"), re.MULTILINE)[1]
    for name, content in {
        "article:published_time": date,
        "citation_title": "Why does Batch Norm work?",
        "citation_author": "The authors of whybn",
        "citation_publication_date": date.replace("-", "/"),
    }.items():
        assert re.search(rf'<meta (name|property)="{name}" content="{re.escape(content)}">', html), name
    colours = (ROOT / "docs" / "assets" / "css" / "palette.css").read_text("utf-8")
    papers = re.findall(r"--paper: (#[0-9a-f]{6});", colours)[:2]
    assert re.findall(r'<meta name="theme-color"[^>]* content="(#[0-9a-f]{6})">', html) == papers
    assert 'rel="next"' not in html


def test_the_table_of_verdicts_has_every_claim_once(built) -> None:
    claims = json.loads((ROOT / "docs" / "_data" / "claims.json").read_text("utf-8"))
    cells = [block for block in read((built / "index.html").read_text("utf-8")) if block.startswith("td: ")]
    linked = [name for cell in cells for name in re.findall(r"evidence\.html#(\w+)", cell)]
    assert sorted(name for name in linked if name in claims) == sorted(claims)


def test_what_a_page_asserts_holds_on_other_machines_too():
    """Where a processor rounds otherwise, the build of a reader would stop at a verdict that is not the same there."""
    claims = json.loads((ROOT / "docs" / "_data" / "claims.json").read_text("utf-8"))
    runs = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "replications").glob("*.json")}
    same_seeds = {name for name, run in runs.items() if run["settings"] == "full" and run["first_seed"] is None}
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md"))
    asserted = {match["claim"] for match in QUOTED.finditer(pages) if match["verdict"] in VERDICTS}
    shaky = {
        (claim, one["name"])
        for claim in asserted
        for one in claims[claim]["repeated"]
        if one["name"] in same_seeds and not one["holds"]
    }
    assert shaky == set()
    assert same_seeds
