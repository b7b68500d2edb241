"""What a file of ``replications/`` must hold, whoever wrote it: the first mistake in one, in words that name the key."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

# How far apart the first seeds of two sets are, so that they share none; no experiment has so many.
APART = 100

SIZES = ("full", "large")


def mistake(run: dict[str, Any]) -> str | None:
    """Return what is wrong with a run, as the end of a sentence that begins with its file, None where nothing is."""
    for key, (holds, wanted) in RULES.items():
        if key not in run:
            return f"lacks '{key}'"
        if not holds(run[key]):
            return _wrong(key, wanted, run[key])
    if run["settings"] == "large" and "larger" not in run:
        return "lacks 'larger'"
    larger = run.get("larger", {})
    if not (_mapping(larger) and all(map(_texts, larger.values()))):
        return _wrong("larger", "for each experiment the settings that differ from the article's", larger)
    return _mistake_in_facts(run["facts"]) or _mistake_in_claims(run["claims"])


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_text, value.values()))


def _mapping(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


def _first_seed(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= APART)


def _date(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _numbers(value: Any) -> bool:
    try:
        return not any(math.isnan(float(number)) for number in value.split(", "))
    except (AttributeError, ValueError):
        return False


Rule = tuple[Callable[[Any], bool], str]
NUMBERS: Rule = (_numbers, "numbers with commas between them, one for each seed")
RULES: dict[str, Rule] = {
    "title": (_text, "words such as 'at seeds from 1,000 on'"),
    "settings": (lambda value: value in SIZES, "'full' or 'large'"),
    "first_seed": (_first_seed, f"a whole number of at least {APART}, or null for the article's own seeds"),
    "date": (_date, "a date with time and time zone, such as 2026-11-25T15:36:24+00:00"),
    "cpu": (_text, "the name of a processor"),
    "versions": (lambda value: _texts(value) and "python" in value, "the versions of python, torch and numpy"),
    "code": (_texts, "a digest for each experiment"),
    "facts": (_mapping, "facts by findings module"),
    "claims": (_mapping, "claims by id"),
}


def _mistake_in_facts(facts: dict[str, Any]) -> str | None:
    for module, kept in facts.items():
        for name, fact in kept.items():
            if not isinstance(fact, dict) or not _numbers(fact.get("values")):
                return _wrong(f"facts.{module}.{name}.values", NUMBERS[1], fact)
    return None


def _mistake_in_claims(claims: dict[str, Any]) -> str | None:
    for name, claim in claims.items():
        where = f"claims.{name}"
        for key in ("experiment", "quantity"):
            if not _text(claim.get(key)):
                return _wrong(f"{where}.{key}", "words", claim.get(key))
        values = claim.get("values")
        if not isinstance(values, dict) or not values:
            return _wrong(f"{where}.values", "numbers by setting", values)
        for setting, numbers in values.items():
            if not _numbers(numbers):
                return _wrong(f"{where}.values.{setting}".rstrip("."), NUMBERS[1], numbers)
    return None


def _wrong(key: str, wanted: str, found: Any) -> str:
    return f"has a wrong '{key}': {wanted} should stand there, not {found!r:.80}"
