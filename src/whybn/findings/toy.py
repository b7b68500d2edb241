"""Two examples, worked by hand: why what they share caps the rate."""

from whybn.evidence.claims import Claim
from whybn.evidence.display import number
from whybn.evidence.facts import Fact
from whybn.readings.toy import steps

EXPERIMENTS = ("toy",)


def facts(results: dict) -> dict[str, Fact | str]:
    """Lengths and steps; all follow from the settings."""
    plain, centred = (results["toy"][arm] for arm in ("plain", "mean_only"))
    return {
        "ratio": number(float(plain["ratio"]), 1),
        "bend": number(float(plain["ratio"]) ** 2, 1),
        "plain_steps": str(steps(plain)),
        "mean_only_steps": str(steps(centred)),
    }


def claims(_results: dict) -> list[Claim]:
    """None: it is arithmetic."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "toy_two_examples": "What two outputs share against how far they are apart. Gradient descent on the examples as "
        f"they are jumps to and fro across the shared direction and takes {fact['plain_steps']} steps to tell them apart; "
        f"with the mean subtracted it goes straight there in {fact['mean_only_steps']}."
    }
