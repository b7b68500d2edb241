"""The loss against the learning rate without Batch Norm, and with it before and after the activation."""

import numpy as np

from whybn.drawing import valleys, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import middle

EXPERIMENTS = ("recipes",)
LAYOUT = Layout(wide=(1, 1), narrow=(1, 1), row_height=240, left=30, right=14)
# By pen: the arm and the recipe in the results, and the name in the picture.
KINDS = {
    "plain": ("plain", "he", "without"),
    "batch_norm": ("batch_norm", "he", "before the activation"),
    "batch_norm_after": ("batch_norm", "after", "after the activation"),
}


def draw(results: dict, axes: list[Panel]) -> None:
    (panel,) = axes
    panel.name = "loss by learning rate"
    parts = {name: results["recipes"][arm] for name, (arm, _, _) in KINDS.items()}
    losses = {name: parts[name][f"{recipe}_loss"] for name, (_, recipe, _) in KINDS.items()}
    valleys.prepare(panel, parts["plain"]["he_rates"], min(map(np.nanmin, losses.values())), name_rule=True)
    for name, (arm, recipe, text) in KINDS.items():
        rates = parts[name][f"{recipe}_rates"]
        valleys.valley(panel, rates, losses[name], name, f"recipes.{arm}_best_{recipe}", text)
    words.y_label(panel, "loss after training")
    _name(panel, parts["plain"]["he_rates"], losses)


def _name(panel: Panel, rates: np.ndarray, losses: dict[str, np.ndarray]) -> None:
    """Name the curve without Batch Norm at its end, the others at the smallest rate, where they lie farthest apart."""
    plain = middle(losses["plain"])
    end = int(np.flatnonzero(np.isfinite(plain))[-1])
    words.label(panel, rates[end], plain[end], KINDS["plain"][-1], "rust", shift=(7, -6))
    start = {name: float(np.median(losses[name][:, 0])) for name in ("batch_norm", "batch_norm_after")}
    upper = max(start, key=start.get)
    for name, height in start.items():
        place = {"va": "bottom", "shift": (14, 6)} if name == upper else {"va": "top", "shift": (0, -82)}
        words.label(panel, rates[0], height, KINDS[name][-1], pen(name).role, **place)
