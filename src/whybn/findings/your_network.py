"""What a look at a deep network shows that has the weights which PyTorch gives it."""

from whybn.evidence.claims import Claim
from whybn.evidence.display import percent
from whybn.evidence.facts import Fact

EXPERIMENTS = ("your_network",)


def facts(results: dict) -> dict[str, Fact | str]:
    """How far examples drown in what they share, how far the gradient grows to the last layer, how many units are silent."""
    part = results["your_network"]["plain"]
    return {
        "seeds": str(part["size"].shape[1]),
        "hidden": str(len(part["dead"])),
        "drowned": Fact(part["size"][-2] / part["spread"][-2]),
        "gradient_growth": Fact(part["gradient"][-2] / part["gradient"][0]),
        "silent": Fact(part["dead"][-1], percent),
    }


def claims(_results: dict) -> list[Claim]:
    """None: it is an example."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "your_layers": f"Size with spread, sameness, gradient and silent units of a network of {fact['hidden']} hidden "
        f"layers before training, by layer. Sameness rises to nearly all; in the last hidden layer the size is "
        f"{fact['drowned']} times the spread, the gradient {fact['gradient_growth']} times that in the first, and "
        f"{fact['silent']} of the units are silent."
    }
