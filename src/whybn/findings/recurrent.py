"""What Batch Norm does in a recurrent network, with statistics for each time step and with one set for all."""

import numpy as np

from whybn.evidence import Claim, number, per_seed, points, times

EXPERIMENTS = ("recurrent",)
GUESSING = 0.9  # error of a network that guesses among ten digits; a diverged one counts as guessing
SCOPE = (
    "recurrent network of 32 tanh units that reads a digit in eight rows, orthogonal initial state map, 400 steps of "
    "plain gradient descent, learning rate of each arm the best on images set aside"
)


def _error(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Test error at the rate that is best on the images set aside: (length, seed)."""
    best = np.nan_to_num(arm["validation_error"], nan=GUESSING).mean(0).argmin()
    return np.nan_to_num(arm["test_error"], nan=GUESSING)[:, :, best]


def _growth(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Spread of the sums at the last step over that at the first, per seed."""
    return arm["spread"][-1] / arm["spread"][0]


def facts(results: dict) -> dict[str, str]:
    """Display strings: test errors without blank rows and with most of them."""
    arms = results["recurrent"]
    shown = {
        "seeds": str(arms["plain"]["spread"].shape[1]),
        "rows": str(len(arms["plain"]["spread"])),
        "most_blank_rows": str(arms["plain"]["blank_rows"][-1]),
    }
    for name, arm in arms.items():
        shown[f"{name}_error"] = f"{number(100 * np.median(_error(arm)[0]))} %"
        shown[f"{name}_error_longer"] = f"{number(100 * np.median(_error(arm)[-1]))} %"
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about statistics for each step, about the benefit, and about longer sequences."""
    arms = results["recurrent"]
    errors = {name: _error(arm) for name, arm in arms.items()}
    common = {"experiment": "recurrent", "figure": "recurrent_networks", "scope": SCOPE}
    return [
        Claim(
            id="early_steps_differ",
            says="In a recurrent network, the first time steps are distributed differently from later ones",
            origin="Cooijmans et al. (2016)",
            quantity="spread over images of what enters Batch Norm, last time step over first",
            values=per_seed(_growth(arms["batch_norm"])),
            margin=1.5,
            show=times,
            sentences={
                "supported": "What enters Batch Norm at the last time step is spread {value} as wide as at the first."
            },
            **common,
        ),
        Claim(
            id="statistics_per_step",
            says="With one set of statistics for all time steps, a recurrent network errs more than with one for each",
            origin="Cooijmans et al. (2016)",
            quantity="test error with one set of running statistics minus with one for each step",
            values=per_seed(errors["shared_batch_norm"][0] - errors["batch_norm"][0]),
            margin=0.01,
            show=points,
            sentences={
                "supported": "One set of statistics for all time steps costs {value} of test error, against one set for "
                "each step.",
                "inconclusive": "One set of statistics for all time steps costs {value} of test error in the typical seed, "
                "against one set for each step, but not in all.",
            },
            **common,
        ),
        Claim(
            id="recurrent_gain",
            says="Batch Norm makes a recurrent network err less",
            origin="Cooijmans et al. (2016)",
            quantity="test error without minus with Batch Norm, statistics for each step",
            values=per_seed(errors["plain"][0] - errors["batch_norm"][0]),
            margin=0.01,
            show=points,
            sentences={
                "not_seen_here": "It works, but it gains nothing here: against no normalisation the error changes by "
                "{value}.",
                "inconclusive": "Whether Batch Norm with a set for each step errs less than no normalisation at all, eight "
                "seeds do not tell: the typical difference is {value}.",
            },
            **common,
        ),
        Claim(
            id="longer_sequences",
            says="On sequences longer than in training, Batch Norm errs more than Layer Norm",
            origin="Ba, Kiros and Hinton (2016), as an argument",
            quantity=f"test error behind {arms['plain']['blank_rows'][-1]} blank rows, Batch Norm with statistics for each "
            "step minus Layer Norm",
            values=per_seed(errors["batch_norm"][-1] - errors["layer_norm"][-1]),
            margin=0.01,
            show=points,
            sentences={
                "supported": "On longer sequences it errs {value} more than Layer Norm.",
                "inconclusive": "On longer sequences it errs {value} more than Layer Norm in the typical seed, but not in "
                "all.",
            },
            **common,
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    growth = {name: number(np.median(_growth(results["recurrent"][name]))) for name in ("plain", "batch_norm")}
    return {
        "recurrent_networks": "Above, the spread of the sums by time step: the last is "
        f"{growth['plain']} times the first without normalisation and {growth['batch_norm']} times with Batch Norm. Below, "
        f"test error on digits as in training: {fact['plain_error']} without normalisation, "
        f"{fact['layer_norm_error']} with Layer Norm, {fact['batch_norm_error']} with Batch Norm and statistics for each "
        f"step, {fact['shared_batch_norm_error']} with one set for all steps. Behind {fact['most_blank_rows']} blank rows "
        "every network errs more."
    }
