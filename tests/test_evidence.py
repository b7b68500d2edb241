"""Verdicts and display strings."""

import numpy as np
import pytest

from whybn.evidence.claims import Claim, per_seed
from whybn.evidence.display import degrees, fine_percent, number, percent, times


def claim(values, **changes) -> Claim:
    settings = values if isinstance(values, dict) else per_seed(np.array(values))
    sentences = {"supported": "It is {value} ({low} to {high}).", "mixed": "{value_a} and {value_b}."}
    fields = {
        "id": "x",
        "says": "It is so",
        "origin": "nobody",
        "experiment": "e",
        "figure": "f",
        "quantity": "q",
        "scope": "s",
        "values": settings,
        "margin": 1.0,
        "sentences": sentences,
        "show": times,
    }
    if len(settings) > 1:
        fields["pattern"] = {"a": "supported", "b": "not_seen_here"}
    else:
        del sentences["mixed"]
    return Claim(**(fields | changes))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([2.0] * 8, "supported"),
        ([2.0] * 7 + [1.0], "inconclusive"),
        ([0.5] * 8, "not_seen_here"),
        ({"a": np.full(8, 2.0), "b": np.full(8, 0.5)}, "mixed"),
        ({"a": np.full(8, 2.0), "b": np.full(8, 3.0)}, "supported"),
        ([2.0] * 7 + [np.nan], "inconclusive"),
    ],
)
def test_verdict_follows_from_the_values(values, verdict: str) -> None:
    assert claim(values).verdict == verdict


def test_below_turns_the_margin_round() -> None:
    assert claim([0.5] * 8, below=True).verdict == "supported"
    assert claim([2.0] * 8, below=True).verdict == "not_seen_here"


def test_only_the_computed_verdict_is_a_key() -> None:
    entry = claim([2.0, 3.0, 4.0, 5.0]).to_json()
    assert entry["supported"] == "It is 3.5 times (2.0 times to 5.0 times)."
    assert not {"not_seen_here", "mixed", "inconclusive"} & entry.keys()
    assert entry["margin"] == "above 1.0 times"
    assert entry["seeds"] == ["2.0 times", "3.0 times", "4.0 times", "5.0 times"]


def test_settings_are_named_where_there_are_several() -> None:
    entry = claim({"a": np.full(8, 2.0), "b": np.full(8, 0.5)}).to_json()
    assert entry["mixed"] == "2.0 times and 0.50 times."
    assert entry["value"] == "2.0 times (a), 0.50 times (b)"
    assert entry["verdicts"] == {"a": "supported", "b": "not_seen_here"}


@pytest.mark.parametrize("other", [[0.5, 2.0, 2.0, 2.0], [2.0, 2.0, 2.0, 2.0]])
def test_a_mixed_claim_is_quoted_for_the_pattern_it_tells_alone(other) -> None:
    turned = claim({"a": np.array(other), "b": np.full(4, 3.0)}).to_json()
    assert "mixed" not in turned
    reversed_ = claim({"a": np.full(4, 0.5), "b": np.full(4, 3.0)}).to_json()
    assert "mixed" not in reversed_
    assert reversed_["sentence"] == "It is so: mixed."


def test_a_sentence_for_mixed_needs_its_pattern_and_a_pattern_its_sentence() -> None:
    with pytest.raises(ValueError, match=r"claim x: the pattern has settings \[\]; its sentence tells of \['a', 'b'\]"):
        claim({"a": np.full(4, 2.0), "b": np.full(4, 0.5)}, pattern={})
    with pytest.raises(ValueError, match="claim x: the pattern has settings"):
        claim([2.0] * 4, pattern={"a": "supported"})


def test_an_unexpected_verdict_is_said_plainly() -> None:
    assert claim([0.5] * 8).to_json()["not_seen_here"] == "It is so: not seen here."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.0456, "0.046"),
        (1.0, "1.0"),
        (1234.0, "1,200"),
        (-0.25, "\N{MINUS SIGN}0.25"),
        (0.998, "1.0"),
        (9.96, "10"),
        (np.inf, "more than was measured"),
    ],
)
def test_numbers_are_written_out(value: float, shown: str) -> None:
    assert number(value) == shown


def test_angles() -> None:
    assert degrees(-16.4) == "\N{MINUS SIGN}16°"


def test_negative_shares_have_a_true_minus_sign() -> None:
    assert percent(-0.02) == "\N{MINUS SIGN}2\N{NARROW NO-BREAK SPACE}%"
    assert fine_percent(0.0525) == "5.2\N{NARROW NO-BREAK SPACE}%"
