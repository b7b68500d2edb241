"""The worked toy of two examples: what they share caps the learning rate."""

from collections.abc import Mapping

from whybn.evidence.claims import Claim
from whybn.evidence.display import number, percent
from whybn.readings.two_examples import APART, SHARED, kept, sameness, steps_needed

EXPERIMENTS = ("two_examples",)


def facts(results: dict) -> dict[str, str]:
    """Display strings; nothing here is drawn at random."""
    plain, centred = (results["two_examples"][name] for name in ("plain", "centred"))
    first, second = plain["examples"]
    return {
        "first": _pair(first),
        "second": _pair(second),
        "sameness": number(sameness(plain), 1),
        "curvature_shared": number(plain["curvature"][SHARED]),
        "curvature_apart": number(plain["curvature"][APART], 1),
        "largest_rate": number(plain["limit"]),
        "kept": percent(kept(plain)),
        "plain_rate": number(plain["best_rate"], 1),
        "plain_steps": str(steps_needed(plain)),
        "centred_rate": number(centred["best_rate"], 1),
        "centred_steps": str(steps_needed(centred)),
    }


def _pair(units: list[float]) -> str:
    return " and ".join(number(unit, 1) for unit in units)


def claims(_results: dict) -> list[Claim]:
    """None: the toy is arithmetic."""
    return []


def alts(fact: Mapping[str, str]) -> dict[str, str]:
    """Alt texts."""
    return {
        "toy_two_examples": "Two paths of gradient descent from the same start, over lines of equal loss. With the units as "
        "they are the lines are narrow ellipses, and the path zigzags across what both examples share while it creeps along "
        f"what tells them apart: {fact['plain_steps']} steps. With their means subtracted the lines are straight, and "
        f"{fact['centred_steps']} step leads there.",
    }
