"""What the largest curvature does in full-batch descent, without and with Batch Norm."""

import numpy as np

from whybn.evidence.claims import REVERSED, SMOOTHNESS, SOME_AT_LEAST, SUPPORTED, Claim
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.sharpness import end_ratio, ratio_at_loss, reached

EXPERIMENTS = ("sharpness",)
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}  # as parts and as settings are called
SMALL, MIDDLE, LARGEST = 0, 1, -1  # places of the learning rates


def _pair(results: dict, activation: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    parts = results["sharpness"]
    return parts[f"{activation}_plain"], parts[f"{activation}_batch_norm"]


def facts(results: dict) -> dict[str, Fact | str]:
    """Sharpness at the start and, at the largest learning rate, at the end; ratios are without over with Batch Norm."""
    first = next(iter(results["sharpness"].values()))
    found: dict[str, Fact | str] = {
        "seeds": str(first["sharpness"].shape[1]),
        "rates": ", ".join(number(float(rate), 1) for rate in first["rates"]),
        "middle_rate": number(float(first["rates"][MIDDLE]), 1),
        "largest_rate": number(float(first["rates"][LARGEST]), 1),
    }
    for activation in ACTIVATIONS:
        plain, normalised = _pair(results, activation)
        for arm, part in {"plain": plain, "batch_norm": normalised}.items():
            found[f"{activation}_{arm}_reached"] = Fact(reached(part)[-1, :, LARGEST])
            if activation == "tanh":
                for scheme in ("default", "he"):
                    start = part["start"][list(part["schemes"]).index(scheme)]
                    found[f"tanh_{arm}_start_{scheme}"] = Fact(start)
        found[f"{activation}_ratio_at_loss"] = Fact(ratio_at_loss(plain, normalised, MIDDLE), times)
        found[f"{activation}_relative_ratio"] = Fact(
            plain["relative"][:, LARGEST] / normalised["relative"][:, LARGEST], times
        )
    return found


def claims(results: dict) -> list[Claim]:
    """The claim about the largest curvature at the end."""
    rates = next(iter(results["sharpness"].values()))["rates"]
    small, middle = (number(float(rates[place]), 1) for place in (SMALL, MIDDLE))
    return [
        Claim(
            id="flatter_at_equal_rate",
            says="At the same learning rate, full-batch training with Batch Norm ends at a flatter place",
            explanation=SMOOTHNESS,
            origin="this article, after Santurkar et al. (2018), who do not speak of where training ends",
            experiment="sharpness",
            figure="sharpness",
            quantity="largest eigenvalue of the Hessian after the last step, without over with Batch Norm, at learning rate "
            f"{small} (small) and {middle} (middle)",
            scope="3 hidden layers of 32 tanh or ReLU units, 200 digits at once, squared error, gradient descent without "
            "momentum; statistics of the full batch; at rate 2 all of them end at two over the rate, and nothing is judged",
            values={
                f"{name}, {word}": end_ratio(*_pair(results, activation), place)
                for word, place in {"small": SMALL, "middle": MIDDLE}.items()
                for activation, name in ACTIVATIONS.items()
            },
            margin=1.0,
            neutral=1.0,
            changed="It was judged at rate 2 alone, where both end at two over the rate whatever they are; the margin was "
            "1.5 times.",
            show=times,
            pattern={
                "tanh, small": REVERSED,
                "ReLU, small": SOME_AT_LEAST,
                "tanh, middle": REVERSED,
                "ReLU, middle": SUPPORTED,
            },
            sentences={
                "mixed": f"At rate {middle}, the largest curvature without Batch Norm ends {{value_tanh, middle}} that with "
                "it in tanh networks, and {value_ReLU, middle} that in ReLU networks."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "sharpness": "Sharpness over training at three learning rates, without and with Batch Norm, for tanh and ReLU "
        "networks, and lines at two over each rate. At the largest rate all curves end near its line; over it they are "
        f"{fact['tanh_plain_reached']} and {fact['tanh_batch_norm_reached']} for tanh, {fact['relu_plain_reached']} and "
        f"{fact['relu_batch_norm_reached']} for ReLU. At the middle rate they end apart, with Batch Norm higher for tanh "
        "and lower for ReLU.",
        "sharpness_at_start": "Sharpness before the first step from three kinds of initial weights. Without Batch Norm it "
        f"depends strongly on them, {fact['tanh_plain_start_default']} to {fact['tanh_plain_start_he']} for tanh; with it "
        "hardly.",
    }
