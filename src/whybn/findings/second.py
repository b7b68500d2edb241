"""Whether the main claims hold for a convolutional network on pictures of clothes."""

import numpy as np

from whybn.evidence.claims import ANY, LIMIT, REVERSED, SHIFT, SMOOTHNESS, SOME_AT_LEAST, Claim, per_seed
from whybn.evidence.display import decades, fine_percent, number, points, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import spacing
from whybn.readings.second import rate_decades
from whybn.readings.second_batches import error
from whybn.readings.walks import loss_range
from whybn.readings.walks import per_seed as over_batches

EXPERIMENTS = ("second", "second_batches")
MOMENTS = ("early", "middle", "late")
SCOPE = (
    "eight convolutional layers of eight filters without skip connections, He initialisation, on 4,000 pictures of "
    "clothes of 14 x 14 pixels (Fashion-MNIST), mini-batches of 32, plain gradient descent, 300 steps"
)


def _loss_range(arm: dict[str, np.ndarray], walk: int = 0) -> np.ndarray:
    """Range of the loss between half and four training steps of a walk: (moment, seed), median over mini-batches."""
    return loss_range(arm["walk_loss"][walk], arm["walk_steps"])


def facts(results: dict) -> dict[str, Fact | str]:
    """Decades that train, ranges of the loss, errors at each arm's best rate."""
    arms = results["second"]
    plain = arms["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(len(plain["loss"])),
        "walk_rate": number(float(plain["walk_rates"][0])),
        "plain_loss_early": Fact(over_batches(plain["walk_loss"][0, 0, 0])),
    }
    for name, arm in arms.items():
        found[f"{name}_rate_decades"] = Fact(rate_decades(arm))
    for name in ("plain", "batch_norm"):
        found[f"{name}_loss_range_late"] = Fact(_loss_range(arms[name])[-1])
    for name, arm in results["second_batches"].items():
        for word, row in {"fewest": 0, "most": -1}.items():
            found[f"{name}_error_{word}"] = Fact(error(arm)[row], fine_percent)
    return found


def claims(results: dict) -> list[Claim]:
    """The main claims again."""
    plain, normalised, noisy = (results["second"][arm] for arm in ("plain", "batch_norm", "noisy_batch_norm"))
    errors = error(results["second_batches"]["batch_norm"])
    walk_rate = number(float(plain["walk_rates"][0]))
    ranges = dict(zip(MOMENTS, _loss_range(plain) / _loss_range(normalised), strict=True))
    at_best = _loss_range(plain)[-1] / _loss_range(normalised, 1)[-1]
    common = {"experiment": "second", "figure": "second_network"}
    return [
        Claim(
            id="second_wider_rates",
            says="A convolutional network: Batch Norm widens the range of learning rates that train",
            origin="Ioffe and Szegedy (2015); Bjorck et al. (2018)",
            quantity="decades of learning rate that train, with minus without",
            scope=SCOPE + "; trained means less than half the loss of guessing",
            values=per_seed(rate_decades(normalised) - rate_decades(plain)),
            margin=spacing(plain["rates"]) * 1.01,  # more than one step of the grid
            neutral=0.0,
            show=decades,
            sentences={
                "supported": "In the convolutional network, too, Batch Norm widens the range of learning rates that train, "
                "by {value}."
            },
            **common,
        ),
        Claim(
            id="second_noise",
            says="A convolutional network: noise behind Batch Norm takes the wider range of rates away",
            explanation=SHIFT,
            origin="follows from Ioffe and Szegedy (2015); Santurkar et al. (2018) claimed the opposite",
            quantity="decades of learning rate that train, Batch Norm with noise minus no Batch Norm and no noise",
            scope=SCOPE + "; trained means less than half the loss of guessing, in the noisy network with its noise",
            values=per_seed(rate_decades(noisy) - rate_decades(plain)),
            margin=spacing(plain["rates"]) * 1.01,
            neutral=None,  # a bound: at most one step of the grid is left
            below=True,
            show=decades,
            sentences={
                "not_seen_here": "With noise behind Batch Norm, the range is still {value} wider than with neither.",
                "inconclusive": "With noise behind Batch Norm, the range is still {value} wider than with neither, though "
                "not in seeds enough to be sure.",
            },
            **common,
        ),
        Claim(
            id="second_small_batches",
            says="A convolutional network: with mini-batches of two, Batch Norm errs more than with mini-batches of 32",
            explanation=LIMIT,
            origin="Wu and He (2018)",
            quantity="test error with Batch Norm, with mini-batches of two minus with mini-batches of 32 pictures",
            scope=SCOPE.replace("mini-batches of 32, plain gradient descent, 300 steps", "plain gradient descent")
            + "; 3,200 pictures seen whatever the size of the mini-batch; for each size the learning rate that is best on "
            "pictures set aside; 1,000 test pictures",
            values=per_seed(errors[0] - errors[-1]),
            margin=0.01,
            neutral=0.0,
            changed="It first compared the leads of Batch Norm over no Batch Norm, with a margin of ten points. The "
            "trainings were cut by a third, to save time.",
            show=points,
            sentences={
                "inconclusive": "With mini-batches of two pictures, the test error with Batch Norm is {value} higher than "
                "with mini-batches of thirty-two in the typical seed, but not in all.",
            },
            **(common | {"experiment": "second_batches", "figure": "second_mini_batches"}),
        ),
        Claim(
            id="second_loss_range",
            says="A convolutional network: along one gradient the loss varies more without Batch Norm",
            explanation=SMOOTHNESS,
            origin="Santurkar et al. (2018)",
            quantity="range of the loss between half and four training steps, without over with Batch Norm",
            scope=SCOPE
            + f"; both at rate {walk_rate}, the best without Batch Norm; early, middle and late are steps "
            + ", ".join(map(str, plain["walk_at"]))
            + "; own rates: late, each at its best",
            values=ranges | {"own rates": at_best},
            margin=1.5,
            neutral=1.0,
            changed="Both had a smaller rate, at which the network without Batch Norm hardly learns, and the middle was "
            "step 75.",
            show=times,
            pattern={"early": REVERSED, "middle": SOME_AT_LEAST, "late": SOME_AT_LEAST, "own rates": ANY},
            sentences={
                "mixed": "Along one gradient, in the typical seed the loss varies {value_middle} as much without Batch Norm "
                "in the middle of training and {value_late} late; early, {value_early}. Late, each at its best rate, it "
                "is {value_own rates} ({verdict_own rates})."
            },
            **(common | {"figure": "second_gradient"}),
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "second_network": "A convolutional network on pictures of clothes, loss after training by learning rate: "
        f"{fact['plain_rate_decades']} decades train without Batch Norm, {fact['batch_norm_rate_decades']} with it and "
        f"{fact['noisy_batch_norm_rate_decades']} with noise behind it.",
        "second_gradient": "The same networks, loss along one gradient at three moments of a training. Early, it is flat in "
        f"both. Late, it ranges over {fact['plain_loss_range_late']} without Batch Norm and "
        f"{fact['batch_norm_loss_range_late']} with it.",
        "second_mini_batches": "The same networks, test error by size of mini-batch: with the smallest, "
        f"{fact['plain_error_fewest']} without Batch Norm and {fact['batch_norm_error_fewest']} with it; with the largest, "
        f"{fact['plain_error_most']} and {fact['batch_norm_error_most']}.",
    }
