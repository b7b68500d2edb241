"""Loss against learning rate: a valley, narrow or wide, that ends where networks diverge."""

from collections.abc import Mapping

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Panel
from whybn.readings.definitions import GUESSING, at_best, best_rate, middle

TOP = 6.0  # of the loss axis; what diverged lies above
ARMS = {"plain": "without", "batch_norm": "with Batch Norm"}


def prepare(panel: Panel, rates: np.ndarray, lowest: float, name_rule: bool) -> None:
    """Set both axes and draw the line of guessing; `lowest` is the lowest loss to be drawn in the row."""
    panel.axes.set(xlim=(rates[0] / 1.2, rates[-1] * 1.2), ylim=(lowest / 2, TOP))
    marks.rule(panel, GUESSING, "guessing" if name_rule else "")
    words.decades(panel, "y")
    words.decades(panel, "x")
    words.x_label(panel, "learning rate")


def valley(panel: Panel, rates: np.ndarray, loss: np.ndarray, pen_name: str, name: str = "", series: str = "") -> None:
    """Draw median and band over seeds of `loss` (seed, rate), NaN where diverged, and a dot at the best rate.

    `name` is that of the fact that says how high the dot is; without a name there is no dot, nor where no rate does better
    than guessing.
    """
    marks.seeds(panel, rates, loss.T, pen_name, series, top=TOP)
    lowest = np.median(at_best(loss))
    if name and lowest < 0.95 * GUESSING:
        marks.quoted(panel, name, rates[best_rate(loss)], lowest, pen_name, f"{series or pen(pen_name).label}, best")


def compare(panels: list[Panel], arms: Mapping[str, Mapping[str, np.ndarray]], recipes: Mapping[str, str]) -> None:
    """Draw the valleys of both arms for each of `recipes`, {key in the results: title}, on a common loss axis."""
    lowest = min(np.nanmin(arm[f"{recipe}_loss"]) for arm in arms.values() for recipe in recipes)
    for panel, (recipe, text) in zip(panels, recipes.items(), strict=True):
        words.title(panel, text)
        rates = arms["plain"][f"{recipe}_rates"]
        prepare(panel, rates, lowest, name_rule=panel is panels[0])
        for arm in ARMS:
            valley(panel, rates, arms[arm][f"{recipe}_loss"], arm, f"recipes.{arm}_best_{recipe}")
        words.y_label(panel, "loss after training")
    first = next(iter(recipes))
    name_arms(panels[0], arms["plain"][f"{first}_rates"], {arm: arms[arm][f"{first}_loss"] for arm in ARMS})


def name_arms(panel: Panel, rates: np.ndarray, losses: dict[str, np.ndarray]) -> None:
    """Write the names of the arms, without where its valley ends, with below its best; `losses` are (seed, rate)."""
    typical = {arm: middle(loss) for arm, loss in losses.items()}
    end = int(np.flatnonzero(typical["plain"] < 0.6 * GUESSING)[-1:].sum())
    words.label(panel, rates[end], typical["plain"][end], ARMS["plain"], "rust", shift=(8, -2))
    best = int(best_rate(losses["batch_norm"]))
    lowest = typical["batch_norm"][best]
    aligned = "right" if best > 0.8 * (len(rates) - 1) else "center"  # at the right edge there is no room beyond it
    words.label(panel, rates[best], lowest, ARMS["batch_norm"], "blue", ha=aligned, va="top", shift=(0, -8))
