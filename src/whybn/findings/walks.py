"""What walks with many steps show, in words; their claims are those of `trajectory`."""

import numpy as np

from whybn.evidence import Claim, degrees, number

EXPERIMENTS = ("walks",)
LATE = -1  # moment


def _turn(arm: dict[str, np.ndarray]) -> float:
    """Degrees by which the gradient has turned one training step away, late in training: median."""
    step = np.abs(arm["lengths"] - arm["rate"]).argmin()
    return float(np.median(np.median(np.degrees(np.arccos(arm["cosine"][LATE, step].clip(-1, 1))), -1)))


def _end(arm: dict[str, np.ndarray], name: str) -> float:
    """Loss, or length of the gradient, at the end of the walk, late in training: median."""
    return float(np.median(np.median(arm[name][LATE, -1], -1)))


def facts(results: dict) -> dict[str, str]:
    """Display strings, late in training."""
    shown = {}
    for name, arm in results["walks"].items():
        shown[f"{name}_turn"] = degrees(_turn(arm))
        shown[f"{name}_loss"] = number(_end(arm, "loss"))
        shown[f"{name}_growth"] = number(_end(arm, "ratio"))
    return shown


def claims(_results: dict) -> list[Claim]:
    """None of its own: the same walks are claimed about in `trajectory`."""
    return []


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "one_gradient_many_steps": "Loss and gradient along one gradient, early, in the middle and late in training. Late, "
        f"after a walk of four training steps, the loss is {fact['plain_loss']} without Batch Norm and "
        f"{fact['batch_norm_loss']} with it, and the gradient {fact['plain_growth']} and {fact['batch_norm_growth']} times "
        f"as long as at the start; one step away it has turned by {fact['plain_turn']} against {fact['batch_norm_turn']}.",
    }
