"""What the article opens with: two networks, the same but for Batch Norm."""

import numpy as np

from whybn.evidence.claims import Claim
from whybn.evidence.display import number, percent
from whybn.evidence.facts import Fact
from whybn.readings.pair import right, shown_seed

EXPERIMENTS = ("pair",)


def facts(results: dict) -> dict[str, Fact | str]:
    """Settings, shares of right answers of all seeds, and the answers of the one seed that is shown."""
    arms = results["pair"]
    plain = arms["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["loss"].shape[1]),
        "steps": str(plain["loss_step"][-1]),
        "rate": number(float(plain["rate"]), 1),
    }
    for name, arm in arms.items():
        found[f"{name}_right"] = str(right(arm)[shown_seed(arms)])
        found[f"{name}_accuracy"] = Fact(np.nan_to_num(arm["accuracy"]), percent)
    return found


def claims(_results: dict) -> list[Claim]:
    """None: one learning rate is quoted with its scope, and the map shows the others."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "one_difference": f"Two networks after {fact['steps']} training steps from the same weights on the same images. "
        f"Without Batch Norm the loss hardly falls, and of ten test digits {fact['plain_right']} are recognised; with it "
        f"the loss falls quickly, and {fact['batch_norm_right']} of ten are recognised."
    }
