"""What was predicted of other networks, optimisers and depths, before it was measured (predictions.yml)."""

from collections.abc import Mapping

import numpy as np

from whybn.evidence.claims import (
    ANY,
    INCONCLUSIVE,
    PREDICTED,
    PROBED,
    SCALE,
    SOME_AT_LEAST,
    SOME_AT_MOST,
    SUPPORTED,
    Claim,
    per_seed,
)
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.beyond import agreement, largest_in, lowest_in, mean_buys, networks
from whybn.readings.definitions import TRAINED

EXPERIMENTS = ("beyond", "travels")
AGREES = 0.5  # the margin of the rank correlation in predictions.yml
MORE_SEEDS = "Eight seeds became sixteen after a look at eight others."
RATES = f"largest learning rate that trains (loss below {TRAINED})"
SCOPE = (
    "ten fully connected ReLU layers of 32 units on the digits, unless said otherwise; He initialisation, plain gradient "
    "descent on mini-batches of 32, 320 steps, learning rates a third of a decade apart; loss on 1,000 training images in "
    "train mode, what diverged counts as worse than all; all arms have scale and shift"
)
SKIPS = (
    f"{SCOPE}; with skips ten blocks, each a normaliser, ReLU and a linear map: branches added whole, times a trained "
    "number that starts at zero (SkipInit), or times one over the root of ten; 640 steps, without skips too"
)


def facts(results: dict) -> dict[str, str | Fact]:
    """Largest rates and losses in numbers; the rest are settings."""
    parts = results["beyond"]
    found: dict[str, str | Fact] = {
        "seeds": str(parts["deep"]["loss"].shape[1]),
        "networks": str(len(networks(results))),
        "predicted_agreement": number(AGREES, 1),
        "pooled_agreement": Fact(agreement(results, pooled=True)),
        "steps_by_depth": str(parts["deep"]["steps"]),
        "steps_with_skips": str(parts["blocks"]["steps"]),
    }
    for name in ("plain", "batch_norm"):
        found[f"decay_{name}_largest_rate"] = Fact(largest_in(results, "decay", name))
    found["held_decay_largest_rate"] = Fact(largest_in(results, "held_decay", "batch_norm"))
    for name in ("skip_init", "shrunk"):
        found[f"{name}_loss"] = Fact(lowest_in(results, name, "plain"))
    found["blocks_loss"] = Fact(lowest_in(results, "blocks", "batch_norm"))
    return found


def claims(results: dict) -> list[Claim]:
    """How each prediction came out, and what residual networks do without Batch Norm."""
    return [*_mean_claims(results), *_skip_claims(results), *_example_claims(results), *_optimiser_claims(results)]


def _common(scope: str = SCOPE) -> dict:
    return {
        "origin": PREDICTED,
        "experiment": "beyond",
        "figure": "what_the_mean_buys",
        "scope": scope,
        "explanation": SCALE,
        "show": times,
    }


def _by_width(results: dict, part: str, arm: str) -> dict[str, np.ndarray]:
    """Largest rate of an arm over that of the plain reference network as wide, per seed, at two widths."""
    return {
        word: largest_in(results, f"{part}_{word}", arm) / largest_in(results, f"example_{word}", "plain")
        for word in ("narrow", "wide")
    }


def _mean_claims(results: dict) -> list[Claim]:
    return [
        Claim(
            id="the_mean_buys_what_sameness_says",
            says="The more alike a network makes the examples, the more it gains from subtracting the mean",
            quantity="rank correlation over networks between the sameness of the plain network's hidden layers at the start "
            f"(their median) and {RATES}, mean only over plain",
            values={"apart": agreement(results), "pooled": agreement(results, pooled=True)},
            margin=AGREES,
            neutral=0.0,
            pattern={"apart": SOME_AT_LEAST, "pooled": SOME_AT_MOST},
            sentences={
                "mixed": "How alike networks make the images says only in part what the mean buys: the rank correlation is "
                "{value_apart}.",
            },
            changed="Optimisers are left out: they leave the network at the start as it is. On clothes trained means half "
            "the loss of guessing; deep and residual networks have more steps. "
            "The prediction did not say how to count the positions of a picture: apart, each is a unit; pooled, an example.",
            **(_common(f"{SCOPE}; the networks of the figure, each with its own number of steps") | {"show": number}),
        ),
        Claim(
            id="a_shifted_relu_needs_no_batch",
            says="A ReLU from whose output its mean for a normal input is subtracted allows larger learning rates",
            quantity=f"{RATES}, plain with the shifted ReLU over plain",
            values=_by_width(results, "shifted", "plain"),
            margin=1.5,
            neutral=1.0,
            pattern={"narrow": SOME_AT_LEAST, "wide": INCONCLUSIVE},
            sentences={
                "mixed": "A ReLU shifted to an average of nought helps the plain network less clearly than predicted: it "
                "trains at rates {value_narrow} as large, at twice the width {value_wide}, and not all seeds agree.",
            },
            changed=MORE_SEEDS,
            **_common(f"{SCOPE}; wide: 64 units; {PROBED}"),
        ),
        Claim(
            id="centred_images_are_not_enough",
            says="Where the pixels are centred, subtracting the mean in each layer still allows larger learning rates",
            quantity=f"{RATES}, mean only over plain, each pixel less its mean over the training images",
            values=per_seed(mean_buys(results, "centred_images")),
            margin=1.5,
            neutral=1.0,
            sentences={
                "supported": "Where each pixel is centred beforehand, subtracting the mean in every layer still trains at "
                "rates {value} as large.",
            },
            **_common(),
        ),
        Claim(
            id="depth_compounds_sameness",
            says="The deeper the network, the more it gains from subtracting the mean",
            quantity=f"{RATES}, mean only over plain, twenty layers over five layers",
            values=per_seed(mean_buys(results, "deep") / mean_buys(results, "shallow")),
            margin=1.2,
            neutral=1.0,
            sentences={
                "supported": "What the mean alone gains in rates is {value} as large in twenty layers as in five.",
                "inconclusive": "What the mean alone gains in rates is {value} as large in twenty layers as in five, "
                "but not in all seeds.",
            },
            changed="After 320 steps twenty layers do not learn with nothing; both depths have three times as many. "
            f"{MORE_SEEDS}",
            **_common(f"{SCOPE}; 960 steps"),
        ),
    ]


def _skip_claims(results: dict) -> list[Claim]:
    kinds = {"whole": "blocks", "from_zero": "skip_init", "shrunk": "shrunk"}
    without = mean_buys(results, "no_skips")
    normalised = largest_in(results, "blocks", "batch_norm")
    rivals = {word: normalised / largest_in(results, kinds[word], "plain") for word in ("from_zero", "shrunk")}
    return [
        Claim(
            id="skips_weaken_what_the_mean_buys",
            says="With skip connections, subtracting the mean gains less",
            quantity=f"{RATES}, mean only over plain, ten layers without skips over ten residual blocks",
            values={word: without / mean_buys(results, part) for word, part in kinds.items()},
            margin=1.2,
            neutral=1.0,
            pattern={"whole": INCONCLUSIVE, "from_zero": SUPPORTED, "shrunk": SUPPORTED},
            sentences={
                "mixed": "Skips take this gain away where their branches start from zero or are shrunk: without skips it is "
                "{value_from_zero} and {value_shrunk} as large. Whether whole branches do is open.",
            },
            changed="With whole branches the plain network does not learn in 320 steps; all have twice as many. "
            "Branches that start small were added.",
            **_common(SKIPS),
        ),
        Claim(
            id="small_branches_do_without",
            says="Residual networks whose branches start small train at about the rates of Batch Norm, without it",
            quantity=f"{RATES}, whole branches with Batch Norm over branches that start small with nothing",
            values=rivals,
            margin=3.0,
            neutral=None,
            below=True,
            sentences={
                "supported": "Residual networks whose branches start small reach without Batch Norm the rates that whole "
                "ones reach with it, to a step of the grid.",
            },
            **(
                _common(SKIPS)
                | {
                    "origin": "this article, after De and Smith (2020)",
                    "changed": "The question and the margin, which is between one and two steps of the grid of rates, were "
                    "chosen after a first look at four of these seeds.",
                }
            ),
        ),
    ]


def _example_claims(results: dict) -> list[Claim]:
    widest, narrow = (
        largest_in(results, part, "layer_norm") / largest_in(results, part, "plain") for part in ("widest", "example_narrow")
    )
    return [
        Claim(
            id="layer_norm_gains_with_width",
            says="Layer Norm gains more in wider networks",
            quantity=f"{RATES}, Layer Norm over plain, width 128 over width 32",
            values=per_seed(widest / narrow[: len(widest)]),
            margin=1.2,
            neutral=1.0,
            sentences={
                "inconclusive": "Does Layer Norm gain more at four times the width? What it gains in rates is {value} as "
                "large there; the seeds do not agree.",
                "not_seen_here": "That Layer Norm gains more at four times the width was predicted, and not seen: what it "
                "gains in rates is {value} as large there.",
            },
            **_common(),
        ),
        Claim(
            id="per_example_scale_needs_small_steps",
            says="Dividing each example by one number, with nothing subtracted, allows no larger rates",
            quantity=f"{RATES}, each layer's values of an example divided by their root mean square, over plain",
            values=_by_width(results, "example", "rms_norm"),
            margin=1.5,
            neutral=None,
            below=True,
            pattern={"narrow": INCONCLUSIVE, "wide": ANY},
            sentences=dict.fromkeys(
                ("inconclusive", "mixed"),
                "Dividing each example by its own size, with nothing subtracted, trains at rates {value_narrow} as large as "
                "nothing does in the median seed, and in too many seeds at larger ones.",
            ),
            changed=MORE_SEEDS,
            **_common(f"{SCOPE}; wide: 64 units; {PROBED}"),
        ),
    ]


def _optimiser_claims(results: dict) -> list[Claim]:
    momentum = {arm: largest_in(results, "momentum", arm) for arm in ("mean_only", "size_only", "batch_norm")}
    either = np.maximum(momentum["mean_only"], momentum["size_only"])
    loss = lowest_in(results, "adam", "plain") / lowest_in(results, "adam", "batch_norm")
    rates = largest_in(results, "adam", "batch_norm") / largest_in(results, "adam", "plain")
    return [
        Claim(
            id="momentum_changes_nothing",
            says="With momentum, both ingredients together allow larger learning rates than either",
            quantity=f"{RATES}, Batch Norm over the better of mean only and size only, momentum 0.9",
            values=per_seed(momentum["batch_norm"] / either),
            margin=1.5,
            neutral=1.0,
            sentences={
                "supported": "With momentum, too, both ingredients together train at rates {value} as large as the better "
                "of the two alone.",
                "inconclusive": "With momentum, too, both ingredients together train at rates {value} as large as the "
                "better of the two alone, though not in seeds enough to be sure.",
            },
            **_common(f"{SCOPE}; momentum 0.9"),
        ),
        Claim(
            id="adam_leaves_the_lead_in_rates",
            says="With Adam, Batch Norm still allows larger learning rates",
            quantity=f"{RATES}, Batch Norm over plain, with Adam",
            values=per_seed(rates),
            margin=1.5,
            neutral=1.0,
            sentences={"supported": "With Adam, Batch Norm still trains at rates {value} as large as nothing does."},
            **_common(f"{SCOPE}; Adam"),
        ),
        Claim(
            id="adam_takes_the_lead_in_loss_away",
            says="With Adam, Batch Norm has no lead in loss",
            quantity="loss after 320 steps at the best rate, plain over Batch Norm, with Adam",
            values=per_seed(loss),
            margin=1.2,
            neutral=None,
            below=True,
            sentences={
                "supported": "Its lead in loss is gone: at the best rates the plain network ends {value} as high.",
                "inconclusive": "Whether its lead in loss is gone is open: at the best rates the plain network ends "
                "{value} as high, and the seeds do not agree.",
            },
            **_common(f"{SCOPE}; Adam; {PROBED}"),
        ),
    ]


def alts(fact: Mapping[str, str]) -> dict[str, str]:
    """Alt texts."""
    return {
        "what_the_mean_buys": f"{fact['networks']} networks as dots: how alike the plain network makes the images before "
        "training, against how many times larger the largest rate is with the mean subtracted. Dots rise to the right: "
        "lowest are residual networks whose branches start small, then tanh; highest are convolutions on clothes, the "
        "reference network and twenty layers. Counted with places as images, the clothes stand far to the left.",
    }
