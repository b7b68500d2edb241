"""What rivals of Batch Norm buy on the reference network, and how fresh statistics must be."""

from collections.abc import Mapping

import numpy as np

from whybn.evidence.claims import SCALE, SOME_AT_LEAST, SOME_AT_MOST, Claim
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import TRAINED, spacing
from whybn.readings.rivals import AGES, bought
from whybn.readings.taken_apart import largest, lowest

EXPERIMENTS = ("rivals", "taken_apart")
SCOPE = (
    "the reference network on the digits, He initialisation, plain gradient descent on mini-batches of 32, 320 steps, "
    "learning rates a third of a decade apart; loss on the whole training set in train mode, what diverged counts as "
    "guessing; all arms have scale and shift"
)
SEEN = "The margin and the settings were chosen after a first look at the same arms, at these seeds."
LOSS = 1.2  # by how much a loss has to differ, as a ratio
RIVALS = {"weights": "standardised_weights", "squashed": "squashed", "warm_up": "warm_up"}


def facts(results: dict) -> dict[str, str | Fact]:
    """Losses at each network's best rate; the rest are settings."""
    rivals = results["rivals"]
    found: dict[str, str | Fact] = {
        "seeds": str(rivals["warm_up"]["loss"].shape[1]),
        "steps": str(rivals["warm_up"]["budgets"][-1]),
    }
    for name in ("plain", "batch_norm"):
        found[f"{name}_largest_rate"] = Fact(bought(results, name, largest))
    for name in ("plain", "batch_norm", "squashed", "standardised_weights"):
        found[f"{name}_loss"] = Fact(bought(results, name, lowest))
    for age, name in AGES.items():
        found[f"loss_{age}"] = Fact(bought(results, name, lowest))
    return found


def claims(results: dict) -> list[Claim]:
    """That seldom read statistics are worse than fresh and than frozen ones, and that rivals allow no larger rates."""
    fresh, never = (bought(results, AGES[age], lowest) for age in ("1", "never"))
    ages = {"two": "2", "five": "5", "twenty": "20", "eighty": "80"}
    plain = bought(results, "plain", largest)
    common = {"experiment": "rivals", "origin": "this article", "explanation": SCALE, "neutral": 1.0, "show": times}
    return [
        Claim(
            id="half_fresh_statistics_are_worst",
            says="Statistics that the gradient does not know are worst when they are taken anew every few steps",
            figure="freshness",
            quantity="loss at the best rate, statistics read every so many steps over the worse of those read at each step "
            "and those of the start",
            scope=SCOPE,
            values={word: bought(results, AGES[age], lowest) / np.maximum(fresh, never) for word, age in ages.items()},
            margin=LOSS,
            pattern={"two": SOME_AT_LEAST, "five": SOME_AT_LEAST, "twenty": SOME_AT_MOST, "eighty": SOME_AT_MOST},
            sentences={
                "mixed": "Freshness is not gradual: with statistics read every five steps the loss is {value_five} as high "
                "as with those of each step or with those of the start, whichever is worse."
            },
            changed=SEEN,
            **common,
        ),
        Claim(
            id="rivals_allow_larger_rates",
            says="Standardised weights, squashing or a slow start allow larger learning rates, too",
            figure="rivals",
            quantity=f"largest learning rate that trains (loss below {TRAINED}), over that with nothing",
            scope=f"{SCOPE}; weights: standardised, with the scale of He initialisation; "
            "squashed: a tanh with a trained factor in the place of the normaliser (DyT); warm-up: the rate rises over the "
            "first 80 steps",
            values={word: bought(results, name, largest) / plain for word, name in RIVALS.items()},
            margin=10 ** (1.5 * spacing(results["rivals"]["warm_up"]["rates"])),  # from one to two steps of the grid
            pattern=dict.fromkeys(RIVALS, SOME_AT_MOST),
            sentences={
                "mixed": "Neither standardised weights nor squashing nor a slow start allows clearly larger rates in this "
                "network."
            },
            changed=SEEN,
            **common,
        ),
    ]


def alts(fact: Mapping[str, str]) -> dict[str, str]:
    """Alt texts."""
    return {
        "freshness": "Loss against the steps from one reading of the statistics to the next, for statistics that the "
        f"gradient does not know. It rises from {fact['loss_1']} with each step to {fact['loss_2']} every two and "
        f"{fact['loss_5']} every five steps, and falls to {fact['loss_20']} every twenty, {fact['loss_80']} every eighty "
        f"and {fact['loss_never']} where they are never read again; with nothing it is {fact['plain_loss']}, with Batch "
        f"Norm {fact['batch_norm_loss']}.",
        "rivals": "Rows from nothing to Batch Norm: the largest rate that trains and the loss. A slow start, a squashing "
        "function, standardised weights and Layer Norm do not exceed the rate of nothing by much, "
        f"{fact['plain_largest_rate']}; Batch Norm reaches {fact['batch_norm_largest_rate']}.",
    }
