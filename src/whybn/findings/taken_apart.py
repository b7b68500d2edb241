"""What the parts of Batch Norm buy, one by one, in the reference network."""

from collections.abc import Callable, Mapping

import numpy as np

from whybn.evidence.claims import ANY, NOT_SEEN, SCALE, SOME_AT_LEAST, SOME_AT_MOST, SUPPORTED, Claim, per_seed
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import TRAINED, interval, spacing
from whybn.readings.taken_apart import by_depth, from_gains, largest, lowest, more_rate, test_loss

EXPERIMENTS = ("taken_apart",)
MAIN = ("plain", "mean_only", "size_only", "batch_norm")
SCOPE = (
    "the reference network on the digits, plain gradient descent on mini-batches of 32, 320 steps, ten learning rates a "
    "third of a decade apart, He initialisation unless said otherwise; loss on the whole training set in train mode, what "
    "diverged counts as guessing; all arms have scale and shift; mean: it is subtracted, and nothing divides; size: units "
    "are divided by their root mean square over the mini-batch; spread: by their standard deviation, although no mean is "
    "subtracted"
)
SEEN = "The margin and the settings were chosen after a first look at the same arms, at these seeds."
LOSS = 1.2  # by how much a loss has to differ, as a ratio
GAINS = 2.0  # the same from bad gains
TOGETHER = 1.5  # the margin of both_allow_more_than_either in predictions.yml


def facts(results: dict) -> dict[str, str | Fact]:
    """Losses are those at each arm's best rate; the rest are settings."""
    arms = results["taken_apart"]
    found: dict[str, str | Fact] = {
        "seeds": str(arms["plain"]["loss"].shape[1]),
        "steps": str(arms["plain"]["budgets"][-1]),
        "gain_small": number(arms["plain"]["gains"][0], 1),
        "gain_large": number(arms["plain"]["gains"][-1], 1),
    }
    for name in MAIN:
        found[f"{name}_loss"] = Fact(lowest(arms[name]))
        found[f"{name}_test_loss"] = Fact(test_loss(arms[name]))
    for name in ("batch_norm", "group_norm"):
        found[f"{name}_more_rate"] = Fact(more_rate(arms[name], arms["plain"]), times)
    found["alone_more_rate"] = _span(*(more_rate(arms[name], arms["plain"]) for name in ("mean_only", "size_only")))
    found["plain_largest_rate"] = Fact(largest(arms["plain"]))
    found["limited_steps_loss"] = Fact(lowest(arms["limited_steps"]))
    return found


def _span(*ratios: np.ndarray) -> str:
    """From the lowest to the highest end of their intervals: what is read off a grid hops by a step from seed to seed."""
    ends = [interval(one) for one in ratios]
    low, high = min(one.low for one in ends), max(one.high for one in ends)
    return times(high) if low == high else f"{number(low, 2)} to {times(high)}"


def claims(results: dict) -> list[Claim]:
    """Claims about single ingredients, about gradient and freshness, and about steps instead of layers."""
    arms = results["taken_apart"]
    step = 10 ** (1.5 * spacing(arms["plain"]["rates"]))  # half way from one to two steps of the grid of rates
    common = {
        "experiment": "taken_apart",
        "figure": "taken_apart",
        "origin": "this article",
        "scope": SCOPE,
        "explanation": SCALE,
        "neutral": 1.0,
        "show": times,
        "changed": SEEN,
    }
    return [
        *_ingredient_claims(arms, step, common),
        *_statistics_claims(arms, common),
        *_step_claims(arms, step, common),
    ]


def _ingredient_claims(arms: dict, step: float, common: dict) -> list[Claim]:
    plain = arms["plain"]
    alone = {
        "mean": "mean_only",
        "size": "size_only",
        "spread": "spread_only",
        "layer": "layer_norm",
        "group": "group_norm",
    }
    rates = {word: more_rate(arms[name], plain) for word, name in alone.items()}
    span = _span(rates["mean"], rates["size"])
    losses = {word: lowest(plain) / lowest(arms[alone[word]]) for word in ("mean", "size", "spread")}
    deeper_rates = _in_other_depths(arms, lambda arm, nothing: largest(arm) / largest(nothing))
    deeper_losses = _in_other_depths(arms, lambda arm, nothing: lowest(nothing) / lowest(arm))
    together = largest(arms["batch_norm"]) / np.maximum(largest(arms["mean_only"]), largest(arms["size_only"]))
    example = "; layer, group: Layer Norm and Group Norm, both over all units, or a quarter of them, of each example"
    return [
        Claim(
            id="one_ingredient_allows_larger_rates",
            says="One ingredient of Batch Norm alone allows larger learning rates",
            quantity=f"largest learning rate that trains (loss below {TRAINED}), over that with nothing",
            values=rates | deeper_rates,
            margin=step,
            pattern={"mean": SUPPORTED, "size": SUPPORTED, "spread": SOME_AT_MOST, "layer": NOT_SEEN, "group": NOT_SEEN}
            | dict.fromkeys(deeper_rates, ANY),
            sentences={
                "mixed": f"Subtracting the mean alone, or dividing by a size about zero alone, lets rates be {span} as "
                "large in most seeds. Dividing by the spread, Layer Norm or Group Norm buys less."
            },
            **(common | {"scope": SCOPE + example}),
        ),
        Claim(
            id="one_ingredient_lowers_the_loss",
            says="One ingredient of Batch Norm alone lowers the loss",
            quantity="loss at the best rate, with nothing over with the ingredient",
            values=losses | deeper_losses,
            margin=LOSS,
            pattern={"mean": SUPPORTED, "size": SOME_AT_LEAST, "spread": SOME_AT_MOST} | dict.fromkeys(deeper_losses, ANY),
            sentences={
                "mixed": "Without either, the loss is {value_mean} as high as with the mean alone subtracted, and "
                "{value_size} as high as with the size alone divided out."
            },
            **common,
        ),
        Claim(
            id="dividing_repairs_gains",
            says="One ingredient of Batch Norm alone repairs badly scaled weights",
            quantity="loss at the best of four rates, with nothing over with the ingredient, from a gain of 0.3 or of 3, "
            "whichever it helps less",
            values={word: (from_gains(plain) / from_gains(arms[name])).min(0) for word, name in alone.items()},
            margin=GAINS,
            pattern={"mean": NOT_SEEN, **dict.fromkeys(("size", "spread", "layer"), SUPPORTED), "group": SOME_AT_LEAST},
            sentences={
                "mixed": "From badly scaled weights, a network with any of these divisions ends lower than with nothing; "
                "with the mean alone subtracted it does not."
            },
            **(common | {"scope": SCOPE + example}),
        ),
        Claim(
            id="both_ingredients_exceed_either",
            says="Subtracting and dividing together allow larger learning rates than the better of them alone",
            quantity=f"largest learning rate that trains (loss below {TRAINED}), Batch Norm over the better of the mean "
            "alone and the size alone",
            values=per_seed(together),
            margin=TOGETHER,
            sentences={
                "supported": f"Subtracting and dividing together train at rates {_span(together)} as large as the better of "
                f"the two alone; a step of our grid is {times(10 ** spacing(plain['rates']))}."
            },
            **(
                common
                | {
                    "changed": "Its margin is that of predictions.yml, which is less than a step of the grid of rates; "
                    "asked for more than a step, as the others are, the claim is inconclusive."
                }
            ),
        ),
    ]


def _in_other_depths(arms: dict, compare: Callable[[dict, dict], np.ndarray]) -> dict[str, np.ndarray]:
    """Arms with nothing in other depths, where these were trained: by arm and depth, (seed,)."""
    nothing = by_depth(arms["plain"])
    words = {"mean": "mean_only", "size": "size_only", "both": "batch_norm"}
    return {
        f"{word}, {depth} layers": compare(arm, nothing[depth])
        for word, name in words.items()
        for depth, arm in by_depth(arms[name]).items()
    }


def _statistics_claims(arms: dict, common: dict) -> list[Claim]:
    plain, whole = arms["plain"], arms["batch_norm"]
    stopped = {"mean": "mean_stopped", "size": "size_stopped"}
    held = {"frozen": "both_frozen", "seldom": "both_seldom", "fresh": "both_stopped"}
    return [
        Claim(
            id="gradient_through_the_statistics",
            says="Batch Norm needs the gradient through its statistics",
            quantity="loss at the best rate, Batch Norm whose backward pass takes a statistic for a constant, over Batch "
            "Norm",
            values={word: lowest(arms[name]) / lowest(whole) for word, name in stopped.items()},
            margin=1.5,
            pattern={"mean": SUPPORTED, "size": NOT_SEEN},
            sentences={
                "mixed": "If the backward pass takes the mean for a constant, the loss is {value_mean} as high as with "
                "Batch Norm; if it takes the size for a constant, {value_size}."
            },
            **(common | {"origin": "Ioffe and Szegedy (2015)"}),
        ),
        Claim(
            id="stale_statistics_harm",
            says="Statistics that the gradient does not know do harm",
            quantity="loss at the best rate, with statistics taken for constants over with nothing",
            values={word: lowest(arms[name]) / lowest(plain) for word, name in held.items()},
            margin=1.5,
            pattern={"frozen": NOT_SEEN, "seldom": SUPPORTED, "fresh": ANY},
            sentences={
                "mixed": "Frozen at the start, statistics that the gradient does not know leave the loss about where it "
                "is with nothing. Taken anew every five steps they are ruinous: the loss is {value_seldom} as high."
            },
            **(
                common
                | {
                    "origin": "Ioffe and Szegedy (2015)",
                    "scope": SCOPE + "; frozen: as of the start; seldom: of every fifth mini-batch; fresh: of each",
                }
            ),
        ),
    ]


def _step_claims(arms: dict, step: float, common: dict) -> list[Claim]:
    plain, limited = arms["plain"], arms["limited_steps"]
    at_least = "at least " if np.median(largest(limited)) >= limited["rates"][-1] else ""
    rates = f"largest learning rate that trains (loss below {TRAINED})"
    limit = "; no step of a parameter is longer than a hundredth of its layer's weights, the best of three limits tried"
    return [
        Claim(
            id="limited_steps_allow_any_rate",
            says="Without Batch Norm, steps limited to a share of the weights allow larger learning rates",
            quantity=f"{rates}, with limited steps over with nothing",
            values=per_seed(largest(limited) / largest(plain)),
            margin=step,
            sentences={
                "supported": "Steps limited to a hundredth of a layer's weights, without Batch Norm, train at rates "
                f"{at_least}{{value}} as large."
            },
            **(common | {"origin": "this article, after Brock et al. (2021)", "scope": SCOPE + limit}),
        ),
        Claim(
            id="rates_without_growing_weights",
            says="Batch Norm allows larger learning rates although its weights cannot grow",
            quantity=f"{rates}, Batch Norm whose weights are held at their initial norm over nothing",
            values=per_seed(largest(arms["held_norms"]) / largest(plain)),
            margin=step,
            sentences={
                "supported": "With its weights held at their first norm, so that they cannot grow and shorten the steps, "
                "Batch Norm still trains at rates {value} as large as nothing does."
            },
            **common,
        ),
    ]


def alts(fact: Mapping[str, str]) -> dict[str, str]:
    """Alt texts."""
    return {
        "taken_apart": "Thirteen rows from nothing to Batch Norm; switches say what each row does, marks what it buys. "
        f"The largest rate that trains, {fact['plain_largest_rate']} with nothing, is {fact['alone_more_rate']} as "
        f"large in most seeds with the mean alone subtracted or the size alone divided out, and "
        f"{fact['batch_norm_more_rate']} with "
        f"Batch Norm. The loss falls from {fact['plain_loss']} "
        f"to {fact['mean_only_loss']}, {fact['size_only_loss']} and {fact['batch_norm_loss']}. Only rows that divide learn "
        "from bad weights; the row whose gradient does not know the mean alone ends higher than with nothing.",
    }
