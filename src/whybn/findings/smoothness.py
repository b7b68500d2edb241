"""What the gradients met along a training say: range of the loss, change of the gradient, change per distance."""

from collections.abc import Callable

import numpy as np

from whybn.evidence.claims import NOT_SEEN, SMOOTHNESS, SUPPORTED, Claim, per_seed
from whybn.evidence.display import number, times

EXPERIMENTS = ("smoothness",)
SCOPE = (
    "reference network on the digits, 400 steps; each gradient followed over half to four of the training's own steps, on "
    "its own mini-batch, in train mode; median over the probes after the first"
)
SHORT, LONG = 0.01, 1.0  # distances walked
FAST = 0.5  # learning rate at which running statistics lag far behind
Measure = Callable[[dict[str, np.ndarray]], np.ndarray]
EARLY = slice(1, 6)  # probes at steps 20 to 100


def _at(arm: dict[str, np.ndarray], rate: float) -> int:
    return int(np.abs(arm["rates"] - rate).argmin())


def _best(arm: dict[str, np.ndarray]) -> int:
    """Which rate left the lowest median loss; a network that diverged has an infinite one."""
    loss = np.where(np.isnan(arm["final_loss"]), np.inf, arm["final_loss"])
    return int(np.median(loss, 0).argmin())


def _range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range of the loss along the walk: (time, seed, rate)."""
    return np.ptp(arm["walk_loss"], axis=1)


def _change(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Largest change of the gradient along the walk: (time, seed, rate)."""
    return arm["change"].max(1)


def _roughness(arm: dict[str, np.ndarray], mode: str = "") -> np.ndarray:
    """Largest change of the gradient per distance walked: (time, seed, rate). mode: "" or "eval_"."""
    steps = arm["rates"] * arm["multiples"][:, None, None]
    return (arm[f"{mode}change"] / (steps * arm[f"{mode}norm"][:, None])).max(1)


def _at_distance(arm: dict[str, np.ndarray], distance: float, rate: int) -> np.ndarray:
    """Change of the gradient per distance, over one fixed distance: per seed, median over the probes after the first."""
    row = np.abs(arm["distances"] - distance).argmin()
    return np.median(arm["far_change"][1:, row, :, rate] / arm["distances"][row], 0)


def _typical(measured: np.ndarray, rate: int) -> np.ndarray:
    """Of (time, seed, rate) the median over the probes after the first, per seed."""
    return np.median(measured[1:, :, rate], 0)


def _matched(arms: dict, measure: Measure) -> np.ndarray:
    """Without over with Batch Norm at equal rate and equal loss: per seed, geometric mean over the probes."""
    plain, normalised = arms["plain"], arms["batch_norm"]
    rate = _at(plain, plain["equal_rate"])
    ours, theirs = (np.log(measure(arm)[1:, :, rate]) for arm in (plain, normalised))
    wanted, known = (arm["loss"][1:, :, rate] for arm in (plain, normalised))
    gaps = []
    for seed in range(wanted.shape[1]):
        order = known[:, seed].argsort()
        gaps.append(np.mean(ours[:, seed] - np.interp(wanted[:, seed], known[order, seed], theirs[order, seed])))
    return np.exp(np.array(gaps))


def _ratios(arms: dict, measure: Measure) -> dict[str, np.ndarray]:
    """Without over with Batch Norm, per seed: at equal rate, at each arm's best, and at equal loss."""
    plain, normalised = arms["plain"], arms["batch_norm"]
    rate = _at(plain, plain["equal_rate"])
    return {
        "equal rate": _typical(measure(plain), rate) / _typical(measure(normalised), rate),
        "best rates": _typical(measure(plain), _best(plain)) / _typical(measure(normalised), _best(normalised)),
        "equal loss": _matched(arms, measure),
    }


def _wrong_mode(arm: dict[str, np.ndarray], rate: float) -> np.ndarray:
    """Change per distance read in eval over train mode, early in training: per seed."""
    at = _at(arm, rate)
    return np.median(_roughness(arm, "eval_")[EARLY, :, at], 0) / np.median(_roughness(arm)[EARLY, :, at], 0)


def facts(results: dict) -> dict[str, str]:
    """Display strings."""
    arms = results["smoothness"]
    plain = arms["plain"]
    rate = _at(plain, plain["equal_rate"])
    shown = {
        "seeds": str(plain["final_loss"].shape[0]),
        "equal_rate": number(float(plain["equal_rate"]), 1),
        "fast_rate": number(FAST, 1),
        "eval_factor_fast": times(np.median(_wrong_mode(arms["batch_norm"], FAST))),
    }
    for name, arm in arms.items():
        shown[f"{name}_range"] = number(np.median(_typical(_range(arm), rate)))
        shown[f"{name}_change"] = number(np.median(_typical(_change(arm), rate)))
        shown[f"{name}_change_first"] = number(np.median(_change(arm)[0, :, rate]))
        shown[f"{name}_roughness"] = number(np.median(_typical(_roughness(arm), rate)))
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about walks along the gradients of whole trainings."""
    arms = results["smoothness"]
    plain, normalised = arms["plain"], arms["batch_norm"]
    common = {"experiment": "smoothness", "origin": "Santurkar et al. (2018)", "show": times}
    rate = _at(plain, plain["equal_rate"])
    return [
        Claim(
            id="loss_range_over_training",
            says="Over whole trainings, the loss along a gradient varies more without Batch Norm",
            explanation=SMOOTHNESS,
            figure="loss_along_the_gradient",
            quantity="range of the loss along the walk, without over with Batch Norm",
            scope=SCOPE,
            values=_ratios(arms, _range),
            margin=1.5,
            sentences={
                "supported": "After the first steps, the loss along a gradient varies {value_equal rate} as much without "
                "Batch Norm at the same learning rate. At each network's own best rate it varies {value_best rates} as "
                "much, and at the same loss {value_equal loss}."
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
            values=_ratios(arms, _change),
            margin=1.5,
            sentences={
                "supported": "Along the same number of steps, the gradient changes {value_equal rate} as much without Batch "
                "Norm at the same learning rate. At each network's own best rate it changes {value_best rates} as much, "
                "and at the same loss {value_equal loss}."
            },
            **common,
        ),
        Claim(
            id="smoother_at_first_step",
            says="At the very first step, too, the gradient changes more without Batch Norm",
            explanation=SMOOTHNESS,
            figure="gradient_predictiveness",
            quantity="largest change of the gradient along the walk from the initial weights, without over with Batch Norm, "
            "at equal rate",
            scope=SCOPE.replace("; median over the probes after the first", ""),
            values=per_seed(_change(plain)[0, :, rate] / _change(normalised)[0, :, rate]),
            margin=1.0,
            sentences={
                "reversed_here": "Along the very first gradient, it changes {value} as much without Batch Norm as with it."
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
                name: _at_distance(plain, distance, rate) / _at_distance(normalised, distance, rate)
                for name, distance in (("short", SHORT), ("long", LONG))
            },
            margin=1.5,
            pattern={"short": NOT_SEEN, "long": SUPPORTED},
            sentences={
                "mixed": "Over a long distance, the gradient without Batch Norm changes {value_long} as much as the one "
                "with it; over a hundredth of that distance, {value_short} as much."
            },
            **common,
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "loss_along_the_gradient": "Loss met along each gradient during training. At equal learning rate its range is "
        f"typically {fact['plain_range']} without Batch Norm, jagged all through training, and {fact['batch_norm_range']} "
        "with it. Below, the same range at every learning rate that was tried.",
        "gradient_predictiveness": "Largest change of the gradient along its own steps. At equal learning rate it is "
        f"typically {fact['plain_change']} without Batch Norm and {fact['batch_norm_change']} with it; at the very first "
        f"step it is the other way round, {fact['plain_change_first']} against {fact['batch_norm_change_first']}.",
        "effective_smoothness": "Change of the gradient per distance. Along equal multiples of a step it is about as "
        f"large without Batch Norm, {fact['plain_roughness']}, as with it, {fact['batch_norm_roughness']}. Against the "
        "distance walked, the two curves cross: nearby, Batch Norm is no smoother; far away, it is.",
    }
