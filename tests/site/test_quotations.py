"""Names that an article quotes: what is said where they are not computed, or no longer true."""

import json

import pytest

from jekyll_dialect.templating import Page
from jekyll_dialect.templating import render as render_with
from whybn.evidence.claims import VERDICT_WORDS
from whybn.pipeline import data
from whybn.site import quotations

CLAIM = {
    "id": "wider_rates", "says": "More rates train.", "quantity": "decades", "value": "1.1",
    "interval": "0.9 to 1.3", "margin": "above 0.5", "verdict": "mixed",
    "mixed": "More rates train in deep networks.", "sentence": "More rates train in deep networks.",
}  # fmt: skip


@pytest.fixture
def page(tmp_path):
    (tmp_path / "docs" / "_data").mkdir(parents=True)
    (tmp_path / "docs" / "_data" / "claims.json").write_text(json.dumps({"wider_rates": CLAIM}))
    return Page(tmp_path / "docs", "index.md", {})


def render(text, page):
    return render_with(text, page, quotations.explain)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{{ site.data.claims.wide_rates.mixed }}", ["docs/index.md:1", "did you mean “wider_rates”"]),
        ("{{ site.data.figures.a.alt }}", ["_data/figures.json has not been computed", "make figures"]),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_or_the_command(page, text, parts):
    (message,) = render(text, page).messages
    assert all(part in message for part in parts), message


def test_a_changed_verdict_says_which_sentence_stopped_being_true_and_what_to_quote(page):
    (message,) = render("\n{{ site.data.claims.wider_rates.supported }}", page).messages
    assert message.startswith("docs/index.md:2: the claim “wider_rates” is quoted as “supported”")
    assert "its verdict is now “mixed” (decades: 1.1, interval 0.9 to 1.3, margin above 0.5)" in message
    assert "What this line says of “More rates train.” is no longer true" in message
    assert "it would now read: “More rates train in deep networks.”" in message
    assert "quote site.data.claims.wider_rates.mixed" in message


@pytest.mark.parametrize("verdict", VERDICT_WORDS)
def test_every_verdict_can_be_quoted(page, verdict):
    """None is a word of Liquid's own, and all who ask for verdicts know it."""
    assert verdict in data.VERDICTS
    assert verdict in quotations.VERDICTS
    (page.docs / "_data" / "claims.json").write_text(json.dumps({"wider_rates": {verdict: "It is so."}}))
    found = render(f"{{{{ site.data.claims.wider_rates.{verdict} }}}}", page)
    assert (found.text, found.messages) == ("It is so.", [])


def test_a_mixed_claim_whose_settings_differ_in_another_way_is_no_longer_true(page):
    turned = {**CLAIM, "verdicts": {"deep": "not_seen_here", "shallow": "supported"}}
    del turned["mixed"]
    (page.docs / "_data" / "claims.json").write_text(json.dumps({"wider_rates": turned}))
    (message,) = render("{{ site.data.claims.wider_rates.mixed }}", page).messages
    assert "still “mixed”, but its settings differ in another way than its sentence tells" in message
    assert "deep: not_seen_here; shallow: supported (decades: 1.1" in message


def test_unknown_figure_names_the_nearest_and_its_command(page):
    (page.docs / "_data" / "figures.json").write_text('{"target_function": {"alt": "x"}}')
    (message,) = render("{{ site.data.figures.target_functon.alt }}", page).messages
    assert "did you mean “target_function”" in message
    assert "make figures FIGURE=target_functon" in message


PLANNED = {"findings": ["atlas", "pair"], "figures": {"map": {}}}


@pytest.mark.parametrize(
    ("name", "pending"),
    [
        ("results.pair.seeds", True),
        ("results.pear.seeds", False),
        ("results.atlas.sedes", False),
        ("claims.wide_rates.mixed", True),
        ("claims.wider_rates.supported", False),
        ("times.facts.pair.step", True),
        ("times.facts.pear.step", False),
        ("figures.map.alt", True),
        ("figures.mop.alt", False),
        ("math.variance", True),
        ("literature.none", False),
    ],
)
def test_what_the_pipeline_has_not_come_to_is_pending_where_it_is_at_work(page, monkeypatch, name, pending):
    data = {
        "planned": PLANNED,
        "times": {"facts": {}},
        "results": {"atlas": {"seeds": "8"}},
        "figures": {"other": {"alt": "x"}},
    }
    for kind, content in data.items():
        (page.docs / "_data" / f"{kind}.json").write_text(json.dumps(content))
    text = f"{{{{ site.data.{name} }}}}"
    render_both = lambda: render_with(text, page, quotations.explain, quotations.expected)  # noqa: E731
    assert render_both().messages, "a strict build fails on it"
    monkeypatch.setenv("JEKYLL_LENIENT", "1")
    assert (render_both().messages == []) is pending
    assert render_both().text.startswith("⟦…site.data." if pending else "⟦site.data.")
