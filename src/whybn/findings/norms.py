"""What other sizes than the standard deviation show."""

import numpy as np

from whybn.evidence.claims import SCALE, Claim
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import TRAINED, at_best, largest_rate, spacing

EXPERIMENTS = ("norms",)
OTHERS = {"mean": "l1_norm", "largest": "linf_norm"}


def _largest(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Largest learning rate that trains, per seed."""
    return largest_rate(arm["loss"], arm["rates"])


def facts(results: dict) -> dict[str, Fact | str]:
    """Losses, each arm at its best rate."""
    arms = results["norms"]
    return {
        "seeds": str(len(arms["plain"]["loss"])),
        "steps": str(arms["plain"]["steps"]),
        **{f"{name}_best_loss": Fact(at_best(arm["loss"])) for name, arm in arms.items()},
    }


def claims(results: dict) -> list[Claim]:
    """The claim that the standard deviation is not special."""
    arms = results["norms"]
    return [
        Claim(
            id="other_sizes_allow_large_rates",
            says="Dividing by another size than the standard deviation allows larger learning rates, too",
            explanation=SCALE,
            quantity=f"largest learning rate that trains (loss below {TRAINED}), over that without Batch Norm",
            values={word: _largest(arms[name]) / _largest(arms["plain"]) for word, name in OTHERS.items()},
            origin="Santurkar et al. (2018)",
            experiment="norms",
            figure="what_norm_matters_not",
            scope="reference network on the digits, plain gradient descent on mini-batches of 32, 320 steps, six learning "
            "rates half a decade apart; loss on the whole training set in train mode; each unit is divided by its mean "
            "absolute deviation (mean) or its largest one (largest)",
            margin=10 ** spacing(arms["plain"]["rates"]) * 1.01,  # more than one step of the grid
            neutral=1.0,
            show=times,
            sentences={
                "supported": "Divided by the mean deviation, the network trains at rates {value_mean} as large as without "
                "Batch Norm; divided by the "
                "largest one, at rates {value_largest} as large."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "what_norm_matters_not": "Final loss against the learning rate. Units divided by the standard deviation, the mean "
        f"deviation or the largest deviation train at the same large rates and end at {fact['batch_norm_best_loss']}, "
        f"{fact['l1_norm_best_loss']} and {fact['linf_norm_best_loss']}; without normalisation the best loss is "
        f"{fact['plain_best_loss']}, and large rates fail."
    }
