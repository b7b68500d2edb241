"""Loss against learning rate: a valley, narrow or wide, that ends where networks diverge."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Panel

GUESSING = np.log(10)  # loss of a network that guesses among ten digits
TOP = 8.0  # of the loss axis; what diverged lies above
ARMS = {"plain": "without", "batch_norm": "with"}


def prepare(panel: Panel, rates: np.ndarray, lowest: float, name_rule: bool) -> None:
    """Set both axes and draw the line of guessing; `lowest` is the lowest loss to be drawn in the row."""
    panel.axes.set(xlim=(rates[0] / 1.2, rates[-1] * 1.2), ylim=(lowest / 1.5, TOP))
    marks.rule(panel, GUESSING, "guessing" if name_rule else "")
    words.decades(panel, "y")
    words.decades(panel, "x")
    words.x_label(panel, "learning rate")


def valley(panel: Panel, rates: np.ndarray, loss: np.ndarray, arm: str) -> None:
    """Draw median and band over seeds of `loss` (seed, rate), NaN where diverged, and a dot at the lowest median.

    The line ends where the median network diverges; the band runs from the second to the second to highest seed.
    """
    ordered = np.sort(np.where(np.isnan(loss), np.inf, loss), axis=0)
    middle = np.median(ordered, axis=0)
    trained = np.isfinite(middle)
    low, high = ordered[min(1, len(ordered) - 1)], np.minimum(ordered[-2], TOP)
    marks.band(panel, rates[trained], low[trained], high[trained], arm)
    marks.line(panel, rates[trained], middle[trained], arm)
    best = middle.argmin()
    marks.points(panel, rates[[best]], middle[[best]], arm, f"{pen(arm).label}, best", size=7)


def name_arms(panel: Panel, rates: np.ndarray, losses: dict[str, np.ndarray]) -> None:
    """Write the names of the arms, without where its valley ends, with below its best; `losses` are (seed, rate)."""
    middle = {arm: np.median(np.nan_to_num(loss, nan=np.inf), axis=0) for arm, loss in losses.items()}
    end = int(np.flatnonzero(middle["plain"] < 0.6 * GUESSING)[-1:].sum())
    words.label(panel, rates[end], middle["plain"][end], ARMS["plain"], "rust", shift=(8, -2))
    best = int(middle["batch_norm"].argmin())
    lowest = middle["batch_norm"][best]
    words.label(panel, rates[best], lowest, ARMS["batch_norm"], "blue", ha="center", va="top", shift=(0, -8))
