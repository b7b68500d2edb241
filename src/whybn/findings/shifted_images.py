"""What slanted digits show about covariate shift on real images."""

import numpy as np

from whybn.evidence.claims import LIMIT, Claim
from whybn.evidence.display import number, percent, points
from whybn.evidence.facts import Fact

EXPERIMENTS = ("shifted_images", "curve")
TESTED_SLANT = 0.4  # columns per row, to either side


def _accuracy(results: dict, arm: str, slant: float) -> np.ndarray:
    """Accuracy of each seed at this slant, mean of both sides."""
    found = results["shifted_images"][arm]
    nearest = np.abs(np.abs(found["slants"]) - slant)
    return found["accuracy"][np.isclose(nearest, nearest.min())].mean(0)


def facts(results: dict) -> dict[str, Fact | str]:
    """Accuracies on upright and on slanted digits; where the data of the curve end."""
    accuracy = {
        (arm, slant): Fact(_accuracy(results, arm, slant), percent)
        for arm in ("plain", "batch_norm")
        for slant in (0.0, TESTED_SLANT)
    }
    return {
        "shift_name": "slanted digits",
        "slant": number(TESTED_SLANT, 1),
        "curve_data_end": number(results["curve"]["partial"]["range"][1]),
        "accuracy_same": accuracy["plain", 0.0],
        "accuracy_shifted": accuracy["plain", TESTED_SLANT],
        "batch_norm_accuracy_shifted": accuracy["batch_norm", TESTED_SLANT],
    }


def claims(results: dict) -> list[Claim]:
    """The claim about images with another look."""
    drop = {arm: _accuracy(results, arm, 0.0) - _accuracy(results, arm, TESTED_SLANT) for arm in ("plain", "batch_norm")}
    return [
        Claim(
            id="shift_hurts_images",
            says="Digits with the same labels and another slant are recognised far less often, with Batch Norm, too",
            explanation=LIMIT,
            origin="this article",
            experiment="shifted_images",
            figure="shifted_test_data",
            quantity="fall of the test accuracy when the digits are slanted",
            scope="reference network on the digits, slant 0.4 columns per row to either side, eval mode",
            values={"without": drop["plain"], "with": drop["batch_norm"]},
            margin=0.1,
            neutral=0.0,
            show=points,
            sentences={
                "supported": "Tested on slanted digits, networks that learned upright ones lose {value_without} of accuracy "
                "without Batch Norm and {value_with} with it."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "shifted_test_data": "Two panels. Networks trained on part of a curve follow it up to "
        f"{fact['curve_data_end']} and miss the test points beyond. Test accuracy on digits against their slant "
        f"peaks at {fact['accuracy_same']} for upright digits and falls to {fact['accuracy_shifted']} at a slant of "
        f"{fact['slant']}; with Batch Norm to {fact['batch_norm_accuracy_shifted']}."
    }
