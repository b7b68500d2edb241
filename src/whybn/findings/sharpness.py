"""What the largest curvature does in full-batch descent, without and with Batch Norm."""

import numpy as np

from whybn.evidence import Claim, number, times

EXPERIMENTS = ("sharpness",)
ACTIVATIONS = {"tanh": "tanh", "relu": "ReLU"}  # as parts and as settings are called
SCOPE = (
    "3 hidden layers of 32 tanh or ReLU units, 200 digits at once, squared error, gradient descent without momentum; "
    "statistics of the full batch"
)


def _pair(results: dict, activation: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    parts = results["sharpness"]
    return parts[f"{activation}_plain"], parts[f"{activation}_batch_norm"]


def _start_ratio(results: dict, activation: str, scheme: str) -> np.ndarray:
    """Sharpness at the start with over without Batch Norm: per seed."""
    plain, normalised = _pair(results, activation)
    row = list(plain["schemes"]).index(scheme)
    return normalised["start"][row] / plain["start"][row]


def _end_ratio(results: dict, activation: str, name: str = "sharpness") -> np.ndarray:
    """Sharpness at the end, at the largest rate, without over with Batch Norm: per seed."""
    plain, normalised = _pair(results, activation)
    return plain[name][-1, :, -1] / normalised[name][-1, :, -1]


def facts(results: dict) -> dict[str, str]:
    """Display strings; at the end and at the largest learning rate unless the name says otherwise."""
    first = next(iter(results["sharpness"].values()))
    shown = {
        "seeds": str(first["loss"].shape[1]),
        "steps": str(first["step"][-1]),
        "rates": ", ".join(number(float(rate), 1) for rate in first["rates"]),
        "largest_rate": number(float(first["rates"][-1]), 1),
    }
    for activation in ACTIVATIONS:
        for arm, part in zip(("plain", "batch_norm"), _pair(results, activation), strict=True):
            reached = part["sharpness"][-1, :, -1] * part["rates"][-1] / 2
            shown[f"{activation}_{arm}_reached"] = number(np.median(reached))
            shown[f"{activation}_{arm}_start"] = number(np.median(part["start"][0]))
        shown[f"{activation}_relative_ratio"] = times(np.median(_end_ratio(results, activation, "relative")))
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about the largest curvature at the start and at the end."""
    common = {"experiment": "sharpness", "figure": "sharpness"}
    initial = {"default": "default", "he": "He"}
    return [
        Claim(
            id="sharper_at_start",
            says="Batch Norm starts at a sharper place",
            origin="this article",
            quantity="largest eigenvalue of the Hessian before the first step, with over without Batch Norm, from PyTorch's "
            "default initial weights and from He initialisation",
            scope=SCOPE,
            values={
                f"{name} {words}": _start_ratio(results, activation, scheme)
                for activation, name in ACTIVATIONS.items()
                for scheme, words in initial.items()
            },
            margin=1.0,
            show=times,
            sentences={
                "mixed": "Which network starts at the sharper place depends on the initial weights. With those that PyTorch "
                "gives, Batch Norm starts {value_tanh default} (tanh) and {value_ReLU default} (ReLU) as sharp; with He "
                "initialisation, {value_tanh He} and {value_ReLU He} as sharp."
            },
            **common,
        ),
        Claim(
            id="flatter_at_equal_rate",
            says="At the same learning rate, full-batch training with Batch Norm ends at a flatter place",
            origin="after Santurkar et al. (2018)",
            quantity="largest eigenvalue of the Hessian after the last step, without over with Batch Norm, at the largest "
            "learning rate tried",
            scope=SCOPE,
            values={name: _end_ratio(results, activation) for activation, name in ACTIVATIONS.items()},
            margin=1.5,
            show=number,
            sentences={
                "not_seen_here": "At the same large learning rate both end equally sharp: without Batch Norm the largest "
                "curvature is {value_tanh} (tanh) and {value_ReLU} (ReLU) times that with it."
            },
            **common,
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "sharpness": "Sharpness times half the learning rate over training, without and with Batch Norm, for tanh and ReLU "
        f"networks. At the largest rate all curves end near one: {fact['tanh_plain_reached']} and "
        f"{fact['tanh_batch_norm_reached']} for tanh, {fact['relu_plain_reached']} and {fact['relu_batch_norm_reached']} "
        "for ReLU. Below, sharpness at the start: without Batch Norm it depends strongly on the initial weights, with it "
        "hardly.",
    }
