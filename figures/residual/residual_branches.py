"""What grows from block to block in residual networks at the start, and which learning rates train them."""

import numpy as np

from whybn.drawing import marks, valleys, words
from whybn.drawing.palette import pen
from whybn.drawing.quotes import quoting
from whybn.drawing.style import Layout, Panel
from whybn.readings.definitions import best_rate, middle

EXPERIMENTS = ("residual",)
LAYOUT = Layout(share="", left=44, right=12)
KINDS = {"plain": ("plain", "without"), "batch_norm": ("batch_norm", "with Batch Norm"), "skip_init": ("ink", "SkipInit")}

BEST = {kind: f"residual.{kind}_best" for kind in ("batch_norm", "skip_init")}  # without either no rate is good


def draw(results: dict, axes: list[Panel]) -> None:
    kinds = results["residual"]
    size, loss = axes
    words.title(size, "signal at the start")
    words.title(loss, f"after {kinds['plain']['steps']} steps")
    _sizes(size, kinds)
    _losses(loss, kinds)


def _sizes(panel: Panel, kinds: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw how the mean square of the signal grows from block to block."""
    blocks = np.arange(len(kinds["plain"]["size"]))
    for kind, (pen_name, text) in KINDS.items():
        marks.seeds(panel, blocks, kinds[kind]["size"], pen_name, text)
    words.decades(panel, "y", every=2)
    words.few_ticks(panel, "x", 6)
    words.y_label(panel, "mean square, over that of the first block’s input")
    words.x_label(panel, "block")
    for kind, (pen_name, text) in KINDS.items():
        at = len(blocks) // 2 if kind == "plain" else len(blocks) - 1
        height = float(np.median(kinds[kind]["size"][at]))
        shift = (-24, 16) if kind == "plain" else (0, 5)
        words.label(panel, at, height, text, pen(pen_name).role, ha="right", va="bottom", shift=shift)


def _losses(panel: Panel, kinds: dict[str, dict[str, np.ndarray]]) -> None:
    """Draw the valleys of those kinds of network that train at some rate, and name the others."""
    rates = kinds["plain"]["rates"]
    lowest = min(np.nanmin(part["loss"]) for part in kinds.values() if np.isfinite(part["loss"]).any())
    valleys.prepare(panel, rates, lowest, name_rule=True)
    words.y_label(panel, "loss after training")
    for kind, (pen_name, text) in KINDS.items():
        loss, role = kinds[kind]["loss"], pen(pen_name).role
        median = middle(loss)
        if np.isfinite(median).any():
            valleys.valley(panel, rates, loss, pen_name, BEST.get(kind, ""), text)
            at = max(int(best_rate(loss)) - 1, 0)
            above = kind == "skip_init"
            place = (
                {"ha": "left", "va": "bottom", "shift": (4, 8)} if above else {"ha": "right", "va": "top", "shift": (-6, -4)}
            )
            words.label(panel, rates[at], median[at], text.split()[0], role, **place)
        else:
            counts = {f"residual.{kind}_diverged": int(np.isnan(loss).sum()), "residual.runs": loss.size}
            diverged = quoting(panel, "{} of {} runs diverge", counts)
            words.label(panel, rates[0], valleys.TOP, f"{text}: {diverged}", role, va="top", shift=(6, -4))
