"""What the words of the article mean in numbers: each general quantity once, for sentences and pictures alike.

Arrays of losses end with the axes (seed, rate). A network that has diverged has the loss NaN, and counts as worse than
any that has not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

TRAINED = 0.5  # loss on the whole training set below which a network on the digits counts as trained
GUESSING = float(np.log(10))  # loss of a network that gives each of ten kinds the same probability
GUESSING_ACCURACY = 0.1  # share of right answers of such a network
GUESSING_ERROR = 1 - GUESSING_ACCURACY
LEVEL = 0.92  # the least probability with which an interval over seeds covers the median


@dataclass(frozen=True)
class Interval:
    """Median of some values, and the order statistics between which the median of their distribution lies."""

    median: float
    low: float
    high: float


def interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Median and interval of values (seed,): from the k-th lowest to the k-th highest, k as `rank` says.

    Of eight values it runs from the second to the seventh, of sixteen from the fifth to the twelfth.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    k = rank(len(ordered))
    return Interval(float(np.median(ordered)), float(ordered[k - 1]), float(ordered[-k]))


def rank(count: int) -> int:
    """The largest k for which the k-th lowest to the k-th highest of `count` values cover the median with LEVEL.

    With few values no k does; then it is 1, their whole range.
    """
    return max((k for k in range(1, (count + 1) // 2 + 1) if _covered(count, k) >= LEVEL), default=1)


def coverage(count: int) -> float:
    """Probability that `interval` of `count` independent values encloses the median of their distribution."""
    return _covered(count, rank(count))


def _covered(count: int, k: int) -> float:
    """Probability that the k-th lowest to the k-th highest of `count` values enclose the median."""
    return 1 - 2 * sum(comb(count, below) for below in range(k)) / 2**count


def diverged_last(loss: np.ndarray) -> np.ndarray:
    """The same losses, infinite where the network has diverged."""
    return np.where(np.isnan(loss), np.inf, loss)


def middle(loss: np.ndarray) -> np.ndarray:
    """Median over seeds of losses (..., seed, rate): (..., rate). A diverged network ranks highest."""
    return np.median(diverged_last(loss), axis=-2)


def best_rate(loss: np.ndarray) -> np.ndarray:
    """Index of the best learning rate: that with the lowest median loss over seeds, as one who tunes would choose it.

    loss (..., seed, rate), or a score such as the error on images set aside; the result is (...). Of rates with equal
    medians the smallest is taken; so is the smallest of all where the median network diverges at every rate.
    """
    return middle(loss).argmin(-1)


def at_rate(values: np.ndarray, rate: np.ndarray | int) -> np.ndarray:
    """Values (..., seed, rate) at the rate of index `rate`, one or one for each leading axis: (..., seed)."""
    index = np.asarray(rate)[..., None, None]
    return np.take_along_axis(values, np.broadcast_to(index, (*values.shape[:-1], 1)), -1)[..., 0]


def at_best(loss: np.ndarray) -> np.ndarray:
    """Each seed's loss at the best rate of all seeds: (..., seed); infinite for a seed that diverged there."""
    return diverged_last(at_rate(loss, best_rate(loss)))


def trains(loss: np.ndarray, threshold: float = TRAINED) -> np.ndarray:
    """Whether networks count as trained, from their losses: below `threshold`. A diverged one never does."""
    return loss < threshold  # NaN compares as False


def largest_rate(loss: np.ndarray, rates: np.ndarray, threshold: float = TRAINED) -> np.ndarray:
    """Largest of `rates` (rate,) at which a network trains, from losses (..., rate): (...).

    Where none does, one step below the grid: a floor that keeps ratios finite.
    """
    return np.where(trains(loss, threshold), rates, rates[0] ** 2 / rates[1]).max(-1)


def spacing(axis: np.ndarray) -> float:
    """Decades from one value of a logarithmic grid to the next."""
    return float(np.diff(np.log10(axis)).mean())


def nearest(axis: np.ndarray, value: float) -> int:
    """Index of the grid value nearest to `value`, by ratio; of two equally near, the first."""
    return int(np.abs(np.log(axis / value)).argmin())


def typical_seed(values: np.ndarray) -> int:
    """The seed, by its index, whose value is nearest to the median of `values` (seed,): what a figure of one shows."""
    return int(np.abs(values - np.median(values)).argmin())


def steps_to(loss: np.ndarray, steps: np.ndarray, target: float = TRAINED) -> np.ndarray:
    """Steps until a loss first falls below `target`: of losses (..., check, seed, rate) at `steps` (check,).

    The result is (..., seed, rate). Between two checks the logarithms of loss and steps are joined by a straight line;
    infinite where the loss never falls so far.
    """
    below = trains(loss, target)
    first = below.argmax(-3)
    before = np.maximum(first - 1, 0)

    def at(check: np.ndarray) -> np.ndarray:
        return np.log(np.take_along_axis(loss, check[..., None, :, :], -3)[..., 0, :, :])

    fall = np.where(first > before, at(before) - at(first), 1)
    share = np.where(first > before, (at(before) - np.log(target)) / fall, 1)
    logs = np.log(steps)
    found = logs[before] + share * (logs[first] - logs[before])
    return np.exp(np.where(below.any(-3), found, np.inf))


def at_loss(values: np.ndarray, loss: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """What `values` (time, seed) were where each seed's `loss` (time, seed) was `wanted` (loss, seed): (loss, seed).

    Between two times it is interpolated; beyond the losses that were met, it stays at the last value.
    """
    columns = []
    for seed in range(loss.shape[1]):
        order = loss[:, seed].argsort()
        columns.append(np.interp(wanted[:, seed], loss[order, seed], values[order, seed]))
    return np.stack(columns, 1)
