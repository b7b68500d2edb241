"""What one step along the first gradient does to the loss, and how unevenly that gradient is spread."""

import numpy as np

from whybn import marks, words
from whybn.palette import pen
from whybn.style import Layout, Panel

EXPERIMENTS = ("depth",)
LAYOUT = Layout(wide=(2, 2), narrow=(4, 1), row_height=150, share="y", left=44, between=44)
ARMS = ("plain", "batch_norm")
SCHEMES = {"he": "He", "glorot": "Glorot"}
FEWEST = 1e-4  # share of entries below which a tail is not drawn
SHORTEST = 1e-3  # step


def draw(results: dict, axes: list[Panel]) -> None:
    part = results["depth"]["tails"]
    for panel, arm in zip(axes, ARMS * 2, strict=True):
        if panel in axes[:2] or panel.narrow:
            words.title(panel, pen(arm).label)
    for panel, arm in zip(axes[:2], ARMS, strict=True):
        panel.name = f"{pen(arm).label}, loss"
        marks.rule(panel, 1, "no change" if arm == "plain" else "", at=0)
        seen = part["lengths"] >= SHORTEST
        for scheme in SCHEMES:
            _curve(panel, part["lengths"][seen], part[f"{arm}_{scheme}_loss"][seen], arm, scheme)
        words.y_label(panel, "loss after one step, over before")
        words.x_label(panel, "step length")
    for panel, arm in zip(axes[2:], ARMS, strict=True):
        panel.name = f"{pen(arm).label}, tail"
        for scheme in SCHEMES:
            _tail(panel, part["thresholds"], part[f"{arm}_{scheme}_tail"], arm, scheme)
        words.y_label(panel, "share of larger entries")
        words.x_label(panel, "entry, over the typical one")
    axes[0].axes.set_ylim(0.08, 3e4)
    axes[2].axes.set_ylim(FEWEST, 1)
    for panel in axes[2:]:
        panel.axes.set_xlim(0.1, 40)
    for panel in axes:
        words.decades(panel, "x")
        words.decades(panel, "y")
    _name_schemes(axes, part)


def _curve(panel: Panel, x: np.ndarray, values: np.ndarray, arm: str, scheme: str) -> None:
    """Draw `values` (point, seed): median over seeds, and the band from the second to the second to highest."""
    ordered = np.sort(np.nan_to_num(values, nan=1e9, posinf=1e9), axis=-1)
    marks.band(panel, x, ordered[:, min(1, values.shape[1] - 1)], ordered[:, -2], arm, SCHEMES[scheme])
    marks.line(panel, x, np.median(ordered, axis=-1), arm, SCHEMES[scheme])


def _tail(panel: Panel, thresholds: np.ndarray, shares: np.ndarray, arm: str, scheme: str) -> None:
    """Draw the shares beyond each threshold, as far as the median seed has any to speak of."""
    seen = np.median(shares, axis=-1) > FEWEST
    _curve(panel, thresholds[seen], np.maximum(shares[seen], FEWEST), arm, scheme)


def _name_schemes(axes: list[Panel], part: dict[str, np.ndarray]) -> None:
    """Write the initialisations beside the curves without Batch Norm, where they lie apart."""
    row = int(np.abs(part["lengths"] - 4).argmin())
    he = float(np.median(part["plain_he_loss"][row]))
    words.label(axes[0], part["lengths"][row], he, "He", "rust", ha="right", shift=(-30, 12))
    words.label(axes[0], part["lengths"][row], 1, "Glorot", "rust", ha="right", va="top", shift=(0, -6))
    for scheme, threshold, shift in (("he", 2, (8, 4)), ("glorot", 12, (8, 4))):
        row = int(np.abs(part["thresholds"] - threshold).argmin())
        height = max(float(np.median(part[f"plain_{scheme}_tail"][row])), FEWEST)
        words.label(axes[2], part["thresholds"][row], height, SCHEMES[scheme], "rust", va="bottom", shift=shift)
