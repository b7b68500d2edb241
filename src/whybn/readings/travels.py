"""Batch Norm taken apart in one of the other networks, laid out as `whybn.readings.taken_apart` reads it."""

import numpy as np

from whybn.readings.definitions import GUESSING, TRAINED

HARD = {"clothes 8": GUESSING / 2}  # loss below which a network counts as trained, where it is not TRAINED


def in_network(arm: dict[str, np.ndarray], network: str) -> dict[str, np.ndarray]:
    """Rates (rate,), loss (budget, seed, rate) and, where it was trained from bad gains, gain_loss (gain, seed, rate)."""
    found = {"rates": arm["rates"], "loss": arm["loss"][arm["networks"].tolist().index(network)]}
    with_gains = arm["gain_networks"].tolist() if "gain_networks" in arm else []
    if network in with_gains:
        found["gain_loss"] = arm["gain_loss"][with_gains.index(network)]
    return found


def trained_in(network: str) -> float:
    """Loss below which a network counts as trained."""
    return HARD.get(network, TRAINED)
