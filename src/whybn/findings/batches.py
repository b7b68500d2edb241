"""What small mini-batches do to networks with Batch Norm, and to others."""

import numpy as np

from whybn.evidence.claims import LIMIT, NOT_SEEN, REVERSED, SUPPORTED, Claim
from whybn.evidence.display import fine_percent, percent, points
from whybn.evidence.facts import Fact
from whybn.readings.batches import error
from whybn.readings.definitions import nearest

EXPERIMENTS = ("batches",)
COMPARED = (2, 32)  # sizes of which a claim speaks
SCOPE = (
    "four hidden layers of 32 ReLU units on the digits, 4,480 images seen whatever the size of the mini-batch, plain "
    "gradient descent; for each kind of layer and size the learning rate that is best on images set aside"
)


def facts(results: dict) -> dict[str, Fact | str]:
    """NAME_two and so on are test errors with mini-batches of that size."""
    arms = results["batches"]
    normalised = arms["batch_norm"]
    found: dict[str, Fact | str] = {
        "seeds": str(normalised["test_error"].shape[1]),
        "rates": str(len(normalised["rates"])),
        "recomputed_two": Fact(error(normalised, "_recomputed")[0], percent),
    }
    for name, arm in arms.items():
        found[f"{name}_two"] = _error(arm, 2)
    for word, size in {"four": 4, "eight": 8, "thirty_two": 32}.items():
        found[f"batch_norm_{word}"] = _error(normalised, size)
    return found | {"plain_eight": _error(arms["plain"], 8)}


def _error(arm: dict[str, np.ndarray], size: int) -> Fact:
    """Test error with mini-batches of one size."""
    return Fact(error(arm)[nearest(arm["sizes"], size)], fine_percent)


def claims(results: dict) -> list[Claim]:
    """The claim about the size of mini-batches."""
    arms = results["batches"]
    normalised, grouped = arms["batch_norm"], arms["group_norm"]
    excess = error(normalised) - error(grouped)
    return [
        Claim(
            id="small_batches_hurt",
            says="In fully connected layers, with small mini-batches, Batch Norm errs more than Group Norm",
            explanation=LIMIT,
            origin="Wu and He (2018)",
            experiment="batches",
            figure="small_batches",
            quantity="test error with Batch Norm minus with Group Norm, by images in a mini-batch",
            scope=SCOPE
            + "; in layers without positions to average over, of two examples one becomes plus one and the other "
            "minus one, whatever their sizes",
            values={str(size): excess[nearest(normalised["sizes"], size)] for size in COMPARED},
            margin=0.01,
            neutral=0.0,
            show=points,
            pattern={"2": SUPPORTED, "32": (REVERSED, NOT_SEEN)},
            sentences={
                "mixed": "With two images in a mini-batch, the test error is {value_2} higher with Batch Norm than with "
                "Group Norm. With thirty-two it is not.",
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "small_batches": "Test error against the size of the mini-batch. Without normalisation, with Layer Norm and with "
        f"Group Norm it is {fact['plain_two']}, {fact['layer_norm_two']} and {fact['group_norm_two']} with two images. "
        f"With Batch Norm it is {fact['batch_norm_two']} with two, {fact['batch_norm_four']} with four, "
        f"{fact['batch_norm_eight']} with eight and {fact['batch_norm_thirty_two']} with 32; with statistics "
        f"computed anew it is {fact['recomputed_two']} with two. Then, noise of the mean and spread of a mini-batch, which "
        "falls as mini-batches grow."
    }
