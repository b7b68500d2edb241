"""What the units of a sigmoid network show: how their pre-activations move during training."""

import numpy as np

from whybn.evidence.claims import SHIFT, Claim
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact

EXPERIMENTS = ("sigmoid_units",)
RATES = ("low", "high")


def _shift(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Shift between neighbouring snapshots, mean over layers and times: (rate, seed)."""
    return arm["shift"].mean((0, 1)).T


def _late(arm: dict[str, np.ndarray]) -> np.ndarray:
    """The same over the second half of the training: (rate, seed)."""
    return arm["shift"][len(arm["shift"]) // 2 :].mean((0, 1)).T


def facts(results: dict) -> dict[str, Fact | str]:
    """Shifts at the lower learning rate."""
    arms = results["sigmoid_units"]
    plain = arms["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["loss"].shape[0]),
        "snapshot_every": str(plain["snapshot_at"][1]),
    }
    for name, arm in arms.items():
        found[f"{name}_first"] = Fact(arm["shift"][0].mean(0)[:, 0])
        found[f"{name}_late"] = Fact(_late(arm)[0])
    return found


def claims(results: dict) -> list[Claim]:
    """The claim of the first paper's figure, for all units."""
    plain, normalised = results["sigmoid_units"]["plain"], results["sigmoid_units"]["batch_norm"]
    rates = ", ".join(number(rate, 1) for rate in plain["rates"])
    return [
        Claim(
            id="sigmoid_units_steadier",
            says="In a sigmoid network, Batch Norm keeps the pre-activations of the units steadier",
            explanation=SHIFT,
            origin="Ioffe and Szegedy (2015)",
            experiment="sigmoid_units",
            figure="shift_during_training",
            quantity=f"Wasserstein distance between a unit's pre-activations now and {plain['snapshot_at'][1]} steps later, "
            "in standard deviations, mean over all units, layers and times; without over with Batch Norm",
            scope="three hidden layers of 100 sigmoid units, Glorot initialisation, digits, mini-batches of 60, "
            f"{plain['snapshot_at'][-1]} steps; low and high are learning rates {rates}, the same in both arms; "
            "with Batch Norm measured after scale and shift",
            values=dict(zip(RATES, _shift(plain) / _shift(normalised), strict=True)),
            margin=2.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": "Over the whole training and all units, the pre-activations shift {value_low} as far without "
                "Batch Norm at the lower learning rate, and {value_high} as far at the higher."
            },
        )
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "shift_during_training": "Median pre-activations of ten sigmoid units over the training, and the shift of all. "
        f"Without Batch Norm they drift at the beginning, by {fact['plain_first']} deviations within the first "
        f"{fact['snapshot_every']} steps; with Batch Norm by {fact['batch_norm_first']}. Later both calm down.",
    }
