"""The same facts and claims, measured once more elsewhere: what is kept of them, and what a comparison may expect.

A *miss* is a fact, or one setting of a claim, for which the median of the other seeds lies outside the interval of the
article's own, both as displayed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from jaxtyping import Float

from whybn.evidence.claims import Claim
from whybn.evidence.display import read
from whybn.evidence.facts import Fact
from whybn.readings.definitions import interval

Row = Float[np.ndarray, "_"]


@dataclass(frozen=True)
class Replication:
    """One kept run. Values are strings of numbers, with commas between them, so that a row stays on its line.

    name: that of its file. title: where it ran, as in «at seeds from 1000 on». other_seeds: it has the settings of the
    article and none of its seeds. facts: by findings module and name; claims: by id.
    """

    name: str
    title: str
    other_seeds: bool
    facts: Mapping[str, Mapping[str, Mapping[str, str]]]
    claims: Mapping[str, Mapping[str, Any]]

    def of_fact(self, module: str, name: str) -> Row | None:
        """The values of a fact, None where it was not measured."""
        kept = self.facts.get(module, {}).get(name)
        return None if kept is None else _numbers(kept["values"])

    def of_claim(self, claim: Claim) -> dict[str, Row] | None:
        """The values of a claim by setting, None where it was not measured, or another quantity, or not all its settings.

        Larger settings may have more of them; these follow behind.
        """
        kept = self.claims.get(claim.id)
        if kept is None or kept["quantity"] != claim.quantity or not kept["values"].keys() >= claim.values.keys():
            return None
        more = [setting for setting in kept["values"] if setting not in claim.values]
        return {setting: _numbers(kept["values"][setting]) for setting in (*claim.values, *more)}


def kept(facts: Mapping[str, Fact | str], claims: list[Claim]) -> dict[str, dict[str, Any]]:
    """What a run keeps of the facts and claims of one findings module, to six digits: {"facts": ..., "claims": ...}.

    Interval and verdict are for those who read the file; a later build judges the values by itself.
    """
    measured = {name: fact for name, fact in facts.items() if isinstance(fact, Fact)}
    return {
        "facts": {
            name: {"value": _text([fact.summary(fact.row)]), **_row(fact.row)} for name, fact in sorted(measured.items())
        },
        "claims": {
            claim.id: {
                "experiment": claim.experiment,
                "quantity": claim.quantity,
                "values": {setting: _text(values) for setting, values in claim.values.items()},
                "interval": {setting: _interval(values) for setting, values in claim.values.items()},
                "verdict": claim.verdict,
                "verdicts": claim.verdicts,
            }
            for claim in claims
        },
    }


def missed(here: Row, there: Row, shown: Callable[[float], str]) -> bool:
    """Whether the median of other seeds lies outside the interval of these, both as displayed."""
    found = interval(here)
    low, high, other = (read(shown(value)) for value in (found.low, found.high, float(np.median(there))))
    return not low <= other <= high


def chance(count: int) -> float:
    """Probability of a miss when both sets hold `count` independent draws from one continuous distribution.

    All orders of the 2 `count` values are equally likely. In `ways` of them `below` values of the first set lie below the
    middle value of the second, and the median is too low where they are fewer than the interval begins with; so far
    nothing is assumed. With an even `count`, the median is the mean of two middle values, and `between` values of the
    first set lie between these two. Each is taken to lie on either side of their mean with equal chance, as if values
    were spread evenly over that narrow gap.
    """
    rank = round(interval(range(1, count + 1)).low)
    lower, upper = (count + 1) // 2, count // 2 + 1  # ranks of the middle values, one and the same for an odd count
    too_low = 0.0
    for below in range(rank):
        for between in range(count - below + 1 if lower < upper else 1):
            above = count - below - between
            ways = comb(below + lower - 1, below) * comb(above + count - upper, above)
            too_low += ways * sum(comb(between, under) for under in range(rank - below)) / 2**between
    return 2 * too_low / comb(2 * count, count)


def _row(values: Row) -> dict[str, str]:
    return {"interval": _interval(values), "values": _text(values)}


def _interval(values: Row) -> str:
    found = interval(values)
    return _text([found.low, found.high])


def _text(values: Row | list[float]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)


def _numbers(text: str) -> Row:
    return np.array([float(value) for value in text.split(", ")])
