"""Change of the gradient per distance walked: over training, and against the distance itself."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("smoothness",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=(130, 160), share="y", head=52, left=40)
ARMS = ("plain", "batch_norm")


def draw(results: dict, axes: list[Panel]) -> None:
    parts = results["smoothness"]
    for panel, arm in zip(axes, ARMS, strict=False):
        _over_training(panel, parts[arm], arm)
    _by_distance(axes[2], parts, "at the first step", slice(0, 1))
    _by_distance(axes[3], parts, "at later steps", slice(1, None))
    axes[0].axes.set_ylim(10, 100)
    axes[2].axes.set_ylim(1, 1000)
    axes[3].axes.set_ylim(1, 1000)
    for panel in axes:
        words.decades(panel, "y")


def _rate(part: dict[str, np.ndarray]) -> int:
    return int(np.abs(part["rates"] - part["equal_rate"]).argmin())


def _over_training(panel: Panel, part: dict[str, np.ndarray], arm: str) -> None:
    """Draw the largest change per distance along half to four steps, at equal rate: median, second to second highest."""
    steps = part["multiples"][:, None] * part["equal_rate"]
    rough = (part["change"][..., _rate(part)] / (steps * part["norm"][:, None, :, _rate(part)])).max(1)
    values = np.sort(rough, axis=-1)
    words.title(panel, pen(arm).label)
    panel.name = f"{pen(arm).label}, over half to four steps"
    marks.band(panel, part["probe_at"], values[:, 1], values[:, -2], arm)
    marks.line(panel, part["probe_at"], np.median(values, -1), arm)
    words.y_label(panel, "change per distance, half to four steps")
    words.few_ticks(panel, "x")
    words.x_label(panel, "step")


def _by_distance(panel: Panel, parts: dict, title: str, times: slice) -> None:
    """Draw both networks' change per distance against the distance: median over times, then the seeds' as above."""
    words.title(panel, title)
    panel.name = f"by distance, {title}"
    for arm in ARMS:
        part = parts[arm]
        change = np.median(part["far_change"][times, ..., _rate(part)], 0) / part["distances"][:, None]
        values = np.sort(change, axis=-1)
        marks.band(panel, part["distances"], values[:, 1], values[:, -2], arm)
        marks.line(panel, part["distances"], np.median(values, -1), arm)
    words.decades(panel, "x")
    words.y_label(panel, "change per distance, by distance")
    words.x_label(panel, "distance walked")
    _name(panel, parts, times)


def _name(panel: Panel, parts: dict, times: slice) -> None:
    """Name both curves at their right ends, the upper one above it and the lower one below."""
    longest = {arm: np.median(parts[arm]["far_change"][times, -1, :, _rate(parts[arm])], 0) for arm in ARMS}
    ends = {arm: np.median(values) for arm, values in longest.items()}
    upper = max(ends, key=ends.get)
    for arm, height in ends.items():
        above = arm == upper
        place = {"ha": "right", "va": "bottom" if above else "top", "shift": (-4, 42 if above else -10)}
        words.label(panel, parts[arm]["distances"][-1], height, pen(arm).label, pen(arm).role, **place)
