"""What was predicted of Batch Norm taken apart in other networks, before it was measured (predictions.yml)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from whybn.evidence.claims import (
    ANY,
    PREDICTED,
    SCALE,
    VERDICT_WORDS,
    Claim,
)
from whybn.evidence.display import times
from whybn.readings.definitions import TRAINED
from whybn.readings.taken_apart import EARLY, from_gains, largest, lowest
from whybn.readings.travels import in_network, trained_in

EXPERIMENTS = ("travels",)
# How networks are called in claims and in words, by their names in the results.
SETTINGS = {
    "relu 32": "relu_narrow",
    "relu 64": "relu_wide",
    "relu 128": "relu_widest",
    "tanh 32": "tanh_narrow",
    "tanh 64": "tanh_wide",
    "clothes 8": "clothes",
}
WORDS = {
    "relu 32": "with ReLU at width 32",
    "relu 64": "with ReLU at width 64",
    "relu 128": "with ReLU at width 128",
    "tanh 32": "with tanh at width 32",
    "tanh 64": "with tanh at width 64",
    "clothes 8": "with convolutions on clothes",
}
SCOPE = (
    "networks of ten layers on the digits, or eight convolutional layers of eight filters on clothes; He initialisation, "
    "plain gradient descent on mini-batches of 32, 320 steps, seven learning rates a third of a decade apart, from bad "
    "gains four over the same range; loss on 1,000 training images in train mode, what diverged counts as guessing; all "
    "arms have scale and shift"
)
FINER = "A first run had steps of half a decade between the rates; one third is finer."
FEWER = f"{FINER} Width 128, predicted too, is left to the larger settings."
EASIER = (
    f"On clothes no arm reaches a loss of {TRAINED} in so few steps; there, trained came to mean half the loss of guessing. "
)

Part = Mapping[str, np.ndarray]
Parts = Mapping[str, Part]


@dataclass(frozen=True)
class Prediction:
    """An entry of predictions.yml as far as this experiment can judge it.

    measure: the predicted ratio (seed,), of the arms in one network, given the loss that counts as trained. probed: the
    networks, by name, in which a planning probe had seen it before.
    """

    says: str
    quantity: str
    measure: Callable[[Parts, float], np.ndarray]
    networks: tuple[str, ...]
    margin: float
    below: bool = False
    probed: tuple[str, ...] = ("relu 32", "relu 128", "tanh 32")
    changed: str = ""


def _more_rates(arm: str, over: tuple[str, ...]) -> Callable[[Parts, float], np.ndarray]:
    """Largest rate of an arm over that of the best of others."""
    return lambda arms, trained: (
        largest(arms[arm], trained) / np.max([largest(arms[name], trained) for name in over], axis=0)
    )


def _gains(arms: Parts, _: float) -> np.ndarray:
    """Loss from bad gains, the mean alone over the size alone; of the two gains the one at which it is smaller."""
    return (from_gains(arms["mean_only"]) / from_gains(arms["size_only"])).min(0)


RELU, TANH = ("relu 32", "relu 64", "relu 128"), ("tanh 32", "tanh 64")
PREDICTIONS = {
    "mean_alone_allows_larger_rates": Prediction(
        "Subtracting the mean alone allows larger learning rates",
        "largest learning rate that trains, mean only over plain",
        _more_rates("mean_only", ("plain",)),
        (*RELU, "clothes 8"),
        1.5,
        probed=RELU,
        changed=EASIER + FEWER,
    ),
    "size_alone_allows_larger_rates": Prediction(
        "Dividing by the size alone allows larger learning rates",
        "largest learning rate that trains, size only over plain",
        _more_rates("size_only", ("plain",)),
        ("relu 32", "relu 128", "clothes 8"),
        1.5,
        changed=EASIER + FEWER,
    ),
    "both_allow_more_than_either": Prediction(
        "Both together allow larger learning rates than either",
        "largest learning rate that trains, Batch Norm over the better of mean only and size only",
        _more_rates("batch_norm", ("mean_only", "size_only")),
        (*RELU, "clothes 8"),
        1.5,
        changed=EASIER + FEWER,
    ),
    "mean_alone_reaches_the_early_loss": Prediction(
        "Subtracting the mean alone lowers the early loss",
        "loss after 80 steps at the best rate, plain over mean only",
        lambda arms, _: lowest(arms["plain"], EARLY) / lowest(arms["mean_only"], EARLY),
        (*RELU, "clothes 8"),
        1.2,
        changed=FEWER,
    ),
    "the_gradient_must_know_the_mean": Prediction(
        "Batch Norm whose gradient ignores the mean is worse than nothing",
        "loss after 320 steps at the best rate, mean stopped over plain",
        lambda arms, _: lowest(arms["mean_stopped"]) / lowest(arms["plain"]),
        (*RELU, "clothes 8"),
        1.0,
        changed=FEWER,
    ),
    "without_a_common_direction_the_mean_buys_nothing": Prediction(
        "With tanh, subtracting the mean alone allows no larger rates",
        "largest learning rate that trains, mean only over plain",
        _more_rates("mean_only", ("plain",)),
        TANH,
        1.5,
        below=True,
        changed=FINER,
    ),
    "without_a_common_direction_its_gradient_matters_not": Prediction(
        "With tanh, Batch Norm does as well when its gradient ignores the mean",
        "loss after 320 steps at the best rate, mean stopped over Batch Norm",
        lambda arms, _: lowest(arms["mean_stopped"]) / lowest(arms["batch_norm"]),
        TANH,
        1.5,
        below=True,
        changed=FINER,
    ),
    "division_alone_repairs_gains": Prediction(
        "From bad gains, the size alone ends lower than the mean alone",
        "loss after 320 steps at the best rate from gain 0.3 and from gain 3, mean only over size only, the smaller ratio",
        _gains,
        ("relu 32", "relu 64"),
        2.0,
        changed="A first run had seven rates from these gains, too; four cost less.",
    ),
}


def facts(results: dict) -> dict[str, str]:
    """Display strings of settings."""
    plain = results["travels"]["plain"]
    return {"seeds": str(plain["loss"].shape[2]), "steps": str(plain["budgets"][-1])}


def claims(results: dict) -> list[Claim]:
    """How each prediction came out."""
    return [_claim(name, prediction, results["travels"]) for name, prediction in PREDICTIONS.items()]


def _claim(name: str, prediction: Prediction, parts: Parts) -> Claim:
    """The claim of a prediction, in those of its networks that were trained."""
    trained = [network for network in prediction.networks if network in parts["plain"]["networks"].tolist()]
    values = {SETTINGS[network]: _values(prediction, parts, network) for network in trained}
    return Claim(
        id=name,
        says=prediction.says,
        origin=PREDICTED,
        experiment="travels",
        figure="travels",
        quantity=prediction.quantity,
        scope=SCOPE,
        values=values,
        margin=prediction.margin,
        neutral=None if prediction.below else 1.0,
        below=prediction.below,
        show=times,
        explanation=SCALE,
        pattern=dict.fromkeys(values, ANY),
        sentences=dict.fromkeys(VERDICT_WORDS, _told(prediction, trained)),
        changed=prediction.changed,
    )


def _values(prediction: Prediction, parts: Parts, network: str) -> np.ndarray:
    arms = {arm: in_network(part, network) for arm, part in parts.items()}
    return prediction.measure(arms, trained_in(network))


def _told(prediction: Prediction, networks: list[str]) -> str:
    """The sentence: the ratio predicted, that measured in each network, and how it came out there."""
    found = [f"{{value_{SETTINGS[network]}}} {WORDS[network]} ({_outcome(prediction, network)})" for network in networks]
    side = "below" if prediction.below else "above"
    return f"{prediction.says}: predicted {side} {times(prediction.margin)}, measured {', '.join(found)}."


def _outcome(prediction: Prediction, network: str) -> str:
    verdict = f"{{verdict_{SETTINGS[network]}}}"
    return f"{verdict}, a repetition" if network in prediction.probed else verdict


def alts(fact: Mapping[str, str]) -> dict[str, str]:
    """Alt texts."""
    return {
        "travels": f"Loss after {fact['steps']} steps against the learning rate in three networks, medians of "
        f"{fact['seeds']} seeds. With ReLU, Batch Norm whose gradient ignores the mean ends higher than nothing; with tanh "
        "it ends near Batch Norm; in the convolutional network it lies between nothing and Batch Norm.",
    }
