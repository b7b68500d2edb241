"""What the mean, and both ingredients, buy in other networks, and how alike these make the examples before training."""

from collections.abc import Mapping

import numpy as np

from whybn.readings.definitions import at_best, largest_rate
from whybn.readings.taken_apart import largest
from whybn.readings.travels import in_network, trained_in

Part = Mapping[str, np.ndarray]
Results = Mapping[str, Mapping[str, Part]]

PICTURES = "clothes"  # the network whose units see a place of a picture each
# The networks that were trained with nothing and with the mean subtracted, by what they are called.
TRAVELLED = {
    "ReLU": "relu 32",
    "64 wide": "relu 64",
    "tanh": "tanh 32",
    "tanh, 64 wide": "tanh 64",
    PICTURES: "clothes 8",
}
TRIED = {
    "shifted ReLU": "shifted_narrow",
    "shifted, 64 wide": "shifted_wide",
    "centred images": "centred_images",
    "5 layers": "shallow",
    "20 layers": "deep",
    "skips": "blocks",
    "skips, from zero": "skip_init",
    "skips, shrunk": "shrunk",
}


def _loss(part: Part, arm: str) -> np.ndarray:
    return part["loss"][part["arms"].tolist().index(arm)]


def largest_in(results: Results, part: str, arm: str) -> np.ndarray:
    """Largest learning rate that trains an arm in a part of `beyond`: (seed,)."""
    found = results["beyond"][part]
    return largest_rate(_loss(found, arm), found["rates"])


def lowest_in(results: Results, part: str, arm: str) -> np.ndarray:
    """Loss of an arm at its best rate in a part of `beyond`: (seed,)."""
    return at_best(_loss(results["beyond"][part], arm))


def mean_buys(results: Results, part: str) -> np.ndarray:
    """How much further rates reach with the mean subtracted in a part of `beyond`: (seed,)."""
    return largest_in(results, part, "mean_only") / largest_in(results, part, "plain")


def bought(results: Results, name: str) -> np.ndarray:
    """The same in one of `networks`: (seed,)."""
    if name in TRIED:
        return mean_buys(results, TRIED[name])
    network = TRAVELLED[name]
    alone, plain = (in_network(results["travels"][arm], network) for arm in ("mean_only", "plain"))
    return largest(alone, trained_in(network)) / largest(plain, trained_in(network))


def alike(results: Results, name: str, pooled: bool = False) -> np.ndarray:
    """Sameness at the start in one of `networks` without Batch Norm, the median of its hidden layers: (seed,).

    pooled: positions of a picture count as examples; else as units.
    """
    if name in TRIED:
        return results["beyond"][TRIED[name]]["sameness"]
    plain = results["travels"]["plain"]
    return plain["pooled_sameness" if pooled else "sameness"][plain["networks"].tolist().index(TRAVELLED[name])]


def networks(results: Results) -> list[str]:
    """The networks that were trained, of TRAVELLED and TRIED."""
    trained = results["travels"]["plain"]["networks"].tolist()
    return [*(name for name, network in TRAVELLED.items() if network in trained), *TRIED]


def agreement(results: Results, pooled: bool = False) -> np.ndarray:
    """Rank correlation over networks between `alike` and `bought`: (seed,). Spearman's, equal values share their ranks.

    For the seeds that all have; 0 for one whose networks all give the same. pooled: as in `alike`.
    """
    names = networks(results)
    found = [alike(results, name, pooled) for name in names], [bought(results, name) for name in names]
    seeds = min(len(values) for values in found[1])  # some networks have more
    one, other = (_ranks(np.stack([values[:seeds] for values in each], 1)) for each in found)
    one, other = (ranks - ranks.mean(1, keepdims=True) for ranks in (one, other))
    sizes = np.sqrt((one**2).sum(1) * (other**2).sum(1))
    return (one * other).sum(1) / np.where(sizes > 0, sizes, 1)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks of values (seed, network) within each seed, from 1; equal values share the mean of theirs."""
    one, other = values[:, :, None], values[:, None]
    return (one > other).sum(2) + ((one == other).sum(2) + 1) / 2
