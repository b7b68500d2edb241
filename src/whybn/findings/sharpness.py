"""What the largest curvature does in full-batch descent, without and with Batch Norm."""

import numpy as np

from whybn.evidence.claims import SMOOTHNESS, Claim
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.sharpness import reached

EXPERIMENTS = ("sharpness",)
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}  # as parts and as settings are called


def _pair(results: dict, activation: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    parts = results["sharpness"]
    return parts[f"{activation}_plain"], parts[f"{activation}_batch_norm"]


def _end_ratio(results: dict, activation: str) -> np.ndarray:
    """Sharpness at the end, at the largest rate, without over with Batch Norm: per seed."""
    plain, normalised = _pair(results, activation)
    return plain["sharpness"][-1, :, -1] / normalised["sharpness"][-1, :, -1]


def facts(results: dict) -> dict[str, Fact | str]:
    """Sharpness, at the end and at the largest learning rate unless the name says otherwise."""
    first = next(iter(results["sharpness"].values()))
    found: dict[str, Fact | str] = {
        "seeds": str(first["sharpness"].shape[1]),
        "rates": ", ".join(number(float(rate), 1) for rate in first["rates"]),
        "largest_rate": number(float(first["rates"][-1]), 1),
    }
    for activation in ACTIVATIONS:
        for arm, part in zip(("plain", "batch_norm"), _pair(results, activation), strict=True):
            found[f"{activation}_{arm}_reached"] = Fact(reached(part)[-1, :, -1])
            if activation == "tanh":
                for scheme in ("default", "he"):
                    start = part["start"][list(part["schemes"]).index(scheme)]
                    found[f"tanh_{arm}_start_{scheme}"] = Fact(start)
        plain, normalised = _pair(results, activation)
        found[f"{activation}_relative_ratio"] = Fact(plain["relative"][:, -1] / normalised["relative"][:, -1], times)
    return found


def claims(results: dict) -> list[Claim]:
    """The claim about the largest curvature at the end."""
    return [
        Claim(
            id="flatter_at_equal_rate",
            says="At the same learning rate, full-batch training with Batch Norm ends at a flatter place",
            explanation=SMOOTHNESS,
            origin="this article, after Santurkar et al. (2018), who do not speak of where training ends",
            experiment="sharpness",
            figure="sharpness",
            quantity="largest eigenvalue of the Hessian after the last step, without over with Batch Norm, at the largest "
            "learning rate tried",
            scope="3 hidden layers of 32 tanh or ReLU units, 200 digits at once, squared error, gradient descent without "
            "momentum; statistics of the full batch",
            values={name: _end_ratio(results, activation) for activation, name in ACTIVATIONS.items()},
            margin=1.5,
            neutral=1.0,
            show=number,
            sentences={
                "not_seen_here": "At the same large learning rate both end equally sharp: the largest curvature without "
                "Batch Norm is {value_tanh} times that with it for tanh, and {value_ReLU} times for ReLU."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "sharpness": "Sharpness times half the learning rate over training, without and with Batch Norm, for tanh and ReLU "
        f"networks. At the largest rate all curves end near one: {fact['tanh_plain_reached']} and "
        f"{fact['tanh_batch_norm_reached']} for tanh, {fact['relu_plain_reached']} and {fact['relu_batch_norm_reached']} "
        "for ReLU. Below, sharpness at the start: without Batch Norm it depends strongly on the initial weights, with it "
        "hardly.",
    }
