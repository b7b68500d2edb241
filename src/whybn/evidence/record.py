"""What pages read of one findings module: its facts and claims as display strings, compared with other seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from whybn.evidence.claims import MIXED, VERDICT_WORDS, Claim
from whybn.evidence.facts import Fact
from whybn.evidence.replication import Replication, Row, chance, missed


@dataclass
class Comparison:
    """How the facts and claims with several seeds came out at other seeds; `expected` misses are those by chance."""

    compared: int = 0
    missed: list[str] = field(default_factory=list)
    expected: float = 0.0

    def add(self, name: str, here: Row, there: Row, what: Fact | Claim) -> None:
        """Count one fact, or one setting of a claim."""
        if len(here) > 1:
            self.compared += 1
            self.expected += chance(len(here))
            if missed(here, there, lambda value: what.show(value, what.digits)):
                self.missed.append(name)


def record(
    module: str, facts: Mapping[str, Fact | str], claims: list[Claim], replications: Sequence[Replication]
) -> dict[str, Any]:
    """Return {"facts": by name, "claims": by id, "compared": by replication} of a findings module.

    Raises ValueError naming a fact that is not a number.
    """
    seeds = [one for one in replications if one.other_seeds]
    compared = {one.name: Comparison() for one in seeds}
    return {
        "facts": {name: _fact(module, name, fact, seeds, compared) for name, fact in facts.items()},
        "claims": {claim.id: _claim(claim, replications, compared) for claim in claims},
        "compared": {name: vars(one) for name, one in compared.items()},
    }


def _fact(module: str, name: str, fact: Fact | str, seeds: Sequence[Replication], compared: dict[str, Comparison]) -> str:
    if not isinstance(fact, Fact):
        return fact
    if np.isnan(fact.row).any():
        raise ValueError(f"fact {name}: a value is not a number; say what a network that diverged counts as")
    found = {one.name: one.of_fact(module, name) for one in seeds}
    there = {replication: values for replication, values in found.items() if values is not None}
    for replication, values in there.items():
        compared[replication].add(f"{module}.{name}", fact.row, values, fact)
    return fact.displayed(list(there.values()))


def _claim(claim: Claim, replications: Sequence[Replication], compared: dict[str, Comparison]) -> dict[str, Any]:
    there = {one.name: (one, values) for one in replications if (values := one.of_claim(claim)) is not None}
    for name, (_, values) in there.items():
        if name in compared:
            for setting, row in claim.values.items():
                label = f"{claim.id} ({setting})" if setting else claim.id
                compared[name].add(label, row, values[setting], claim)
    others = [values for one, values in there.values() if one.other_seeds]
    return {**claim.to_json(others), "repeated": [_repeated(claim, one, values) for one, values in there.values()]}


def _repeated(claim: Claim, replication: Replication, values: dict[str, Row]) -> dict[str, Any]:
    """How a claim came out elsewhere, judged by its present margin; `holds`, where the article's sentence is true there.

    The sentence speaks of the claim's own settings; a larger run may have measured more.
    """
    shared = {setting: values[setting] for setting in claim.values}
    holds = "true" if claim.verdict in replace(claim, values=shared).to_json() else ""
    entry = replace(claim, values=values, sentences={}, pattern={}).to_json()
    words = entry["verdict_words"]
    if entry["verdict"] == MIXED:
        each = (f"{setting}: {VERDICT_WORDS[verdict]}" for setting, verdict in entry["verdicts"].items())
        words = f"{words} ({'; '.join(each)})"
    shown = {key: entry[key] for key in ("value", "interval", "clear", "verdicts")}
    return {"name": replication.name, "title": replication.title, "verdict_words": words, "holds": holds, **shown}
