"""What the noise of the statistics does for new data, the mini-batches being the same."""

import numpy as np

from whybn.evidence.claims import NOISE, Claim, per_seed
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import at_loss, nearest
from whybn.readings.ghosts import EQUAL_RATE, final

EXPERIMENTS = ("ghosts",)
SIZES = {"tiny": 4, "small": 16, "whole": 128}  # of the groups of which the text speaks; the last is the mini-batch
EQUAL_LOSS = 0.05  # training loss at which test losses are compared


def _matched(arm: dict[str, np.ndarray], row: int) -> np.ndarray:
    """Test loss where the training loss is EQUAL_LOSS, between two looks interpolated over logarithms: (seed,)."""
    rate = nearest(arm["rates"], EQUAL_RATE)
    training, test = (np.log(arm[name][row, :, :, rate]) for name in ("training_loss", "test_loss"))
    wanted = np.full((1, training.shape[1]), np.log(EQUAL_LOSS))
    return np.exp(at_loss(test, training, wanted)[0])


def facts(results: dict) -> dict[str, Fact | str]:
    """NAME_final is the test loss after the last step at the best rate; counts are of seeds."""
    plain, normalised = results["ghosts"]["plain"], results["ghosts"]["batch_norm"]
    ends = {name: final(normalised)[nearest(normalised["sizes"], size)] for name, size in SIZES.items()}
    return {
        "seeds": str(plain["test_loss"].shape[2]),
        "batch": str(plain["sizes"][0]),
        "steps": str(plain["look_at"][-1]),
        "equal_rate": number(EQUAL_RATE, 1),
        "plain_final": Fact(final(plain)[0]),
        **{f"{name}_final": Fact(loss) for name, loss in ends.items()},
        "small_below_whole": str(int((ends["small"] < ends["whole"]).sum())),
    }


def claims(results: dict) -> list[Claim]:
    """The claim about groups of sixteen against the whole mini-batch."""
    arm = results["ghosts"]["batch_norm"]
    whole, small = (nearest(arm["sizes"], SIZES[name]) for name in ("whole", "small"))
    return [
        Claim(
            id="noise_regularises",
            says="Noise in the statistics of Batch Norm regularises",
            explanation=NOISE,
            origin="Luo et al. (2018); Hoffer, Hubara and Soudry (2017)",
            experiment="ghosts",
            figure="noise_as_regulariser",
            quantity="test loss at the same training loss, statistics over all 128 images over statistics of 16",
            scope="four hidden layers of 32 ReLU units on 1,120 digits, mini-batches of 128, 300 steps of plain gradient "
            "descent; losses in eval mode with statistics over the training images; learning rate "
            f"{EQUAL_RATE} for both, where the training loss passes {EQUAL_LOSS}",
            values=per_seed(_matched(arm, whole) / _matched(arm, small)),
            margin=1.0,
            neutral=1.0,
            changed="A second claim, on the loss after the last step, had its margin raised after other seeds disagreed, "
            "and was then dropped.",
            show=times,
            sentences={
                "supported": "At the same training loss, the test loss with statistics over the whole mini-batch is {value} "
                "that with statistics of sixteen images each.",
                "inconclusive": "At the same training loss, the test loss with statistics over the whole mini-batch is "
                "{value} that with statistics of sixteen images each in the typical seed, but not higher in all.",
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "noise_as_regulariser": "Test loss against training loss along trainings, with Batch Norm for groups of "
        "several sizes, and without. After training the test loss is "
        f"{fact['tiny_final']} with groups of four, {fact['small_final']} with groups of sixteen, "
        f"{fact['whole_final']} with the whole mini-batch, {fact['plain_final']} without Batch Norm."
    }
