"""Intervals, verdicts and display strings."""

from dataclasses import replace

import numpy as np
import pytest

from whybn.evidence.claims import Claim, per_seed
from whybn.evidence.display import agreed, decades, degrees, fine_percent, number, percent, points, read, times, whole
from whybn.evidence.facts import Fact
from whybn.evidence.record import record
from whybn.evidence.replication import Replication, chance, kept, missed
from whybn.readings.definitions import interval


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
        "neutral": 1.0,
        "sentences": sentences,
        "show": times,
    }
    if len(settings) > 1:
        fields["pattern"] = {"a": "supported", "b": "reversed_here"}
    else:
        del sentences["mixed"]
    return Claim(**(fields | changes))


def spread(low: float, high: float) -> list[float]:
    """Eight values whose interval runs from `low` to `high`: one lies far below it, one far above."""
    return [high + 100, low, *np.linspace(low, high, 4), high, low - 100]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (2.1, 3.0, "supported"),
        (2.0, 3.0, "inconclusive"),
        (1.9, 2.1, "inconclusive"),
        (0.4, 2.1, "inconclusive"),
        (1.0, 2.0, "inconclusive"),
        (1.0, 1.9, "not_seen_here"),
        (0.4, 1.9, "not_seen_here"),
        (0.4, 0.5, "not_seen_here"),
        (0.3, 0.45, "reversed_here"),
    ],
)
def test_the_verdict_says_where_the_interval_lies(low: float, high: float, verdict: str) -> None:
    assert claim(spread(low, high), margin=2.0).verdict == verdict
    assert claim(spread(1 / high, 1 / low), margin=0.5, below=True).verdict == verdict


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"a": np.full(8, 2.0), "b": np.full(8, 0.5)}, "mixed"),
        ({"a": np.full(8, 2.0), "b": np.full(8, 3.0)}, "supported"),
        ({"a": np.full(8, 0.2), "b": np.full(8, 0.3)}, "reversed_here"),
        ({"a": np.full(8, np.inf), "b": np.full(8, 3.0)}, "supported"),
    ],
)
def test_settings_that_differ_are_mixed(values, verdict: str) -> None:
    assert claim(values).verdict == verdict


def test_the_interval_is_judged_as_it_is_displayed() -> None:
    """To two digits, 1.04 is 1.0: no reader of the ledger could see that it lies beyond a margin of 1.0."""
    assert claim([1.04] * 8).verdict == "inconclusive"
    assert claim([1.04] * 8, digits=3).verdict == "supported"
    assert claim([0.334] * 8, margin=1 / 3 * 1.01, neutral=0.0, show=decades).verdict == "not_seen_here"


def test_the_seeds_that_clear_the_margin_are_counted_as_displayed() -> None:
    entry = claim([1.04, 0.9, *[1.2] * 6]).to_json()
    assert (entry["clear"], entry["verdict"]) == ("6 of 8 seeds", "inconclusive")
    entry = claim({"a": np.full(8, 2.0), "b": np.full(4, 0.5)}).to_json()
    assert entry["clear"] == "8 of 8 seeds (a), 0 of 4 seeds (b)"


@pytest.mark.parametrize(
    ("changes", "margin", "mirror"),
    [
        ({"margin": 2.0}, "above 2.0 times", "below 0.50 times"),
        ({"margin": 1.0}, "above 1.0 times", "below 1.0 times"),
        ({"margin": 0.5, "below": True}, "below 0.50 times", "above 2.0 times"),
        ({"margin": 0.01, "neutral": 0.0, "show": points}, "above 1.0 points", "below \N{MINUS SIGN}1.0 points"),
        ({"margin": 1.0, "show": percent}, "above 100\N{NARROW NO-BREAK SPACE}%", "below 100\N{NARROW NO-BREAK SPACE}%"),
        ({"margin": 1.5, "show": number}, "above 1.5", "below 0.67"),
        ({"margin": 1.5, "neutral": None, "below": True}, "below 1.5 times", ""),  # a bound
    ],
)
def test_the_mirror_lies_as_far_from_neutral_as_the_margin(changes, margin: str, mirror: str) -> None:
    entry = claim([1.0] * 8, **changes).to_json()
    assert (entry["margin"], entry["mirror"]) == (margin, mirror)


def test_a_bound_is_never_reversed() -> None:
    assert claim([1e9] * 8, margin=1.5, neutral=None, below=True).verdict == "not_seen_here"


def test_a_margin_lies_on_its_own_side_of_neutral() -> None:
    with pytest.raises(ValueError, match=r"claim x: its margin, below 1\.5 times, lies on the other side of neutral, 1\.0"):
        claim([1.0] * 8, margin=1.5, below=True)


def test_values_that_are_missing_give_no_verdict() -> None:
    with pytest.raises(ValueError, match="claim x, setting b: no number in place 0, 3 of 4, hence no verdict"):
        claim({"a": np.full(4, 2.0), "b": np.array([np.nan, 1.0, 1.0, np.nan])})
    with pytest.raises(ValueError, match="claim x: no number in place 1 of 2"):
        claim([1.0, np.nan])


def test_only_the_computed_verdict_is_a_key() -> None:
    entry = claim([2.0, 3.0, 4.0, 5.0]).to_json()
    assert entry["supported"] == "It is 3.5 times (2.0 times to 5.0 times)."
    assert not {"not_seen_here", "reversed_here", "mixed", "inconclusive"} & entry.keys()
    assert entry["seeds"] == ["2.0 times", "3.0 times", "4.0 times", "5.0 times"]


@pytest.mark.parametrize(
    ("values", "changes", "places"),
    [
        ({"": [1.5, 6.0, 24.0, 0.375]}, {"margin": 1.5}, {"": ["50", "75", "100", "25"]}),  # a ratio: doublings count
        ({"": [1.5, 3.5, 5.5, -0.5]}, {"margin": 1.5, "neutral": 0.0}, {"": ["50", "75", "100", "25"]}),
        ({"": [0.5, 0.25, 1.0]}, {"margin": 0.5, "below": True}, {"": ["50", "100", "0"]}),  # beyond is below
        ({"a": [3.0, 3.0], "b": [12.0, np.inf]}, {"margin": 1.5, "pattern": {}}, {"a": ["67", "67"], "b": ["100", "100"]}),
        ({"": [1.5, 1.5]}, {"margin": 1.5}, {"": ["50", "50"]}),
    ],
)
def test_each_seed_has_its_place_beside_the_margin(values, changes, places) -> None:
    sentences = {"supported": "So."}
    entry = claim({name: np.array(row) for name, row in values.items()}, sentences=sentences, **changes).to_json()
    assert entry["places"] == places


def test_settings_are_named_where_there_are_several() -> None:
    entry = claim({"a": np.full(8, 2.0), "b": np.full(8, 0.5)}).to_json()
    assert entry["mixed"] == "2.0 times and 0.50 times."
    assert entry["value"] == "2.0 times (a), 0.50 times (b)"
    assert entry["verdicts"] == {"a": "supported", "b": "reversed_here"}


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
    assert claim([0.8] * 8, margin=2.0).to_json()["not_seen_here"] == "It is so: not seen here."


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
        (-np.inf, "less than was measured"),
    ],
)
def test_numbers_are_written_out(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("show", "value", "shown"),
    [
        (number, 347.0, ["300", "350", "347"]),
        (whole, 3.2, ["3", "3", "3"]),
        (whole, 1284.0, ["1,000", "1,300", "1,280"]),
        (whole, np.inf, ["more than was measured"] * 3),
        (times, 0.0456, ["0.05 times", "0.046 times", "0.0456 times"]),
        (decades, 0.98, ["1 decade", "0.98 decades", "0.980 decades"]),
        (points, -0.118, ["-10 points", "-12 points", "-11.8 points"]),
        (degrees, 73.4, ["70°", "73°", "73°"]),
        (degrees, -16.4, ["-20°", "-16°", "-16°"]),
        (percent, 0.054, ["5 %", "5 %", "5 %"]),
        (percent, 0.438, ["40 %", "44 %", "44 %"]),
        (percent, 0.874, ["90 %", "87 %", "87 %"]),
        (percent, 0.974, ["97 %", "97 %", "97 %"]),
        (percent, 2.34, ["200 %", "230 %", "234 %"]),
        (percent, 1.0, ["100 %"] * 3),
        (percent, -0.02, ["-2 %"] * 3),
        (percent, -0.002, ["0 %"] * 3),
        (percent, np.inf, ["more than was measured"] * 3),
        (fine_percent, 0.0525, ["5 %", "5.2 %", "5.25 %"]),
    ],
)
def test_whatever_is_displayed_takes_its_digits(show, value: float, shown: list[str]) -> None:
    expected = [one.replace("-", "\N{MINUS SIGN}").replace(" %", "\N{NARROW NO-BREAK SPACE}%") for one in shown]
    assert [show(value, digits) for digits in (1, 2, 3)] == expected


@pytest.mark.parametrize("value", [0.0, 0.0456, 1.0, 1200.0, -0.25, -12000.0, np.inf, -np.inf])
def test_what_is_displayed_can_be_read_again(value: float) -> None:
    assert read(number(value, 3)) == value
    assert read(times(value, 3)) == value


@pytest.mark.parametrize(
    ("here", "there", "shown"),
    [
        (347.0, 352.0, "350 times"),
        (347.0, 320.0, "300 times"),
        (347.0, 225.0, "about 300 times"),
        (1.34, 1.22, "about 1.3 times"),  # a leading 1 says too little by itself
        (1.74, 2.02, "about 1.9 times"),
        (18.6, 20.2, "about 19 times"),
        (0.018, 0.014, "about 0.016 times"),
        (2.1, 2.4, "2 times"),
        (347.0, 120.0, "about 200 times"),
        (0.98, 1.03, "1.0 times"),
        (1.03, 0.98, "1.0 times"),
        (10.4, 9.6, "10 times"),
        (0.94, 1.03, "about 1 times"),
        (0.046, 0.0, "about 0.02 times"),
        (0.96, 12.0, "about 6 times"),
        (np.inf, np.inf, "more than was measured times"),
    ],
)
def test_a_fact_shows_the_digits_on_which_the_seeds_agree(here: float, there: float, shown: str) -> None:
    fact = Fact(np.full(8, here), times)
    assert fact.displayed([np.full(8, there)]) == shown
    assert fact.displayed() == times(here)
    assert Fact(here, times).displayed([np.array([there])]) == shown


def test_all_sets_of_seeds_count_alike() -> None:
    here, there = np.full(8, 10.0), np.array([1.0] * 9)
    assert agreed(number, 2, [here, there]) == agreed(number, 2, [there, here]) == "about 1.0"
    assert agreed(number, 2, [here, here, there]) == "about 10"
    assert agreed(number, 3, [np.array([1.234]), np.array([1.233]), np.array([1.3])]) == "about 1.2"


def test_a_fact_may_be_another_summary_than_the_median() -> None:
    assert Fact(np.array([1.0, 2.0, 9.0]), summary=np.max).displayed([np.array([9.04])]) == "9.0"


def test_a_share_near_all_is_never_said_to_be_all() -> None:
    share = Fact(np.full(8, 0.97), percent).displayed([np.full(8, 0.96)])
    assert share == "about 96\N{NARROW NO-BREAK SPACE}%"


def test_what_is_a_bound_already_is_not_said_to_be_about() -> None:
    def at_least(value: float, digits: int) -> str:
        return f"at least {number(value, digits)}"

    assert agreed(at_least, 2, [np.array([1.0]), np.array([3.2])]) == "at least 2"
    assert agreed(number, 2, [np.array([1.0]), np.array([np.inf])]) == "more than was measured"
    assert agreed(at_least, 2, [np.array([0.98]), np.array([1.0])]) == "at least 1.0"


def test_a_sentence_shows_the_digits_on_which_the_seeds_agree_and_the_ledger_all() -> None:
    entry = claim({"a": np.full(8, 3.4), "b": np.full(8, 0.52)}).to_json([{"a": np.full(8, 3.1), "b": np.full(8, 0.3)}])
    assert entry["mixed"] == "3 times and about 0.4 times."
    assert entry["value"] == "3.4 times (a), 0.52 times (b)"
    one = claim([3.4] * 8).to_json([{"": np.full(8, 3.1)}])
    assert one["supported"] == "It is 3 times (3.4 times to 3.4 times)."


@pytest.mark.parametrize(("other_seeds", "shown"), [(True, "about 6 times"), (False, "3.4 times")])
def test_only_other_seeds_at_the_same_settings_decide_the_digits(other_seeds: bool, shown: str) -> None:
    run = kept({"loss": Fact(np.full(8, 9.0))}, [claim([9.0] * 8)])
    again = Replication("run", "elsewhere", other_seeds, facts={"m": run["facts"]}, claims=run["claims"])
    said = record("m", {"loss": Fact(np.full(8, 3.4), times)}, [claim([3.4] * 8)], [again])
    assert said["facts"]["loss"] == shown
    assert said["claims"]["x"]["supported"].startswith(f"It is {shown} ")
    assert said["claims"]["x"]["repeated"][0]["value"] == "9.0 times"
    assert len(said["compared"]) == other_seeds


@pytest.mark.parametrize(("there", "outside"), [(2.0, False), (7.4, False), (7.6, True), (1.4, True)])
def test_a_miss_lies_outside_the_interval_as_displayed(there: float, outside: bool) -> None:
    here = np.arange(1.0, 9.0)
    assert missed(here, np.full(8, there), lambda value: number(value, 1)) == outside


@pytest.mark.parametrize("count", [5, 7, 8, 9, 16])
@pytest.mark.parametrize("draw", ["normal", "uniform", "lognormal", "standard_t"])
def test_the_chance_of_a_miss_is_that_of_two_sets_of_draws(count: int, draw: str) -> None:
    random = getattr(np.random.default_rng(count), draw)
    shape = {"size": (100_000, count)} | ({"df": 3} if draw == "standard_t" else {})
    here, there = np.sort(random(**shape)), np.median(random(**shape), axis=1)
    found = interval(range(count))
    share = ((there < here[:, int(found.low)]) | (there > here[:, int(found.high)])).mean()
    # Exact for an odd count; for an even one, how a distribution curves between two middle values matters a little.
    assert chance(count) == pytest.approx(share, abs=0.004 if count % 2 else 0.009)


def test_the_chance_of_a_miss_equals_counting_all_orders() -> None:
    """Two sets of three: the median of the second lies outside the range of the first in 8 of the 20 orders."""
    assert chance(3) == pytest.approx(8 / 20)


def test_what_is_kept_can_be_compared_again() -> None:
    there = claim({"a": np.full(8, np.inf), "b": np.linspace(1, 2, 8) / 3})
    facts = {"seeds": "8", "loss": Fact(np.full(8, 1 / 3)), "rate": Fact(0.1)}
    run = kept(facts, [there])
    assert list(run["facts"]) == ["loss", "rate"]
    again = Replication("run", "elsewhere", other_seeds=True, facts={"m": run["facts"]}, claims=run["claims"])
    np.testing.assert_allclose(again.of_fact("m", "loss"), np.full(8, 1 / 3), rtol=1e-5)
    values = again.of_claim(there)
    np.testing.assert_allclose(values["a"], np.inf)
    np.testing.assert_allclose(values["b"], there.values["b"], rtol=1e-5)
    assert again.of_claim(replace(there, quantity="another")) is None
    assert again.of_claim(claim({"a": np.ones(8), "c": np.ones(8)}, pattern={"a": "supported", "c": "supported"})) is None
    said = record("m", facts, [there], [again])
    assert said["facts"] == {"seeds": "8", "loss": "0.33", "rate": "0.10"}
    assert said["compared"] == {"run": {"compared": 3, "missed": [], "expected": pytest.approx(3 * chance(8))}}
    (repeated,) = said["claims"]["x"]["repeated"]
    assert repeated["verdict_words"] == "mixed (a: supported; b: reversed here)"


def test_what_was_changed_after_a_look_is_told() -> None:
    assert claim([2.0] * 8, changed="the margin, from 2").to_json()["changed"] == "the margin, from 2"


def test_what_shows_no_number_cannot_be_read() -> None:
    assert read("at least 0.32") == 0.32
    with pytest.raises(ValueError, match="the display string 'many' shows no number"):
        read("many")
