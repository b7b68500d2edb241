"""What the probes along two trainings show: shift by layer, stitched networks, companions."""

import numpy as np

from whybn.evidence.claims import LIMIT, SHIFT, Claim, per_seed
from whybn.evidence.display import number, percent, points, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import at_loss
from whybn.readings.trajectory import companion_range, typical_network

EXPERIMENTS = ("trajectory",)
LATE = 2  # the last of the times at which layers are compared
SCOPE = "reference network on the digits, 400 steps at learning rate 0.05 in both arms, same steps compared"


def _matched_ratio(arms: dict) -> np.ndarray:
    """Shift without over shift with Batch Norm at equal loss, geometric mean over times, per seed."""
    plain = arms["plain"]
    normalised = arms["batch_norm"]
    ratio = plain["shift"].mean(1) / at_loss(normalised["shift"].mean(1), normalised["loss_at"], plain["loss_at"])
    return np.exp(np.log(ratio).mean(0))


def facts(results: dict) -> dict[str, Fact | str]:
    """Shifts; plain_stitched_worse_late: share of late times, boundaries and seeds where the stitched network is worse.

    eval_probability is that of the one network that the figure shows.
    """
    arms = results["trajectory"]
    plain, normalised = arms["plain"], arms["batch_norm"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["shift"].shape[-1]),
        "stitch_gap": str(plain["gap"]),
        "eval_probability": Fact(normalised["alone"][typical_network(normalised)]),
        "companion_shift": Fact(companion_range(normalised)[-1], points),
    }
    found["shift_ratio_at_equal_loss"] = Fact(_matched_ratio(arms), times)
    by_layer, worse = plain["shift"].mean(0), plain["misfit"] > 0
    found["plain_shift_lowest"], found["plain_shift_highest"] = Fact(by_layer[0]), Fact(by_layer[-1])
    found["plain_stitched_worse_late"] = Fact(worse[-LATE:].mean((0, 1)), percent, summary=np.mean)
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about companions and about stitched networks."""
    arms = results["trajectory"]
    return [_companion_claim(arms), _stitched_claim(arms["plain"])]


def _companion_claim(arms: dict) -> Claim:
    return Claim(
        id="companions_move_output",
        says="In train mode, the output for one example depends on the rest of its mini-batch",
        explanation=LIMIT,
        origin="Ioffe and Szegedy (2015)",
        experiment="trajectory",
        figure="companions",
        quantity="range that holds nine tenths of the probabilities given to the right class of one test image, "
        "while the other 31 examples are drawn anew",
        scope="reference network with Batch Norm, trained for 400 steps on the digits; in eval mode the range is "
        "zero by construction",
        values=per_seed(companion_range(arms["batch_norm"])[-1]),
        margin=0.01,
        neutral=0.0,
        show=points,
        sentences={
            "supported": "Exchange the other images of a mini-batch, and the probability that the network gives to "
            "the right digit of one image moves within a range of {value}."
        },
    )


def _stitched_claim(plain: dict[str, np.ndarray]) -> Claim:
    gap = int(plain["gap"])
    return Claim(
        id="stitched_layers_misfit",
        experiment="trajectory",
        figure="layer_by_layer_shift",
        says="Lower layers that are some steps ahead suit the older layers above them",
        explanation=SHIFT,
        origin="this article; for short steps it follows from gradient descent itself",
        quantity=f"fall of the loss when the layers below a boundary are {gap} steps ahead, mean over boundaries and times",
        scope=SCOPE + "; network without Batch Norm, 512 training images",
        values=per_seed(-plain["misfit"].mean((0, 1))),
        margin=0.0,
        neutral=0.0,
        changed="It was told as a test of harm, and the other way round. A short step of the lower layers must lower the "
        "loss, so it cannot be one.",
        show=number,
        sentences={
            "supported": f"On top of lower layers that are {gap} steps ahead, the upper layers of that moment do better: "
            "on average, the loss falls by {value}."
        },
    )


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "batch_norm_transform": "The pre-activations of twelve units of a hidden layer, a dot for each example: as they "
        "arrive they have different means and spreads; normalised, all are alike; scale and shift let them differ again.",
        "companions": "The probability given to the right digit of one image as its companions change: within "
        f"{fact['companion_shift']} in mini-batches of 32, and far more in "
        f"mini-batches of eight and two; in eval mode it is {fact['eval_probability']}.",
    }
