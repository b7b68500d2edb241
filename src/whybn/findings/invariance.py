"""What rescaled weights, the length of the weights and the bound on the gradient show."""

import numpy as np

from whybn.evidence.claims import NOT_SEEN, SCALE, SMOOTHNESS, SUPPORTED, Claim
from whybn.evidence.display import number, percent, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import nearest
from whybn.readings.invariance import (
    allowed,
    by_chance,
    effective_rate,
    passed_by_seed,
    removed_shares,
    rescaled,
)

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


def facts(results: dict) -> dict[str, Fact | str]:
    """Effective rates, and the bound: its gap, its shares, the factor of a typical unit."""
    plain, normalised = results["invariance"]["plain"], results["invariance"]["batch_norm"]
    right, batch = allowed(normalised), int(normalised["batch"])
    gap = np.abs(normalised["bound_after"] / right - 1)
    too_small = right - normalised["bound_factor"] * (batch**0.5 - 1) * normalised["bound_along"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["square"].shape[2]),
        "steps": f"{plain['step'][-1]:,}",
        "plain_loss_twice": Fact(rescaled(plain, "loss")[nearest(plain["factors"], 2)], times),
        "large_rate": number(LARGE, 1),
        "shared_rate": number(SHARED, 1),
        "plain_fall_shared": Fact(_fall(plain, SHARED)),
        "bound_gap": Fact(gap.max((0, 1, 3)), digits=1, summary=np.max),
        "bound_mistaken": Fact((too_small < normalised["bound_after"]).mean((0, 1, 3)), percent, summary=np.mean),
        "bound_by_chance": percent(2 / batch),
        "batch_norm_fall_large": Fact(_fall(normalised, LARGE)),
    }
    shares, chance, passed = removed_shares(normalised), by_chance(normalised).mean(1), passed_by_seed(normalised)
    for row, moment in enumerate(MOMENTS):
        found[f"bound_step_{moment}"] = str(normalised["bound_at"][row])
        found[f"bound_passed_{moment}"] = Fact(passed[row])
        found[f"weights_by_chance_{moment}"] = Fact(chance[row], percent)
        found[f"bound_factor_{moment}"] = Fact(np.median(normalised["bound_factor"][row], (0, 2)))
        for space, share in shares.items():
            found[f"{space}_removed_{moment}"] = Fact(share[row], percent)
    return found


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
            neutral=None,  # a bound: powers can lie no nearer than together
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
            neutral=1.0,
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
            quantity="share that two parts, along the mean and along the normalised values, hold of the squared gradient "
            "at a unit (units) and take of that for its weights (weights), mean over layers and units, before training "
            "(start) and after it (trained)",
            scope=f"reference network with Batch Norm, learning rate 0.05, steps {normalised['bound_at'][0]} and "
            f"{normalised['bound_at'][1]}, mini-batches of {int(normalised['batch'])}, double precision",
            values={
                f"{space}, {moment}": share
                for space, shares in removed_shares(normalised).items()
                for moment, share in zip(MOMENTS, shares, strict=True)
            },
            margin=4 / int(normalised["batch"]),  # twice the share of any two directions of a mini-batch by chance
            neutral=0.0,
            changed="The margin was a tenth; it is now twice the share that any two directions of a mini-batch hold by "
            "chance. The weights were added: of the units alone, the claim was not seen.",
            show=percent,
            pattern={f"units, {moment}": NOT_SEEN for moment in MOMENTS}
            | {f"weights, {moment}": SUPPORTED for moment in MOMENTS},
            sentences={
                "mixed": "Of the squared gradient at a unit, the two parts that Batch Norm removes hold {value_units, "
                "trained} late in training; for the weights in front of it, {value_weights, trained}."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "scale_invariance": "The weights of all hidden layers are multiplied by a factor. Without Batch Norm loss, gradient "
        f"and curvature soar; twice the weights give {fact['plain_loss_twice']} the loss. With it the loss stays the same, "
        "the gradient halves and the curvature falls to a quarter. Over a training, the effective learning rate with Batch "
        f"Norm, at rate {fact['large_rate']}, falls by a factor of {fact['batch_norm_fall_large']}.",
        "the_bound": "What Batch Norm makes of the squared gradient, as bars. At the units it removes "
        f"{fact['units_removed_start']} at the start and {fact['units_removed_trained']} after training. The rest is "
        f"multiplied: a typical unit passes on {fact['bound_passed_start']} and {fact['bound_passed_trained']} times what "
        f"it got. For the weights it removes {fact['weights_removed_start']} and {fact['weights_removed_trained']}; "
        f"chance takes {fact['weights_by_chance_start']} and {fact['weights_by_chance_trained']}.",
    }
