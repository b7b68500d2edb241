"""What rescaled weights, the length of the weights and the bound on the gradient show."""

import numpy as np

from whybn.evidence.claims import NOT_SEEN, SCALE, SMOOTHNESS, SUPPORTED, Claim
from whybn.evidence.display import number, percent, times
from whybn.readings.definitions import nearest
from whybn.readings.invariance import PARTS_REMOVED, allowed, effective_rate, passed_at_start, removed, rescaled

EXPERIMENTS = ("invariance",)
MEASURES = {"loss": 0, "gradient": -1, "curvature": -2}  # and the power of the factor that algebra predicts
SHARED, LARGE = 0.05, 1.0  # learning rates: one at which both arms train, well below divergence, and the largest
MOMENTS = ("start", "trained")


def _slope(arm: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Power of the factor with which a quantity grows when all hidden layers are rescaled: per seed."""
    measured, factors = rescaled(arm, name), arm["factors"]
    return np.log(measured[-1] / measured[0]) / np.log(factors[-1] / factors[0])


def _fall(arm: dict[str, np.ndarray], rate: float) -> np.ndarray:
    """Effective learning rate at the start over that at the end, geometric mean over hidden layers: per seed."""
    return 1 / effective_rate(arm)[-1, :, nearest(arm["rates"], rate)]


def _removed(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Share of the squared gradient that Batch Norm takes out: (moment, seed), mean over layers."""
    return sum(removed(arm, part) for part in PARTS_REMOVED).mean(1)


def facts(results: dict) -> dict[str, str]:
    """Display strings."""
    plain, normalised = results["invariance"]["plain"], results["invariance"]["batch_norm"]
    right, batch = allowed(normalised), int(normalised["batch"])
    mistaken = right - normalised["bound_factor"] * (batch**0.5 - 1) * normalised["bound_along"]
    shown = {
        "seeds": str(plain["square"].shape[2]),
        "steps": f"{plain['step'][-1]:,}",
        "plain_loss_twice": times(np.median(rescaled(plain, "loss")[nearest(plain["factors"], 2)])),
        "large_rate": number(LARGE, 1),
        "shared_rate": number(SHARED, 1),
        "plain_fall_shared": number(np.median(_fall(plain, SHARED))),
        "bound_gap": number(np.abs(normalised["bound_after"] / right - 1).max(), 1),
        "bound_mistaken": percent((mistaken < normalised["bound_after"]).mean()),
        "bound_by_chance": percent(2 / batch),
    }
    shown["bound_passed_start"] = number(np.median(passed_at_start(normalised)))
    for row, moment in enumerate(MOMENTS):
        shown[f"bound_step_{moment}"] = str(normalised["bound_at"][row])
        shown[f"bound_factor_{moment}"] = number(np.median(normalised["bound_factor"][row]))
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about scale, and about what the bound on the gradient is made of."""
    plain, normalised = results["invariance"]["plain"], results["invariance"]["batch_norm"]
    return [
        Claim(
            id="rescaling_follows_algebra",
            says="Batch Norm hides the scale of the weights in front of it",
            explanation=SCALE,
            origin="Ioffe and Szegedy (2015); van Laarhoven (2017)",
            experiment="invariance",
            figure="scale_invariance",
            quantity="difference between the measured power of the factor and the expected one (0, −1, −2), when the "
            "weights of all hidden layers are multiplied by factors from a quarter to four",
            scope="reference network with Batch Norm, 100 steps into its training at learning rate 0.05; 100 training "
            "images, train mode, double precision",
            values={name: np.abs(_slope(normalised, name) - power) for name, power in MEASURES.items()},
            margin=0.05,
            below=True,
            show=number,
            sentences={
                "supported": "Multiply all weights of the hidden layers by two. With Batch Norm the loss stays as it is, "
                "the gradient halves and the curvature falls to a quarter."
            },
        ),
        Claim(
            id="weights_curb_their_steps",
            says="With Batch Norm, growing weights make the effective learning rate fall",
            explanation=SCALE,
            origin="van Laarhoven (2017); Arora, Li and Lyu (2018)",
            experiment="invariance",
            figure="scale_invariance",
            quantity="effective learning rate (rate over squared weight norm) at the start over that at the end, geometric "
            f"mean over hidden layers, at learning rates {number(LARGE, 1)} (large) and {number(SHARED, 1)} (shared)",
            scope=f"reference network with Batch Norm on the digits, {plain['step'][-1]:,} steps, no weight decay",
            values={"large": _fall(normalised, LARGE), "shared": _fall(normalised, SHARED)},
            margin=1.5,
            show=number,
            pattern={"large": SUPPORTED, "shared": NOT_SEEN},
            sentences={
                "mixed": "As training goes on, growing weights lower the effective learning rate by a factor of "
                f"{{value_large}} at rate {number(LARGE, 1)}, but only of {{value_shared}} at rate {number(SHARED, 1)}."
            },
        ),
        Claim(
            id="removed_terms_matter",
            says="What Batch Norm removes from the gradient is a sizeable part of it",
            explanation=SMOOTHNESS,
            origin="after Santurkar et al. (2018), theorem 4.1",
            experiment="invariance",
            figure="the_bound",
            quantity="share of the squared gradient at a unit that lies along its mean and along the normalised values, "
            "mean over layers and units, before training (start) and after it (trained)",
            scope=f"reference network with Batch Norm, learning rate 0.05, steps {normalised['bound_at'][0]} and "
            f"{normalised['bound_at'][1]}, mini-batches of {int(normalised['batch'])}, double precision",
            values=dict(zip(MOMENTS, _removed(normalised), strict=True)),
            margin=4 / int(normalised["batch"]),  # twice the share of any two directions by chance
            show=percent,
            sentences={
                "not_seen_here": "The two parts that Batch Norm removes are small: together {value_start} of the squared "
                "gradient at the start and {value_trained} later in training."
            },
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    normalised = results["invariance"]["batch_norm"]
    fall = number(np.median(_fall(normalised, LARGE)))
    shares = [percent(value) for value in np.median(_removed(normalised), -1)]
    return {
        "scale_invariance": "Above, the weights of all hidden layers are multiplied by a factor. Without Batch Norm loss, "
        f"gradient and curvature soar; twice the weights give {fact['plain_loss_twice']} the loss. With it the loss is a "
        "level line, and gradient and curvature fall along straight lines. Below, the effective learning rate: with Batch "
        f"Norm, at rate {fact['large_rate']}, it falls by a factor of {fall}.",
        "the_bound": "What Batch Norm makes of the squared gradient of single units, by layer: at the start, more than "
        "it was in most of them. Each lies where the right side of the bound does. Below, the two parts that "
        f"Batch Norm removes, by layer: together they are {shares[0]} at the start and {shares[1]} after training.",
    }
