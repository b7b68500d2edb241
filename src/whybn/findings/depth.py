"""What deep networks do to signals and gradients at the start, and what the first step does to the loss."""

import numpy as np

from whybn.evidence.claims import DEPTH, Claim, per_seed
from whybn.evidence.display import number, percent, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import nearest

EXPERIMENTS = ("depth",)
SCHEMES = {"he": "He", "glorot": "Glorot"}
LONG = 10.0  # length of a first step that is far too long


def _at_long(tails: dict[str, np.ndarray], arm: str, scheme: str) -> np.ndarray:
    """Loss after a far too long first step over the loss before, per seed; infinite where it is no number."""
    row = nearest(tails["lengths"], LONG)
    return np.nan_to_num(tails[f"{arm}_{scheme}_loss"][row], nan=np.inf)


def facts(results: dict) -> dict[str, Fact | str]:
    """Growth of gradients, soft ranks, shares of the squared gradient, losses after a long step."""
    growth, rank, tails = (results["depth"][part] for part in ("growth", "rank", "tails"))
    found: dict[str, Fact | str] = {
        "seeds": str(growth["relu"].shape[1]),
        "growth_layers": str(len(growth["layers_plain"])),
        "growth_relu": Fact(growth["relu"][-1], digits=3),
        "growth_relu_expected": number(float(growth["relu_expected"]), 3),
        "growth_batch": str(growth["batches"][-1]),
        "growth_batch_small": str(growth["batches"][0]),
        "growth_relu_small": Fact(growth["relu"][0], digits=3),
        "growth_linear_small": Fact(growth["linear"][0], digits=3),
        "first_over_last_plain": Fact(growth["layers_plain"][0]),
        "first_over_last_start": Fact(growth["layers_batch_norm"][0, 0]),
        "first_over_last_after": Fact(growth["layers_batch_norm"][-1, 0]),
        "first_rate": number(growth["rates"][-1], 1),
        "rank_layers": str(len(rank["rank_plain"])),
        "rank_batch": str(rank["rank_batch"]),
        "rank_plain": Fact(rank["rank_plain"][-1], digits=3),
        "rank_batch_norm": Fact(rank["rank_batch_norm"][-1]),
        "long_step": number(LONG, 2).removesuffix(".0"),
    }
    for arm in ("plain", "batch_norm"):
        for scheme in SCHEMES:
            found[f"{arm}_{scheme}_top"] = Fact(tails[f"{arm}_{scheme}_top"], percent)
        found[f"{arm}_he_example"] = Fact(tails[f"{arm}_he_example"], percent)
        found[f"{arm}_he_long"] = Fact(_at_long(tails, arm, "he"))
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about growing gradients, their tails, and rank."""
    growth, rank, tails = (results["depth"][part] for part in ("growth", "rank", "tails"))

    return [
        Claim(
            id="gradient_explodes",
            says="At the start, Batch Norm lets the gradient grow from layer to layer",
            explanation=DEPTH,
            origin="Yang et al. (2019)",
            experiment="depth",
            figure="gradient_at_initialisation",
            quantity="factor by which the squared gradient for a layer's linear outputs grows per layer on its way back",
            scope=f"{len(growth['layers_plain'])} wide ReLU layers with He initialisation, mini-batches of "
            f"{growth['batches'][-1]} digits, before any step",
            values=per_seed(growth["relu"][-1]),
            margin=1.3,
            neutral=1.0,
            show=number,
            digits=3,
            sentences={
                "supported": "Before the first step, the squared gradient grows by a factor of {value} with each ReLU "
                "layer that it passes on its way back through Batch Norm."
            },
        ),
        Claim(
            id="heavier_tails",
            says="Without Batch Norm the first gradient has far heavier tails",
            origin="Bjorck et al. (2018)",
            experiment="depth",
            figure="gradient_outliers",
            quantity="kurtosis of the entries of the gradient along the weights, without over with",
            scope="reference network before its first step on the digits, He and Glorot initialisation, one mini-batch of "
            "32",
            values={
                words: tails[f"plain_{scheme}_kurtosis"] / tails[f"batch_norm_{scheme}_kurtosis"]
                for scheme, words in SCHEMES.items()
            },
            margin=5.0,
            neutral=1.0,
            changed="The margin was raised from 1.5 to 5 times after other seeds disagreed from He initialisation. Weights "
            "alone are counted since biases, which only one arm has, were found to make the difference from Glorot’s.",
            show=times,
            sentences={
                "not_seen_here": "Counted over the weights, the first gradient has no far heavier tails without Batch Norm: "
                "its kurtosis is {value_He} as high from He initialisation and {value_Glorot} from Glorot’s."
            },
        ),
        Claim(
            id="rank_collapses",
            says="In a deep random network the examples become alike without Batch Norm, and less so with it",
            explanation=DEPTH,
            origin="Daneshmand et al. (2020)",
            experiment="depth",
            figure="rank_collapse",
            quantity="soft rank of a mini-batch's activations in the last hidden layer, with over without",
            scope=f"{len(rank['rank_plain'])} ReLU layers, He initialisation, mini-batches of {rank['rank_batch']} digits",
            values=per_seed(rank["rank_batch_norm"][-1] / rank["rank_plain"][-1]),
            margin=2.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": "In the last of many random layers, the soft rank of a mini-batch is {value} as high with "
                "Batch Norm as without."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "gradient_at_initialisation": "Norm of the gradient by layer: level without Batch Norm; with it, rising from the "
        f"last layer back to the first by a factor of {fact['first_over_last_start']} at the start, and of "
        f"{fact['first_over_last_after']} after one large step. Growth per layer against the size of the "
        f"mini-batch: for ReLU layers it falls to {fact['growth_relu']}, close to the expected "
        f"{fact['growth_relu_expected']}; for linear layers it follows the expected curve towards one.",
        "gradient_outliers": "Share of the first gradient’s entries beyond a multiple of their typical size, from two "
        "initialisations. The tails without and with Batch Norm lie close together.",
        "one_step_too_long": "Loss after one step along the first gradient against the length of the step. Without Batch "
        f"Norm, long steps from He initialisation multiply the loss by {fact['plain_he_long']}; with it, by "
        f"{fact['batch_norm_he_long']}. From Glorot’s initialisation both stay level.",
        "rank_collapse": f"Soft rank by layer: without Batch Norm it falls to {fact['rank_plain']}, where all examples are "
        f"alike; with it, it stays near {fact['rank_batch_norm']}.",
    }
