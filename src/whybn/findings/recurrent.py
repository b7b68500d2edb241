"""What Batch Norm does in a recurrent network, with statistics for each time step and with one set for all."""

import numpy as np

from whybn.evidence.claims import LIMIT, Claim, per_seed
from whybn.evidence.display import fine_percent, points, times
from whybn.evidence.facts import Fact
from whybn.readings.recurrent import error

EXPERIMENTS = ("recurrent",)


def _growth(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Spread of the sums at the last step over that at the first, per seed."""
    return arm["spread"][-1] / arm["spread"][0]


def facts(results: dict) -> dict[str, Fact | str]:
    """Test errors without blank rows and with most of them, counts of seeds, growth of the sums."""
    arms = results["recurrent"]
    found: dict[str, Fact | str] = {
        "seeds": str(arms["plain"]["spread"].shape[1]),
        "most_blank_rows": str(arms["plain"]["blank_rows"][-1]),
    }
    errors = {name: error(arm) for name, arm in arms.items()}
    for name, values in errors.items():
        found[f"{name}_error"] = Fact(values[0], fine_percent)
        found[f"{name}_error_longer"] = Fact(values[-1], fine_percent)
    found["batch_norm_above_layer_norm_longer"] = str(int((errors["batch_norm"] > errors["layer_norm"])[-1].sum()))
    for name in ("plain", "batch_norm"):
        found[f"{name}_growth"] = Fact(_growth(arms[name]), times)
    return found


def claims(results: dict) -> list[Claim]:
    """The claim about statistics for each step."""
    arms = results["recurrent"]
    shared, own = (error(arms[name])[0] for name in ("shared_batch_norm", "batch_norm"))
    return [
        Claim(
            id="statistics_per_step",
            says="With one set of statistics for all time steps, a recurrent network errs more than with one for each",
            explanation=LIMIT,
            origin="Cooijmans et al. (2016)",
            experiment="recurrent",
            figure="recurrent_networks",
            quantity="test error with one set of running statistics minus with one for each step",
            scope="recurrent network of 32 tanh units that reads a digit in eight rows, orthogonal initial state map, 400 "
            "steps of plain gradient descent, learning rate of each arm the best on images set aside",
            values=per_seed(shared - own),
            margin=0.01,
            neutral=0.0,
            show=points,
            sentences={
                "supported": "One set of statistics for all time steps costs {value} of test error, against one set for "
                "each step.",
                "inconclusive": "Against one set of statistics for each time step, one set for all costs {value} of test "
                "error in the typical seed, but not clearly in all.",
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "recurrent_networks": "Spread of the sums by time step: the last is "
        f"{fact['plain_growth']} the first without normalisation and {fact['batch_norm_growth']} with Batch Norm. "
        f"Test error on digits as in training: {fact['plain_error']} without normalisation, "
        f"{fact['layer_norm_error']} with Layer Norm, {fact['batch_norm_error']} with Batch Norm and statistics for each "
        f"step, {fact['shared_batch_norm_error']} with one set for all steps. Behind {fact['most_blank_rows']} blank rows "
        f"every network errs more: {fact['plain_error_longer']}, {fact['layer_norm_error_longer']}, "
        f"{fact['batch_norm_error_longer']} and {fact['shared_batch_norm_error_longer']}."
    }
