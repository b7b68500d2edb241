"""What the noise of the statistics does for new data, the mini-batches being the same."""

import numpy as np

from whybn.evidence.claims import NOISE, Claim, per_seed
from whybn.evidence.display import number, times

EXPERIMENTS = ("ghosts",)
SIZES = {"tiny": 4, "small": 16, "whole": 128}  # of the groups of which the text speaks; the last is the mini-batch
EQUAL_RATE = 0.3  # learning rate of the comparison at equal training loss
EQUAL_LOSS = 0.05  # that training loss


def _at(arm: dict[str, np.ndarray], size: int) -> int:
    """Row of a group size, the nearest where settings hold another."""
    return int(np.abs(arm["sizes"] - size).argmin())


def _final(arm: dict[str, np.ndarray], row: int) -> np.ndarray:
    """Test loss after the last step, at the rate with the lowest mean loss on images set aside: (seed,)."""
    best = np.nan_to_num(arm["validation_loss"][row, -1], nan=np.inf).mean(0).argmin()
    return arm["test_loss"][row, -1, :, best]


def _matched(arm: dict[str, np.ndarray], row: int) -> np.ndarray:
    """Test loss where the training loss is EQUAL_LOSS, between two looks interpolated over logarithms: (seed,)."""
    rate = int(np.abs(arm["rates"] - EQUAL_RATE).argmin())
    training, test = (np.log(arm[name][row, :, :, rate]) for name in ("training_loss", "test_loss"))
    found = []
    for seed in range(training.shape[1]):
        order = training[:, seed].argsort()
        found.append(np.interp(np.log(EQUAL_LOSS), training[order, seed], test[order, seed]))
    return np.exp(found)


def facts(results: dict) -> dict[str, str]:
    """Display strings; NAME_final is the test loss after the last step at the best rate, counts are of seeds."""
    plain, normalised = results["ghosts"]["plain"], results["ghosts"]["batch_norm"]
    shown = {
        "seeds": str(plain["test_loss"].shape[2]),
        "batch": str(plain["sizes"][0]),
        "steps": str(plain["look_at"][-1]),
        "equal_rate": number(EQUAL_RATE, 1),
        "plain_final": number(np.median(_final(plain, 0))),
    }
    final = {name: _final(normalised, _at(normalised, size)) for name, size in SIZES.items()}
    shown |= {f"{name}_final": number(np.median(loss)) for name, loss in final.items()}
    shown["small_below_whole"] = str(int((final["small"] < final["whole"]).sum()))
    return shown


def claims(results: dict) -> list[Claim]:
    """The claim about groups of sixteen against the whole mini-batch."""
    arm = results["ghosts"]["batch_norm"]
    whole, small = _at(arm, SIZES["whole"]), _at(arm, SIZES["small"])
    return [
        Claim(
            id="noise_regularises",
            says="Noise in the statistics of Batch Norm regularises",
            explanation=NOISE,
            origin="Luo et al. (2018); Hoffer et al. (2017)",
            experiment="ghosts",
            figure="noise_as_regulariser",
            quantity="test loss at the same training loss, statistics over all 128 images over statistics of 16",
            scope="four hidden layers of 32 ReLU units on 1,120 digits, mini-batches of 128, 300 steps of plain gradient "
            "descent; losses in eval mode with statistics over the training images; learning rate "
            f"{EQUAL_RATE} for both, where the training loss passes {EQUAL_LOSS}",
            values=per_seed(_matched(arm, whole) / _matched(arm, small)),
            margin=1.0,
            show=times,
            sentences={
                "supported": "At the same training loss, the test loss with statistics over the whole mini-batch is {value} "
                "that with statistics of sixteen images each.",
                "inconclusive": "At the same training loss, the test loss with statistics over the whole mini-batch is "
                "{value} that with statistics of sixteen images each in the typical seed, but not higher in all.",
            },
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "noise_as_regulariser": "Test loss against training loss along trainings, with Batch Norm for groups of "
        "several sizes, and without. After training the test loss is "
        f"{fact['tiny_final']} with groups of four, {fact['small_final']} with groups of sixteen, "
        f"{fact['whole_final']} with the whole mini-batch, {fact['plain_final']} without Batch Norm."
    }
