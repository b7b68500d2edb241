"""What a step takes with over without Batch Norm, on the machine that made the pages."""

import numpy as np

from whybn.evidence.claims import Claim
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.findings.rates import DEPTHS

EXPERIMENTS = ("step_time",)


def facts(results: dict) -> dict[str, Fact | str]:
    """Time of a step with over without Batch Norm, the typical turn, by depth."""
    turns = results["step_time"]["turns"]
    ratio = np.median(turns["batch_norm"] / turns["plain"], axis=1)
    return {depth: Fact(ratio[row], times) for row, depth in enumerate(DEPTHS)}


def claims(_results: dict) -> list[Claim]:
    """None: another machine takes other times."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "convergence_by_time": "Loss at the best learning rate for so long a training, against the time it takes, at three "
        f"depths. A step with Batch Norm takes {fact['shallow']}, {fact['middle']} and {fact['deep']} as long as one "
        "without, so that its curves lie further right than against steps."
    }
