"""What the map of trainability shows."""

from whybn.evidence.claims import Claim, per_seed
from whybn.evidence.display import decades, number, percent
from whybn.readings import atlas as readings
from whybn.readings.definitions import GUESSING, LEVEL, TRAINED, spacing

EXPERIMENTS = ("atlas",)


def facts(results: dict) -> dict[str, str]:
    """Settings, and cells of this very map whose median network trains."""
    arms = results["atlas"]
    plain = arms["plain"]
    found = {
        "seeds": str(plain["loss"].shape[1]),
        "steps_long": str(plain["budgets"][-1]),
        "trained": number(TRAINED, 1),
        "level": percent(LEVEL),
        "guessing": number(GUESSING),
        "cells": str(len(plain["rates"]) * len(plain["gains"])),
    }
    for name, arm in arms.items():
        found[f"{name}_cells_long"] = str(readings.cells(arm))
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about what Batch Norm buys."""
    plain, normalised = results["atlas"]["plain"], results["atlas"]["batch_norm"]
    fact = facts(results)
    common = {
        "experiment": "atlas",
        "figure": "trainability_map",
        "scope": f"reference network on the digits, plain gradient descent on mini-batches of 32, {fact['steps_long']} "
        f"steps; trained means a loss below {fact['trained']} on the whole training set",
    }
    return [
        Claim(
            id="wider_gains",
            says="Batch Norm widens the range of initial gains that train",
            origin="Ioffe and Szegedy (2015)",
            quantity="decades of gain that train at the best learning rate for it, with minus without",
            values=per_seed(readings.gain_decades(normalised) - readings.gain_decades(plain)),
            margin=spacing(plain["gains"]) * 1.01,  # more than one step of the grid
            neutral=0.0,
            show=decades,
            sentences={
                "supported": "With Batch Norm, the range of initial gains from which the network trains is {value} wider."
            },
            **common,
        ),
        Claim(
            id="wider_rates",
            says="Batch Norm widens the range of learning rates that train, even from He initialisation",
            origin="Ioffe and Szegedy (2015); Bjorck et al. (2018)",
            quantity="decades of learning rate that train from He initialisation, with minus without",
            values=per_seed(readings.rate_decades(normalised) - readings.rate_decades(plain)),
            margin=spacing(plain["rates"]) * 1.01,
            neutral=0.0,
            show=decades,
            sentences={"supported": "From He initialisation, the range of learning rates that train is {value} wider."},
            **common,
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "trainability_map": "Maps of the final loss over initial gain and learning rate. Without Batch Norm only a few "
        f"cells around He initialisation train, {fact['plain_cells_long']} of {fact['cells']}, median of "
        f"{fact['seeds']} seeds. With Batch Norm {fact['batch_norm_cells_long']} cells train."
    }
