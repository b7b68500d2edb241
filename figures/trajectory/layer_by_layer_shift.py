"""How far each layer's inputs move in a few steps, and what older upper layers make of newer lower ones."""

import itertools

import numpy as np

from whybn.drawing import marks, words
from whybn.drawing.palette import pen
from whybn.drawing.style import Layout, Panel

EXPERIMENTS = ("trajectory",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, right=54, between=64, columns_named=True)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    gap = int(results["trajectory"]["plain"]["gap"])
    _pair(axes[:2], results["trajectory"], "shift")
    _pair(axes[2:], results["trajectory"], "misfit")
    for panel in axes[:2]:
        words.decades(panel, "y")
        words.y_label(panel, f"shift of the inputs in {gap} steps, in deviations")
    axes[2].axes.set_ylim(None, 0.2)
    words.few_ticks(axes[2], "y")
    for panel in axes[2:]:
        marks.rule(panel, 0, "no change" if panel is axes[2] else "", at=0)
        words.y_label(panel, "change of loss, new layers under old ones")
    for panel, (name, arm) in zip(axes, itertools.product(("shift", "misfit"), ARMS), strict=True):
        _name_moments(panel, results["trajectory"][arm], arm, name)


def _pair(pair: list[Panel], arms: dict[str, dict[str, np.ndarray]], name: str) -> None:
    """Draw array `name` of both arms over the layers, with the words that both rows have."""
    for panel, arm in zip(pair, ARMS, strict=True):
        if name == "shift" or panel.narrow:
            words.title(panel, pen(arm).label)
        panel.name = f"{pen(arm).label}, {name}"
        _over_layers(panel, arms[arm], arm, name)


def _moments(part: dict[str, np.ndarray]) -> dict[str, int]:
    """Return early, middle and late among the moments measured: {name: index}."""
    count = len(part["shift_at"])
    return {f"step {part['shift_at'][index]}": index for index in (0, count // 2, max(count - 2, 2))}


def _over_layers(panel: Panel, part: dict[str, np.ndarray], arm: str, name: str) -> None:
    """Draw array `name` over the layers at three moments."""
    layers = np.arange(2, 2 + part[name].shape[1])
    for series, index in _moments(part).items():
        marks.seeds(panel, layers, part[name][index], arm, series)
    words.few_ticks(panel, "x", 6)
    words.x_label(panel, "layer")


def _name_moments(panel: Panel, part: dict[str, np.ndarray], arm: str, name: str) -> None:
    ends = {series: float(np.median(part[name][index, -1])) for series, index in _moments(part).items()}
    words.end_labels(panel, 1 + part[name].shape[1], ends, pen(arm).role)
