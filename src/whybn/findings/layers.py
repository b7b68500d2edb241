"""What happens inside the two networks at one place of the map, layer by layer."""

import numpy as np

from whybn.evidence.claims import Claim
from whybn.evidence.display import number

EXPERIMENTS = ("layers",)


def _fading(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Spread of what enters the first activation function over that of the last, before the first step, per seed."""
    return arm["spread"][0, 0] / arm["spread"][0, -1]


def facts(results: dict) -> dict[str, str]:
    """Display strings; medians over seeds."""
    arms = results["layers"]
    plain = arms["plain"]
    shown = {
        "seeds": str(plain["loss"].shape[1]),
        "steps": str(plain["moments"][-1]),
        "gain": number(float(plain["gain"])),
        "rate": number(float(plain["rate"]), 1),
        "plain_fading": number(np.median(_fading(plain))),
    }
    return shown | {f"{name}_loss": number(np.median(arm["loss"][-1])) for name, arm in arms.items()}


def claims(_results: dict) -> list[Claim]:
    """None: what is measured at one place of the map is quoted with its scope."""
    return []


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact, arms = facts(results), results["layers"]
    first = {name: number(np.median(arm["gradient"][0, 0])) for name, arm in arms.items()}
    return {
        "instrument": f"What enters the activation functions in each of {arms['plain']['spread'].shape[1]} layers, the "
        f"gradient in each layer, and the loss over {fact['steps']} steps, from initial weights {fact['gain']} times He’s. "
        f"Without Batch Norm the distributions shrink with each layer, by a factor of {fact['plain_fading']} in all; the "
        f"gradient in the first layer is {first['plain']} at the start, and the loss ends at {fact['plain_loss']}. With "
        f"Batch Norm all layers have the same spread; the gradient in the first layer is {first['batch_norm']}, and the "
        f"loss ends at {fact['batch_norm_loss']}."
    }
