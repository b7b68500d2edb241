"""What the move of one pre-activation does to the outputs of the rest of its mini-batch."""

import numpy as np

from whybn.evidence.claims import Claim
from whybn.evidence.display import number

EXPERIMENTS = ("one_example",)
DEVIATIONS = 5.0  # by which the second highest member is moved up, as in the figure


def _others_move(part: dict[str, np.ndarray]) -> np.ndarray:
    """Largest move of another member's output, before scale and shift: (seed, unit)."""
    before = np.sort(part["linear"].astype(float), axis=1)
    after = before.copy()
    after[:, -2] += DEVIATIONS * before.std(1)
    gap = np.abs(_normalised(after, part) - _normalised(before, part))
    return np.delete(gap, -2, axis=1).max(1)


def _normalised(values: np.ndarray, part: dict[str, np.ndarray]) -> np.ndarray:
    """What leaves Batch Norm, before scale and shift, for values (seed, example, unit)."""
    return (values - values.mean(1, keepdims=True)) / np.sqrt(values.var(1, keepdims=True) + part["epsilon"])


def facts(results: dict) -> dict[str, str]:
    """Display strings."""
    part = results["one_example"]["batch_norm"]
    return {
        "batch": str(part["linear"].shape[1]),
        "others": str(part["linear"].shape[1] - 1),
        "moved": f"{DEVIATIONS:g}",
        "others_move": number(np.median(_others_move(part))),
    }


def claims(_results: dict) -> list[Claim]:
    """None: what one layer does to one mini-batch is arithmetic."""
    return []


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "one_example": f"The pre-activations of one unit for {fact['batch']} examples, as they arrive and as they leave. "
        f"One of them is moved far up. Without Batch Norm the others leave as before. With it the outputs of the other "
        f"{fact['others']} move towards the low side and closer together.",
    }
