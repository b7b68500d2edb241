"""What other sizes than the standard deviation show."""

import numpy as np

from whybn.evidence.claims import SCALE, Claim, highest_rate
from whybn.evidence.display import number, times

EXPERIMENTS = ("norms",)
TRAINED = 0.5  # loss on the whole training set below which a network counts as trained, as on the map
OTHERS = {"mean": "l1_norm", "largest": "linf_norm"}


def _losses(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Final loss (seed, rate), infinite where the member has diverged."""
    return np.where(np.isnan(arm["loss"]), np.inf, arm["loss"])


def _best(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Loss at the best learning rate, per seed."""
    return _losses(arm).min(1)


def _highest(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Highest learning rate that trains, per seed; one step below the grid where none does."""
    return highest_rate(_losses(arm), arm["rates"], TRAINED)


def facts(results: dict) -> dict[str, str]:
    """Display strings: each arm at the rate with its lowest median loss; medians over seeds."""
    arms = results["norms"]
    shown = {
        "seeds": str(len(arms["plain"]["loss"])),
        "steps": str(arms["plain"]["steps"]),
    }
    for name, arm in arms.items():
        shown[f"{name}_best_loss"] = number(np.median(_best(arm)))
    return shown


def claims(results: dict) -> list[Claim]:
    """The claim that the standard deviation is not special."""
    arms = results["norms"]
    rates = arms["plain"]["rates"]
    return [
        Claim(
            id="other_sizes_allow_large_rates",
            says="Dividing by another size than the standard deviation allows larger learning rates, too",
            explanation=SCALE,
            quantity=f"highest learning rate that trains (loss below {TRAINED}), over that without Batch Norm",
            values={word: _highest(arms[name]) / _highest(arms["plain"]) for word, name in OTHERS.items()},
            origin="Santurkar et al. (2018)",
            experiment="norms",
            figure="what_norm_matters_not",
            scope="reference network on the digits, plain gradient descent on mini-batches of 32, 320 steps, six learning "
            "rates half a decade apart; loss on the whole training set in train mode; each unit is divided by its mean "
            "absolute deviation (mean) or its largest one (largest)",
            margin=float(rates[1] / rates[0]) * 1.01,  # more than one step of the grid
            show=times,
            sentences={
                "supported": "Divided by the mean deviation, the network trains at rates {value_mean} as large as without "
                "Batch Norm; by the largest one, {value_largest}."
            },
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "what_norm_matters_not": "Final loss against the learning rate. Units divided by the standard deviation, the mean "
        f"deviation or the largest deviation train at the same large rates and end at {fact['batch_norm_best_loss']}, "
        f"{fact['l1_norm_best_loss']} and {fact['linf_norm_best_loss']}; without normalisation the best loss is "
        f"{fact['plain_best_loss']}, and large rates fail."
    }
