"""What other initialisations, optimisers and places of Batch Norm change, and what scales and shifts do alone."""

import numpy as np

from whybn.evidence.claims import SOME_AT_LEAST, SOME_AT_MOST, SUPPORTED, Claim
from whybn.evidence.display import percent, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import at_best, largest_rate
from whybn.readings.recipes import best_accuracy

EXPERIMENTS = ("recipes",)
SCHEMES = ("he", "glorot", "default")
OPTIMISERS = {"he": "gradient descent", "warm_up": "warm-up", "momentum": "momentum", "adam": "Adam"}


def _best(arm: dict[str, np.ndarray], recipe: str) -> np.ndarray:
    """Loss at the best learning rate, per seed."""
    return at_best(arm[f"{recipe}_loss"])


def _largest(arm: dict[str, np.ndarray], recipe: str) -> np.ndarray:
    """Largest learning rate that trains, per seed."""
    return largest_rate(arm[f"{recipe}_loss"], arm[f"{recipe}_rates"])


def facts(results: dict) -> dict[str, Fact | str]:
    """Losses and accuracies at the best rate, ratios of largest rates; counts are of seeds."""
    arms = results["recipes"]
    plain, normalised = arms["plain"], arms["batch_norm"]
    after = _best(normalised, "after") / _best(normalised, "he")
    adam = _best(normalised, "adam") < _best(plain, "adam")
    found: dict[str, Fact | str] = {
        "seeds": str(len(plain["he_loss"])),
        "steps": str(plain["steps"]),
        "warm_up": str(plain["warm_up"]),
        "batch_norm_best_after": Fact(_best(normalised, "after")),
        "after_over_before": Fact(after, times),
        "after_better": str(int((after < 1).sum())),
        "adam_lower": str(int(adam.sum())),
        "affine_accuracy": Fact(best_accuracy(normalised, "affine"), percent),
        "all_accuracy": Fact(best_accuracy(normalised, "he"), percent),
    }
    for recipe in dict.fromkeys((*SCHEMES, *OPTIMISERS)):
        for name, arm in arms.items():
            found[f"{name}_best_{recipe}"] = Fact(_best(arm, recipe))
    for recipe in ("momentum", "adam"):
        ratio = _largest(normalised, recipe) / _largest(plain, recipe)
        found[f"rate_ratio_{recipe}"] = Fact(ratio, times)
    return found


def claims(results: dict) -> list[Claim]:
    """The claim about optimisers."""
    plain, normalised = results["recipes"]["plain"], results["recipes"]["batch_norm"]
    return [
        Claim(
            id="lower_loss_with_any_optimiser",
            says="With each common optimiser, Batch Norm reaches a lower loss in the same steps",
            origin="this article",
            experiment="recipes",
            figure="optimisers",
            quantity="loss at the best learning rate, without over with",
            scope=f"reference network on the digits, He initialisation, {plain['steps']} steps on mini-batches of 32; each "
            f"arm at its best learning rate; warm-up over {plain['warm_up']} steps, momentum 0.9",
            values={words: _best(plain, recipe) / _best(normalised, recipe) for recipe, words in OPTIMISERS.items()},
            margin=1.0,
            neutral=1.0,
            show=times,
            pattern={
                "gradient descent": SOME_AT_LEAST,
                "warm-up": SUPPORTED,
                "momentum": SOME_AT_LEAST,
                "Adam": SOME_AT_MOST,
            },
            sentences={
                "mixed": "Each network at its best rate, the loss without Batch Norm is {value_gradient descent} that with "
                "it under plain gradient descent in the typical seed, and {value_warm-up} with warm-up. With momentum it is "
                "{value_momentum}, with Adam {value_Adam}."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "initialisations": "Loss against learning rate from He, Glorot and PyTorch’s default initialisation. The "
        f"lowest losses without Batch Norm are {fact['plain_best_he']}, {fact['plain_best_glorot']} and "
        f"{fact['plain_best_default']}, with it {fact['batch_norm_best_he']}, {fact['batch_norm_best_glorot']} and "
        f"{fact['batch_norm_best_default']}.",
        "optimisers": "Loss against learning rate with plain gradient descent, warm-up, momentum and Adam. The lowest "
        "losses are, "
        + "; ".join(
            f"with {words}, {fact[f'plain_best_{recipe}']} without and {fact[f'batch_norm_best_{recipe}']} with Batch Norm"
            for recipe, words in OPTIMISERS.items()
        )
        + ".",
        "before_or_after": "Loss against learning rate without Batch Norm, a narrow valley down to "
        f"{fact['plain_best_he']}, and with Batch Norm before or after the activation: two wide valleys that nearly lie on "
        f"each other, down to {fact['batch_norm_best_he']} and {fact['batch_norm_best_after']}.",
        "affine_only": "Accuracy against learning rate when all parameters of a network with Batch Norm are trained, and "
        f"when only scales and shifts are: {fact['affine_accuracy']} of the training images right at the best rate, "
        f"against {fact['all_accuracy']}, and far more than by guessing.",
    }
