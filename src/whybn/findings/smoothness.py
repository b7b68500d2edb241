"""What the gradients met along a training say: range of the loss, change of the gradient, change per distance."""

from collections.abc import Callable

import numpy as np

from whybn.evidence.claims import NOT_SEEN, REVERSED, SMOOTHNESS, SOME_AT_LEAST, SUPPORTED, Claim
from whybn.evidence.display import number, read, times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import at_loss, nearest
from whybn.readings.smoothness import (
    change,
    equal_far,
    equal_rate,
    loss_range,
    own_rate,
    roughness,
    smoother_beyond,
    typical,
)

EXPERIMENTS = ("smoothness",)
SCOPE = (
    "reference network on the digits, 400 steps; each gradient followed over half to four of the training's own steps, on "
    "its own mini-batch, in train mode; median over the probes after the first"
)
SHORT, LONG = 0.01, 1.0  # distances walked
FAST = 0.5  # learning rate at which running statistics lag far behind
Measure = Callable[[dict[str, np.ndarray]], np.ndarray]
EARLY = slice(1, 6)  # probes at steps 20 to 100
LENGTHS = {"short": 0.05, "middle": 0.2, "long": 0.5}  # rates that set the length of the very first steps


def _at_distance(arm: dict[str, np.ndarray], distance: float) -> np.ndarray:
    """Change of the gradient per distance over one fixed distance, at equal rate, typical of a run: per seed."""
    row = nearest(arm["distances"], distance)
    return typical(equal_far(arm)[:, row])


def _matched(arms: dict, measure: Measure) -> np.ndarray:
    """Without over with Batch Norm at equal rate and equal loss: per seed, geometric mean over the probes."""
    plain, normalised = arms["plain"], arms["batch_norm"]
    rate = equal_rate(plain)
    ours, theirs = (np.log(measure(arm)[1:, :, rate]) for arm in (plain, normalised))
    wanted, known = (arm["loss"][1:, :, rate] for arm in (plain, normalised))
    return np.exp((ours - at_loss(theirs, known, wanted)).mean(0))


def _ratios(arms: dict, measure: Measure) -> dict[str, np.ndarray]:
    """Without over with Batch Norm, per seed: at equal rate, at each arm's best, and at equal loss."""
    plain, normalised = (typical(measure(arms[name])) for name in ("plain", "batch_norm"))
    rate = equal_rate(arms["plain"])
    return {
        "equal rate": plain[:, rate] / normalised[:, rate],
        "best rates": plain[:, own_rate(arms["plain"])] / normalised[:, own_rate(arms["batch_norm"])],
        "equal loss": _matched(arms, measure),
    }


def _first_ratio(arms: dict, rate: float) -> np.ndarray:
    """Change of the very first gradient along steps at one rate, without over with Batch Norm: per start."""
    at = nearest(arms["plain"]["rates"], rate)
    return arms["plain"]["first_change"][:, at] / arms["batch_norm"]["first_change"][:, at]


def _wrong_mode(arm: dict[str, np.ndarray], rate: float) -> np.ndarray:
    """Change per distance read in eval over train mode, early in training: per seed."""
    at = nearest(arm["rates"], rate)
    return np.median(roughness(arm, "eval_")[EARLY, :, at], 0) / np.median(roughness(arm)[EARLY, :, at], 0)


def facts(results: dict) -> dict[str, Fact | str]:
    """Ranges, changes and roughness at equal rate, typical of a run; what the first steps meet.

    The best rates are settings, of these very seeds: neighbouring rates do about as well, and other seeds may prefer one.
    """
    arms = results["smoothness"]
    plain = arms["plain"]
    rate = equal_rate(plain)
    found: dict[str, Fact | str] = {
        "seeds": str(plain["final_loss"].shape[0]),
        "equal_rate": number(float(plain["equal_rate"]), 1),
        "fast_rate": number(FAST, 1),
        "starts": str(len(plain["first_change"])),
        "first_step_smoother": str(sum(read(times(ratio)) > 1 for ratio in _first_ratio(arms, LENGTHS["short"]))),
        "smoother_beyond": Fact(smoother_beyond(**arms)),
        "eval_factor_fast": Fact(_wrong_mode(arms["batch_norm"], FAST), times),
    }
    for name, arm in arms.items():
        found[f"{name}_range"] = Fact(typical(loss_range(arm))[:, rate])
        found[f"{name}_change"] = Fact(typical(change(arm))[:, rate])
        found[f"{name}_change_first"] = Fact(arm["first_change"][:, rate])
        found[f"{name}_best_rate"] = number(float(arm["rates"][own_rate(arm)]), 1)
        found[f"{name}_roughness"] = Fact(typical(roughness(arm))[:, rate])
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about walks along the gradients of whole trainings."""
    arms = results["smoothness"]
    plain, normalised = arms["plain"], arms["batch_norm"]
    common = {"experiment": "smoothness", "origin": "Santurkar et al. (2018)", "show": times}
    return [
        Claim(
            id="loss_range_over_training",
            says="Over whole trainings, the loss along a gradient varies more without Batch Norm",
            explanation=SMOOTHNESS,
            figure="loss_along_the_gradient",
            quantity="range of the loss along the walk, without over with Batch Norm",
            scope=SCOPE,
            values=_ratios(arms, loss_range),
            margin=1.5,
            neutral=1.0,
            sentences={
                "supported": "After the first steps, the loss along a gradient varies more without Batch Norm: "
                "{value_equal rate} as much at the same learning rate, {value_best rates} at each network's own best rate, "
                "and {value_equal loss} at the same loss."
            },
            **common,
        ),
        Claim(
            id="gradient_more_predictive",
            says="Along its own steps, a gradient changes more without Batch Norm",
            explanation=SMOOTHNESS,
            figure="gradient_predictiveness",
            quantity="largest change of the gradient along the walk, without over with Batch Norm",
            scope=SCOPE,
            values=_ratios(arms, change),
            margin=1.5,
            neutral=1.0,
            sentences={
                "supported": "Along the same number of steps, the gradient changes more without Batch Norm: "
                "{value_equal rate} as much at the same learning rate, {value_best rates} at each network's own best rate, "
                "and {value_equal loss} at the same loss."
            },
            **common,
        ),
        Claim(
            id="smoother_at_first_step",
            says="At the very first step, too, the gradient changes more without Batch Norm",
            explanation=SMOOTHNESS,
            figure="gradient_predictiveness",
            quantity="largest change of the gradient along half to four steps from the initial weights, without over with "
            "Batch Norm, for steps at rate " + ", ".join(f"{number(rate, 1)} ({name})" for name, rate in LENGTHS.items()),
            scope="reference network on the digits, before any training; the first mini-batch, in train mode",
            values={name: _first_ratio(arms, rate) for name, rate in LENGTHS.items()},
            margin=1.0,
            neutral=1.0,
            changed="It was judged at the shortest of these steps and on eight seeds, of which all agreed.",
            pattern={"short": REVERSED, "middle": SOME_AT_LEAST, "long": SUPPORTED},
            sentences={
                "mixed": f"Along steps at rate {number(LENGTHS['short'], 1)}, the first gradient changes {{value_short}} as "
                f"much without Batch Norm as with it; at rate {number(LENGTHS['long'], 1)}, {{value_long}}."
            },
            **common,
        ),
        Claim(
            id="smoother_over_distance",
            says="Over equal distances, the gradient changes more without Batch Norm",
            explanation=SMOOTHNESS,
            figure="effective_smoothness",
            quantity=f"change of the gradient over a distance of {number(SHORT, 1)} (short) and {number(LONG, 1)} (long), "
            "without over with Batch Norm, at equal rate",
            scope=SCOPE.replace("over half to four of the training's own steps", "over fixed distances"),
            values={
                name: _at_distance(plain, distance) / _at_distance(normalised, distance)
                for name, distance in (("short", SHORT), ("long", LONG))
            },
            margin=1.5,
            neutral=1.0,
            pattern={"short": NOT_SEEN, "long": SUPPORTED},
            sentences={
                "mixed": "Over a long distance, the gradient without Batch Norm changes {value_long} as much as the one "
                "with it; over a hundredth of that distance, {value_short} as much."
            },
            **common,
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    best = (
        f"for these seeds the best is {fact['plain_best_rate']} without and {fact['batch_norm_best_rate']} with Batch Norm"
    )
    return {
        "loss_along_the_gradient": "Loss met along each gradient during training. At equal learning rate its range is "
        f"typically {fact['plain_range']} without Batch Norm, jagged all through training, and {fact['batch_norm_range']} "
        "with it.",
        "gradient_predictiveness": "Largest change of the gradient along its own steps. At equal learning rate it is "
        f"typically {fact['plain_change']} without Batch Norm and {fact['batch_norm_change']} with it. At the very first "
        f"step it is the other way round, {fact['plain_change_first']} against {fact['batch_norm_change_first']}, as "
        "long as the learning rate is small; at large ones the curve without Batch Norm shoots up, and the one with it "
        "stays level. "
        f"Later in training, the curve without lies above at every rate that was tried; {best}.",
        "effective_smoothness": "Change of the gradient per distance. Along equal multiples of a step it is about as "
        f"large without Batch Norm, {fact['plain_roughness']}, as with it, {fact['batch_norm_roughness']}. Against the "
        f"distance walked, after the first step the two curves cross at {fact['smoother_beyond']}: nearby, Batch Norm is no "
        "smoother; farther away, it is. At the first step it is rougher at every distance.",
    }
