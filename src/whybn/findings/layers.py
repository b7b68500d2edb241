"""What happens inside the two networks at one place of the map, layer by layer."""

import numpy as np

from whybn.evidence import Claim, number

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
        "layers": str(plain["spread"].shape[1]),
        "batch": str(plain["batch"]),
        "gain": number(float(plain["gain"])),
        "rate": number(float(plain["rate"]), 1),
    }
    for name, arm in arms.items():
        shown[f"{name}_loss"] = number(np.median(arm["loss"][-1]))
        shown[f"{name}_fading"] = number(np.median(_fading(arm)))
        shown[f"{name}_first_gradient"] = number(np.median(arm["gradient"][0, 0]))
    return shown


def claims(_results: dict) -> list[Claim]:
    """None: what is measured at one place of the map is quoted with its scope."""
    return []


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "instrument": f"What enters the activation function in each of {fact['layers']} layers, the gradient in each layer, "
        f"and the loss over {fact['steps']} steps, from initial weights {fact['gain']} times He's. Without Batch Norm the "
        f"distributions shrink with each layer, by a factor of {fact['plain_fading']} in all, and the loss ends at "
        f"{fact['plain_loss']}. With Batch Norm all layers have the same spread, the gradient in the first layer is larger, "
        f"and the loss ends at {fact['batch_norm_loss']}."
    }
