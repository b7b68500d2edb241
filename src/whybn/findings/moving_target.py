"""What the moving target shows: how much a layer's gradient changes when the layers below take their step."""

import numpy as np

from whybn.evidence.claims import REVERSED, SHIFT, SOME_AT_MOST, SUPPORTED, Claim
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.moving_target import by_time

EXPERIMENTS = ("moving_target",)
SCOPE = (
    "digits, mini-batches of 32, 400 steps, train mode; three hidden layers of 64 sigmoid units (learning rate 0.3), the "
    "reference network (0.1), and 25 linear layers of 32 units fitted by squared error (0.003); the same rate in both arms"
)


def _change(network: dict[str, np.ndarray], arm: str) -> np.ndarray:
    """Relative change at the larger learning rate: mean over layers, geometric mean over times, per seed."""
    return np.exp(np.log(by_time(network, arm, "relative")).mean(0))


def facts(results: dict) -> dict[str, Fact | str]:
    """Changes, cosines and losses at the larger learning rate of each network."""
    networks = results["moving_target"]
    found: dict[str, Fact | str] = {"seeds": str(networks["relu"]["plain_loss"].shape[1])}
    for name, network in networks.items():
        found[f"{name}_rate"] = number(network["rates"][-1], 1)
        for arm in ("plain", "batch_norm"):
            found[f"{name}_{arm}_change"] = Fact(_change(network, arm))
    for arm in ("plain", "batch_norm"):
        found[f"linear_{arm}_cosine"] = Fact(by_time(networks["linear"], arm, "cosine").mean(0))
        found[f"sigmoid_{arm}_loss"] = Fact(networks["sigmoid"][f"{arm}_loss"][-1, :, -1])
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about the moving target."""
    networks = results["moving_target"]
    common = {
        "experiment": "moving_target",
        "figure": "moving_target",
        "origin": "Ioffe and Szegedy (2015), of shift; by this measure Santurkar et al. (2018) claimed the opposite",
        "scope": SCOPE,
    }
    words = {"sigmoid": "sigmoid", "relu": "ReLU", "linear": "linear"}
    ratios = {words[name]: _change(one, "plain") / _change(one, "batch_norm") for name, one in networks.items()}
    return [
        Claim(
            id="moving_target_calmer",
            says="With Batch Norm, a layer's gradient changes less when the layers below take their step",
            explanation=SHIFT,
            quantity="relative change of the gradient, without over with Batch Norm, mean over layers and times",
            values=ratios,
            margin=1.0,
            neutral=1.0,
            show=times,
            pattern={"sigmoid": REVERSED, "ReLU": (*SOME_AT_MOST, SUPPORTED), "linear": SOME_AT_MOST},
            sentences={
                "mixed": "In the shallow network of sigmoid units, Batch Norm does not calm the target: without it, the "
                "gradient changes only {value_sigmoid} as much. In the reference network it changes {value_ReLU} as much, "
                "in the deep linear network {value_linear}."
            },
            **common,
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "moving_target": "Relative change of a layer's gradient when the layers below take their step, along "
        f"three trainings. Sigmoid network: {fact['sigmoid_plain_change']} without Batch Norm, "
        f"{fact['sigmoid_batch_norm_change']} with it. Reference network: {fact['relu_plain_change']} and "
        f"{fact['relu_batch_norm_change']}. Deep linear network: {fact['linear_plain_change']} and "
        f"{fact['linear_batch_norm_change']}.",
    }
