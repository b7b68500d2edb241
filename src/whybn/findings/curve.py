"""What the curve experiment shows about covariate shift."""

import numpy as np

from whybn.evidence.claims import INCONCLUSIVE, REVERSED, SHIFT, SOME_AT_MOST, Claim
from whybn.evidence.display import number, percent, times
from whybn.evidence.facts import Fact
from whybn.readings.curve import after_arrival, disagreement, never, seen, total

EXPERIMENTS = ("curve",)
OPTIMISERS = {"gradient descent": "sgd", "momentum": "momentum", "Adam": "adam"}


def _error(predictions: np.ndarray, target: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Root mean squared error of each seed over its networks and the chosen inputs."""
    return np.sqrt(np.square(predictions - target)[..., where].mean((1, 2)))


def _measures(results: dict) -> dict[str, np.ndarray]:
    """Each quantity that a claim or a fact needs, one value per seed."""
    whole, partial = results["curve"]["whole"], results["curve"]["partial"]
    grid, target = partial["grid"], partial["target"]
    tested = (grid >= partial["shifted_x"].min()) & (grid <= partial["shifted_x"].max())
    return {
        "whole": np.median(np.sqrt(np.square(whole["predictions"] - target).mean(-1)), 1) / target.std(),
        "inside": _error(partial["predictions"], target, seen(partial)),
        "outside": _error(partial["predictions"], target, tested),
        "disagreement": disagreement(partial),
    }


def facts(results: dict) -> dict[str, Fact | str]:
    """Errors, disagreement and steps; counts are of trainings."""
    measured, partial = _measures(results), results["curve"]["partial"]
    pieces = results["curve"]["relearning"]
    steps = total(pieces, "sgd")
    seeds, networks, _ = partial["predictions"].shape
    return {
        "samples": str(seeds),
        "networks": str(seeds * networks),
        "networks_whole": str(len(measured["whole"]) * results["curve"]["whole"]["predictions"].shape[1]),
        "train_low": number(partial["range"][0]),
        "train_high": number(partial["range"][1]),
        "whole_error": Fact(measured["whole"], percent),
        "inside_error": Fact(measured["inside"]),
        "outside_error": Fact(measured["outside"]),
        "disagreement": Fact(measured["disagreement"], times),
        "pieces": str(pieces["pieces"][-1]),
        "relearn_scratch": Fact(steps[:, 0]),
        "relearn_total": Fact(steps[:, -1]),
        "relearn_after": Fact(after_arrival(pieces, "sgd")[:, -1]),
        "runs": str(pieces["sgd_total"].size),
        "sgd_never": str(never(pieces, "sgd")),
        "momentum_never": str(never(pieces, "momentum")),
        "adam_never": str(never(pieces, "adam")),
    }


def claims(results: dict) -> list[Claim]:
    """The claim about what data that come late cost."""
    part = results["curve"]["relearning"]
    values = {}
    for name, key in OPTIMISERS.items():
        _, *late = (after_arrival(part, key) / total(part, key)[:, :1]).T
        values |= {f"{name}, {pieces} pieces": share for pieces, share in zip(part["pieces"][1:], late, strict=True)}
    return [
        Claim(
            id="relearning_after_arrival",
            says="What was learned from the first pieces must be learned anew when the last piece arrives",
            explanation=SHIFT,
            origin="Doshi, the post that inspired this article",
            experiment="curve",
            figure="cost_of_relearning",
            scope=f"{len(part['sgd_total'])} noisy samples of one curve, networks of three hidden layers of 32 ReLU units, "
            "no normalisation; all earlier data kept; each optimiser at one learning rate; median over three random starts "
            "per sample",
            margin=1.0,
            neutral=1.0,
            quantity="steps after the last of two or four pieces arrived, over steps from scratch with all data",
            values=values,
            show=percent,
            changed="Two pieces were added: with four, the last piece is the smallest.",
            pattern=dict.fromkeys(values, REVERSED)
            | {"gradient descent, 2 pieces": INCONCLUSIVE, "momentum, 2 pieces": SOME_AT_MOST},
            sentences={
                "mixed": "Counted from the last of four pieces, the whole curve takes {value_gradient descent, 4 pieces} of "
                "the steps of a start from nothing. From the last of two it takes {value_gradient descent, 2 pieces}, and "
                "the seeds disagree."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "one_curve": "A wavy curve in four states. Data from the whole range: networks follow it. Data from a part: they "
        "follow it there. Beyond that part they fan out, although they saw the same data. Test data from beyond lie far "
        f"from what the networks say: their error is {fact['inside_error']} on inputs like those seen and "
        f"{fact['outside_error']} elsewhere.",
        "target_function": "A wavy curve over the whole input range with noisy training points along it; the curves "
        f"that {fact['networks_whole']} networks learned lie almost on it, with a typical error of {fact['whole_error']} of "
        "its spread.",
        "training_distribution": f"The same curve, training points only between {fact['train_low']} and "
        f"{fact['train_high']}. There the learned curves follow it; the rest is left blank.",
        "rest_of_the_curve": "The curves that networks learned from the same data lie on each other where there are "
        "data and fan out on both sides. Then their disagreement, for each data set: next to nothing on the data, "
        f"{fact['disagreement']} as large beyond.",
        "cost_of_relearning": "Training steps when data arrive in one, two or four pieces. In all, plain gradient "
        f"descent needs {fact['relearn_scratch']} steps with all data at once and {fact['relearn_total']} with four "
        f"pieces; after the last piece arrived it needs {fact['relearn_after']}. Of {fact['runs']} runs with each "
        f"optimiser, {fact['sgd_never']} never learn it with gradient descent, {fact['momentum_never']} with momentum and "
        f"{fact['adam_never']} with Adam.",
    }
