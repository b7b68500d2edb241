"""How sharp the loss is along training, and what largest rate that would allow, with parts of Batch Norm."""

from collections.abc import Mapping

import numpy as np

from whybn.readings.definitions import GUESSING, at_loss
from whybn.readings.taken_apart import largest
from whybn.readings.travels import in_network

COMMON, OWN, LARGE = 0, 1, 2  # rates of a path: the common one, the arm's best one, one that is large
START, FEW, END = 0, 1, -1  # moments: before any step, after a few, after the last
HALF = GUESSING / 2  # the loss at which arms are compared on the way
NARROW, WIDE, SHALLOW = "relu 32", "relu 64", "5 layers"
SHAPES = {WIDE: (64, 10), SHALLOW: (32, 5)}  # width and depth of the networks beside the reference one
IN_OTHERS = {"sharpness": "other_sharpness", "top_share": "other_share"}

Part = Mapping[str, np.ndarray]
Results = Mapping[str, Mapping[str, Part]]


def at_start(part: Part, quantity: str, network: str = NARROW) -> np.ndarray:
    """Sharpness, or share of its eigenvector along the common directions, before the first step: (seed,)."""
    if network == NARROW:
        return part[quantity][COMMON, START]
    return part[IN_OTHERS[quantity]][_row(part, network)]


def sameness_at_end(part: Part, network: str = NARROW) -> np.ndarray:
    """Sameness of the last hidden layer's linear outputs before the first step: (seed,)."""
    if network == NARROW:
        return part["sameness"][COMMON, START, -1]
    return part["other_sameness"][_row(part, network)]


def _row(part: Part, network: str) -> int:
    return part["shapes"].tolist().index(list(SHAPES[network]))


def on_the_way(part: Part) -> np.ndarray:
    """Sharpness where the loss passes HALF, at the common rate: (seed,). Between moments its logarithm is interpolated."""
    wanted = np.full((1, part["path_loss"].shape[-1]), HALF)
    return np.exp(at_loss(np.log(part["sharpness"][COMMON]), part["path_loss"][COMMON], wanted)[0])


def largest_of(results: Results, name: str) -> np.ndarray:
    """Largest rate that trains an arm in the reference network, for the seeds of `mechanism`: (seed,)."""
    part = results["mechanism"][name]
    arm = part if "loss" in part else results["taken_apart"][name]
    return largest(arm)[: part["sharpness"].shape[-1]]


def beyond(results: Results, name: str, network: str = NARROW) -> np.ndarray:
    """Largest rate that trains, in units of two over the sharpness at the start: (seed,).

    Above one, the arm trains at rates at which a bowl so sharp would throw out gradient descent.
    """
    part = results["mechanism"][name]
    elsewhere = network != NARROW
    rates = largest(in_network(results["travels"][name], network)) if elsewhere else largest_of(results, name)
    return rates * at_start(part, "sharpness", network) / 2


def beyond_on_the_way(results: Results, name: str) -> np.ndarray:
    """The same in units of two over the sharpness on the way: (seed,)."""
    return largest_of(results, name) * on_the_way(results["mechanism"][name]) / 2
