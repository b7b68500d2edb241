"""What happens inside the two networks at one place of the map, layer by layer."""

import numpy as np

from whybn.evidence.claims import Claim
from whybn.evidence.display import number
from whybn.evidence.facts import Fact

EXPERIMENTS = ("layers",)


def _fading(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Size of what enters the first activation function over that of the last, before the first step, per seed."""
    return arm["spread"][0, 0] / arm["spread"][0, -1]


def facts(results: dict) -> dict[str, Fact | str]:
    """Sizes, gradients and losses at the one place of the map."""
    arms = results["layers"]
    plain = arms["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["loss"].shape[1]),
        "layers": str(plain["spread"].shape[1]),
        "steps": str(plain["moments"][-1]),
        "gain": number(float(plain["gain"])),
        "rate": number(float(plain["rate"]), 1),
        "plain_fading": Fact(_fading(plain)),
    }
    for name, arm in arms.items():
        found[f"{name}_loss"] = Fact(arm["loss"][-1])
        found[f"{name}_gradient"] = Fact(arm["gradient"][0, 0])
    return found


def claims(_results: dict) -> list[Claim]:
    """None: what is measured at one place of the map is quoted with its scope."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "instrument": f"What enters the activation functions in each of {fact['layers']} layers, beside it a dot for its "
        f"size, the gradient in each layer, and the loss over {fact['steps']} steps, from initial weights {fact['gain']} "
        f"times He’s. Without Batch Norm the distributions shrink with each layer, by a factor of {fact['plain_fading']} in "
        f"all; the gradient in the first layer is {fact['plain_gradient']} at the start, and the loss ends at "
        f"{fact['plain_loss']}. With Batch Norm all layers have the same size; the gradient in the first layer is "
        f"{fact['batch_norm_gradient']}, and the loss ends at {fact['batch_norm_loss']}."
    }
