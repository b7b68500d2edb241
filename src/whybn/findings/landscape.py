"""What the planes through trained networks show."""

import numpy as np

from whybn.evidence.claims import SMOOTHNESS, Claim, per_seed
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import GUESSING

EXPERIMENTS = ("landscape",)


def _highest(loss: np.ndarray) -> np.ndarray:
    """Highest loss of each seed, geometric mean over its planes."""
    return np.exp(np.log(loss.max((2, 3))).mean(1))


def _reach(arm: dict[str, np.ndarray]) -> np.ndarray:
    """How far one can walk and still beat a guess: radius of the disc with the area of the part below guessing."""
    side = np.ptp(arm["offsets"])
    share = (arm["loss"] < GUESSING).mean((1, 2, 3))
    return np.sqrt(share * side**2 / np.pi)


def facts(results: dict) -> dict[str, Fact | str]:
    """Highest losses, and radii within which a network beats guessing."""
    arms = results["landscape"]
    return {
        **{f"{arm}_highest": Fact(_highest(found["loss"])) for arm, found in arms.items()},
        **{f"{arm}_radius": Fact(_reach(found)) for arm, found in arms.items()},
    }


def claims(results: dict) -> list[Claim]:
    """The claim about steepness."""
    plain, normalised = results["landscape"]["plain"], results["landscape"]["batch_norm"]
    return [
        Claim(
            id="steeper_plane",
            says="The loss around the trained network rises higher without Batch Norm",
            explanation=SMOOTHNESS,
            origin="after Santurkar et al. (2018), who looked along gradients",
            experiment="landscape",
            figure="loss_landscape",
            scope="reference network after 400 steps on the digits at learning rate 0.05 in both arms, two "
            "filter-normalised planes per seed, statistics of the images at hand",
            quantity="highest loss on the plane, without over with Batch Norm",
            values=per_seed(_highest(plain["loss"]) / _highest(normalised["loss"])),
            margin=10.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": "On planes through the trained networks, the loss climbs {value} as high without Batch Norm."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "loss_landscape": "Maps of the loss on random planes through trained networks, on one logarithmic scale. "
        f"Without Batch Norm the loss climbs to {fact['plain_highest']} and the region better than guessing is a small "
        f"patch of radius {fact['plain_radius']}; with it the highest loss is {fact['batch_norm_highest']} and the "
        f"patch has radius {fact['batch_norm_radius']}."
    }
