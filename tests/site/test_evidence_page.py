"""The evidence page as it reads with, and without, measurements elsewhere; the rest of its data is left out."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from jekyll_dialect.templating import Page, render
from whybn.evidence.claims import Claim, per_seed
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.evidence.record import record
from whybn.evidence.replication import Replication, kept
from whybn.site import quotations

DOCS = Path(__file__).parents[2] / "docs"


def claim(values, changed=""):
    fields = {"origin": "nobody", "experiment": "e", "figure": "f", "quantity": "q", "scope": "s"}
    sentences = {"supported": "It is {value}."}
    values = per_seed(np.array(values))
    return Claim(
        "x", "It is so", values=values, margin=2.0, neutral=1.0, sentences=sentences, show=times, changed=changed, **fields
    )


@pytest.fixture
def page(tmp_path):
    """What the page says of one claim and of the runs elsewhere, given their data."""
    docs = tmp_path / "docs"
    (docs / "_data").mkdir(parents=True)

    def read(entry, runs):
        data = {"claims": {"x": {**entry, "said": "", "article": ""}}, "replications": runs}
        for name, value in data.items():
            (docs / "_data" / f"{name}.json").write_text(json.dumps(value))
        (docs / "_includes").symlink_to(DOCS / "_includes")
        text = render((DOCS / "evidence.md").read_text(encoding="utf-8"), Page(docs, "evidence.md"), quotations.explain).text
        return text.split("## What the main line leaves out")[0]

    return read


def test_what_was_not_repeated_says_so(page):
    text = page(record("m", {}, [claim([3.0] * 8)], [])["claims"]["x"], {})
    assert "Margin\n:   above 2.0 times; reversed below 0.50 times; cleared by 8 of 8 seeds\n" in text
    assert "Repeated\n:   not yet repeated\n" in text
    assert "No second set has been measured yet." in text
    assert "Changed after a look" not in text
    assert "say what was changed" not in text


def test_what_was_repeated_says_how_it_came_out(page):
    run = kept({"loss": Fact(np.ones(8))}, [claim([0.1] * 8)])
    again = Replication("seeds-9", "at seeds from 9 on", other_seeds=True, facts={"m": run["facts"]}, claims=run["claims"])
    said = record("m", {"loss": Fact(np.ones(8))}, [claim([3.0] * 8, changed="the margin, from 1")], [again])
    entry = said["claims"]["x"]
    entry["repeated"][0]["moved"] = "true"
    about = {"title": "at seeds from 9 on", "date": "2020-02-02", "cpu": "abacus", "versions": "python 3.11", "moved": ["e"]}
    counts = {"claims": "1", "same": "0", "compared": "2", "missed": ["x"], "outside": "1", "expected": "0"}
    text = page(entry, {"seeds-9": about | counts})
    assert (
        "Repeated\n:   at seeds from 9 on: reversed here, 0.10 times (0.10 times to 0.10 times), 0 of 8 seeds; the code of "
        "this experiment has moved on since\n"
    ) in text
    assert "Changed after a look\n:   the margin, from 1\n" in text
    assert "1 of the 1 claims say what was changed in them." in text
    assert (
        "**Trained again at seeds from 9 on.** Of 1 claims, 0 have the same verdict in all their settings. Of 2 facts"
        in text
    )
    assert "1 have their median there outside the interval here. Chance alone gives about 0:" in text
    assert "Measured on 2020-02-02 with python 3.11 on abacus. The code has moved on since in `e`." in text
    assert "<summary>What lies outside, at seeds from 9 on</summary>\n\n`x`\n" in text


def test_a_run_at_larger_settings_says_what_is_larger(page):
    about = {"title": "at larger settings", "date": "2020-02-02", "cpu": "abacus", "versions": "python 3.11", "moved": []}
    counts = {"claims": "1", "same": "1", "compared": "0", "missed": []}
    larger = {"rates": "width 64; seeds 16", "norms": "width 128"}
    text = page(record("m", {}, [claim([3.0] * 8)], [])["claims"]["x"], {"large": about | counts | {"larger": larger}})
    assert (
        "**Trained again at larger settings.** Of 1 claims, 1 have the same verdict in all their settings. Measured on"
        in text
    )
    assert "<summary>What is larger</summary>\n\n- `rates`: width 64; seeds 16\n- `norms`: width 128\n\n</details>" in text


def test_the_page_leads_to_where_chance_is_explained(page):
    run = {"compared": "1", "missed": [], "moved": [], "title": "there"}
    text = page(record("m", {}, [claim([3.0] * 8)], [])["claims"]["x"], {"a": run})
    (anchor,) = re.findall(r"/methods\.html#([\w-]*chance[\w-]*)", text)
    headings = re.findall(r"^#+ (.*)$", (DOCS / "methods.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
