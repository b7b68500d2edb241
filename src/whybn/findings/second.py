"""Whether the main claims hold for a convolutional network on pictures of clothes."""

import numpy as np

from whybn.evidence import LIMIT, SHIFT, SMOOTHNESS, Claim, decades, number, per_seed, points, times

EXPERIMENTS = ("second", "second_batches")
TRAINED = float(np.log(10) / 2)  # half the loss of a network that guesses
MOMENTS = ("early", "middle", "late")
SCOPE = (
    "eight convolutional layers of eight filters without skip connections, He initialisation, on 4,000 pictures of "
    "clothes of 14 x 14 pixels (Fashion-MNIST), mini-batches of 32, plain gradient descent, 300 steps"
)


def _spacing(arm: dict[str, np.ndarray]) -> float:
    """Decades from one learning rate to the next."""
    return float(np.diff(np.log10(arm["rates"])).mean())


def _rate_decades(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Decades of learning rate that train, per seed; NaN compares as not trained."""
    return (arm["loss"] < TRAINED).sum(1) * _spacing(arm)


def _best(arm: dict[str, np.ndarray]) -> int:
    """The learning rate with the lowest mean loss on training images; a diverged network counts as infinite."""
    return int(np.nan_to_num(arm["loss"], nan=np.inf).mean(0).argmin())


def _loss_range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range of the loss between half and four training steps: (moment, seed), median over mini-batches."""
    return np.median(np.ptp(arm["walk_loss"][:, arm["walk_steps"] >= 0.5], axis=1), -1)


def _lead(arms: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
    """Test error without minus with Batch Norm: (size, seed)."""
    return arms["plain"]["test_error"] - arms["batch_norm"]["test_error"]


def facts(results: dict) -> dict[str, str]:
    """Display strings; errors and losses at each arm's best rate."""
    arms = results["second"]
    plain = arms["plain"]
    shown = {
        "seeds": str(len(plain["loss"])),
        "rates": str(len(plain["rates"])),
        "trained": number(TRAINED),
        "walk_rate": number(float(plain["walk_rate"]), 1),
    }
    for row, moment in enumerate(MOMENTS):
        shown[f"step_{moment}"] = str(plain["walk_at"][row])
    for name, arm in arms.items():
        shown[f"{name}_rate_decades"] = number(np.median(_rate_decades(arm)))
        shown[f"{name}_best_loss"] = number(np.median(arm["loss"][:, _best(arm)]))
        shown[f"{name}_test_error"] = f"{number(100 * np.median(arm['test_error'][:, _best(arm)]))} %"
        for row, moment in enumerate(MOMENTS):
            shown[f"{name}_loss_range_{moment}"] = number(np.median(_loss_range(arm)[row]))
    for name, arm in results["second_batches"].items():
        for word, row in {"fewest": 0, "most": -1}.items():
            shown[f"{name}_error_{word}"] = f"{number(100 * np.median(arm['test_error'][row]))} %"
    return shown


def claims(results: dict) -> list[Claim]:
    """The main claims again."""
    plain, normalised, noisy = (results["second"][arm] for arm in ("plain", "batch_norm", "noisy_batch_norm"))
    lead = _lead(results["second_batches"])
    ranges = _loss_range(plain) / _loss_range(normalised)
    common = {"experiment": "second", "figure": "second_network"}
    return [
        Claim(
            id="second_wider_rates",
            says="A convolutional network: Batch Norm widens the range of learning rates that train",
            origin="Ioffe and Szegedy (2015); Bjorck et al. (2018)",
            quantity="decades of learning rate that train, with minus without",
            scope=SCOPE + "; trained means less than half the loss of guessing",
            values=per_seed(_rate_decades(normalised) - _rate_decades(plain)),
            margin=_spacing(plain) * 1.01,  # more than one step of the grid
            show=decades,
            sentences={
                "supported": "In the convolutional network, too, Batch Norm widens the range of learning rates that train, "
                "by {value}."
            },
            **common,
        ),
        Claim(
            id="second_noise",
            says="A convolutional network: with noise behind Batch Norm, more learning rates train than without either",
            explanation=SHIFT,
            origin="Santurkar et al. (2018)",
            quantity="decades of learning rate that train, Batch Norm with noise minus without Batch Norm",
            scope=SCOPE + "; trained means less than half the loss of guessing, with the noise",
            values=per_seed(_rate_decades(noisy) - _rate_decades(plain)),
            margin=_spacing(plain) * 1.01,
            show=decades,
            sentences={
                "supported": "With noise behind Batch Norm, the range of rates is still {value} wider than without Batch "
                "Norm.",
                "inconclusive": "With noise behind Batch Norm, the range of rates is {value} wider than without Batch Norm "
                "in the typical seed, but the seeds disagree.",
                "not_seen_here": "With noise behind Batch Norm, the range of rates is no wider than without Batch Norm.",
            },
            **common,
        ),
        Claim(
            id="second_small_batches",
            says="A convolutional network: with mini-batches of two, Batch Norm loses its lead",
            explanation=LIMIT,
            origin="Wu and He (2018)",
            quantity="lead of Batch Norm in test error, with mini-batches of 32 pictures minus with mini-batches of two",
            scope=SCOPE.replace("mini-batches of 32, plain gradient descent, 300 steps", "plain gradient descent")
            + "; 3,200 pictures seen whatever the size of the mini-batch; for each arm and size the learning rate that is "
            "best on pictures set aside; 1,000 test pictures",
            values=per_seed(lead[-1] - lead[0]),
            margin=0.1,
            show=points,
            sentences={
                "supported": "When mini-batches shrink from thirty-two pictures to two, the network with Batch Norm loses "
                "{value} of its lead in test error.",
                "inconclusive": "When mini-batches shrink from thirty-two pictures to two, the lead of Batch Norm in test "
                "error shrinks by {value} in the typical seed, but the seeds disagree.",
            },
            **(common | {"experiment": "second_batches"}),
        ),
        Claim(
            id="second_loss_range",
            says="A convolutional network: along one gradient the loss varies more without Batch Norm",
            explanation=SMOOTHNESS,
            origin="Santurkar et al. (2018)",
            quantity="range of the loss between half and four training steps, without over with Batch Norm",
            scope=SCOPE
            + "; both at one rate, at which both learn; early, middle and late are steps "
            + ", ".join(map(str, plain["walk_at"])),
            values=dict(zip(MOMENTS, ranges, strict=True)),
            margin=1.5,
            show=times,
            sentences={
                "supported": "Along one gradient, the loss without Batch Norm varies {value_early} as much early, "
                "{value_middle} as much in the middle and {value_late} as much late in training.",
                "mixed": "Along one gradient, the loss without Batch Norm varies {value_early} as much early, "
                "{value_middle} as much in the middle and {value_late} as much late in training.",
                "inconclusive": "Along one gradient, the seeds disagree.",
            },
            **common,
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "second_network": "A convolutional network on pictures of clothes. Above, loss after training by learning rate: "
        f"{fact['plain_rate_decades']} decades train without Batch Norm, {fact['batch_norm_rate_decades']} with it and "
        f"{fact['noisy_batch_norm_rate_decades']} with noise behind it. In the middle, "
        f"loss along one gradient at three moments: late, it ranges over {fact['plain_loss_range_late']} without Batch "
        f"Norm and {fact['batch_norm_loss_range_late']} with it. Below, test error by size of mini-batch: with the "
        f"smallest, {fact['plain_error_fewest']} without Batch Norm and {fact['batch_norm_error_fewest']} with it; "
        f"with the largest, {fact['plain_error_most']} and {fact['batch_norm_error_most']}."
    }
