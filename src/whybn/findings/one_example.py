"""What the move of one pre-activation does to the outputs of the rest of its mini-batch."""

from whybn.evidence.claims import Claim
from whybn.evidence.facts import Fact
from whybn.readings.one_example import DEVIATIONS, others_move, typical

EXPERIMENTS = ("one_example",)


def facts(results: dict) -> dict[str, Fact | str]:
    """The move of one example, and the largest of the others, for the one unit that the figure shows."""
    part = results["one_example"]["batch_norm"]
    return {
        "seeds": str(len(part["linear"])),
        "batch": str(part["linear"].shape[1]),
        "others": str(part["linear"].shape[1] - 1),
        "moved": f"{DEVIATIONS:g}",
        "others_move": Fact(others_move(part)[typical(part)]),
    }


def claims(_results: dict) -> list[Claim]:
    """None: what one layer does to one mini-batch is arithmetic."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "one_example": f"The pre-activations of one unit for {fact['batch']} examples, as they arrive and as they leave. "
        f"One of them is moved far up. Without Batch Norm the others leave as before. With it the outputs of the other "
        f"{fact['others']} move towards the low side and closer together.",
    }
