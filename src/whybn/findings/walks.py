"""What is met along single gradients of a training, in words; the claims about it are those of `smoothness`."""

import numpy as np

from whybn.evidence.claims import Claim
from whybn.evidence.display import degrees, number

EXPERIMENTS = ("walks",)
MOMENTS = ("early", "middle", "late")


def _typical(values: np.ndarray) -> np.ndarray:
    """Median over mini-batches, then over seeds, which are the last two axes."""
    return np.median(np.median(values, -1), -1)


def _loss_range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range of the loss between half a step and four steps of the training: (moment, seed), median over mini-batches."""
    return np.median(np.ptp(arm["loss"][:, arm["lengths"] >= 0.49 * arm["rate"]], axis=1), -1)


def _turn(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Degrees by which the gradient has turned one training step away: (moment,)."""
    step = np.abs(arm["lengths"] - arm["rate"]).argmin()
    return _typical(np.degrees(np.arccos(arm["cosine"][:, step].clip(-1, 1))))


def facts(results: dict) -> dict[str, str]:
    """Display strings; wider_MOMENT counts the seeds in which the loss varies more without Batch Norm.

    NAME_end_MOMENT is the loss at the end of the walk over the one at its start.
    """
    arms = results["walks"]
    plain, normalised = arms["plain"], arms["batch_norm"]
    shown = {"seeds": str(plain["loss"].shape[-2]), "rate": number(float(plain["rate"]), 1)}
    for name, arm in arms.items():
        shown[f"{name}_loss"] = number(_typical(arm["loss"][:, -1])[-1])
        shown[f"{name}_growth"] = number(_typical(arm["ratio"][:, -1])[-1])
        ends = _typical(arm["loss"][:, -1] / arm["start_loss"])
        for moment, spread, turn, end in zip(MOMENTS, _loss_range(arm), _turn(arm), ends, strict=True):
            shown[f"{name}_loss_range_{moment}"] = number(np.median(spread))
            shown[f"{name}_turn_{moment}"] = degrees(turn)
            shown[f"{name}_end_{moment}"] = number(end)
    wider = _loss_range(plain) > _loss_range(normalised)
    for moment, step, count in zip(MOMENTS, plain["walk_at"], wider.sum(-1), strict=True):
        shown[f"step_{moment}"] = str(step)
        shown[f"wider_{moment}"] = str(count)
    return shown


def claims(_results: dict) -> list[Claim]:
    """None of its own."""
    return []


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "one_gradient_many_steps": "Loss and gradient along one gradient, early, in the middle and late in training. Late, "
        f"after a walk of four training steps, the loss is {fact['plain_loss']} without Batch Norm and "
        f"{fact['batch_norm_loss']} with it, and the gradient {fact['plain_growth']} and {fact['batch_norm_growth']} times "
        f"as long as at the start; one step away it has turned by {fact['plain_turn_late']} against "
        f"{fact['batch_norm_turn_late']}.",
    }
