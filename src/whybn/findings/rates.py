"""What three depths, many learning rates and short and long trainings show."""

import numpy as np

from whybn.evidence.claims import REVERSED, SOME_AT_LEAST, SOME_AT_MOST, Claim, highest_rate
from whybn.evidence.display import number, times

EXPERIMENTS = ("rates", "step_time")
SHORT = 160  # steps of the short training; the long one ends the experiment
TARGET = 0.5  # loss on the whole training set below which a network counts as trained; guessing gives 2.3
SLOW = 0  # column of the smallest rate of the grid, at which every network trains steadily
DEPTHS = ("shallow", "middle", "deep")


def _check(arm: dict[str, np.ndarray], steps: int) -> int:
    """Row of the measurement nearest to a number of steps."""
    return int(np.abs(arm["steps"] - steps).argmin())


def _best(arm: dict[str, np.ndarray], check: int) -> np.ndarray:
    """Lowest loss over all learning rates: (depth, seed)."""
    return np.nanmin(arm["loss"][:, check], axis=-1)


def _highest_rate(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Largest learning rate that trains in the long training: (depth, seed); one step below the grid if none does."""
    return highest_rate(arm["loss"][:, -1], arm["rates"], TARGET)


def _rate_in_words(rate: float, rates: np.ndarray) -> str:
    """A highest rate; at the end of the grid it is but a lower bound."""
    return f"at least {number(rate)}" if rate >= rates[-1] else number(rate)


def _behind(plain: dict[str, np.ndarray], normalised: dict[str, np.ndarray]) -> np.ndarray:
    """Loss with over without Batch Norm in the end, both at the small learning rate: (depth, seed)."""
    return normalised["loss"][:, -1, :, SLOW] / plain["loss"][:, -1, :, SLOW]


def steps_to(arm: dict[str, np.ndarray], target: float = TARGET) -> np.ndarray:
    """Steps until the loss first falls below `target` at the rate that is fastest to it: (depth, seed).

    Between two measurements the logarithms of loss and steps are joined by a straight line; infinite if never.
    """
    loss, steps = arm["loss"], np.log(arm["steps"])
    below = loss < target
    first = below.argmax(1)  # (depth, seed, rate)
    before = np.maximum(first - 1, 0)

    def at(check: np.ndarray) -> np.ndarray:
        return np.log(np.take_along_axis(loss, check[:, None], 1)[:, 0])

    fall = np.where(first > before, at(before) - at(first), 1)
    share = np.where(first > before, (at(before) - np.log(target)) / fall, 1)
    found = steps[before] + share * (steps[first] - steps[before])
    return np.exp(np.where(below.any(1), found, np.inf)).min(-1)


def _time_ratio(measured: dict[str, np.ndarray]) -> np.ndarray:
    """Time of a step with over without Batch Norm, the typical turn: (depth,)."""
    return np.median(measured["batch_norm"] / measured["plain"], axis=1)


def facts(results: dict) -> dict[str, str]:
    """Display strings; losses are medians over seeds of each seed's best rate."""
    arms = results["rates"]
    plain = arms["plain"]
    shown = {
        "seeds": str(plain["loss"].shape[2]),
        "steps_short": str(plain["steps"][_check(plain, SHORT)]),
        "steps_long": str(plain["steps"][-1]),
        "target": number(TARGET, 1),
        "slow_rate": number(plain["rates"][SLOW]),
    }
    for row, depth in enumerate(DEPTHS):
        shown[f"layers_{depth}"] = str(plain["depths"][row])
        shown[f"time_{depth}"] = times(_time_ratio(results["step_time"]["turns"])[row])
        for name, arm in arms.items():
            shown[f"{name}_long_{depth}"] = number(np.median(_best(arm, -1)[row]))
            shown[f"{name}_steps_to_target_{depth}"] = f"{np.median(steps_to(arm)[row]):.0f}"
            shown[f"{name}_highest_rate_{depth}"] = _rate_in_words(np.median(_highest_rate(arm)[row]), arm["rates"])
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about best losses, equal rates and ranges of rates at three depths."""
    plain, normalised = results["rates"]["plain"], results["rates"]["batch_norm"]
    fact = facts(results)
    named = ", ".join(f"{name} {count}" for name, count in zip(DEPTHS, plain["depths"], strict=True))
    layers = f"{plain['depths'][0]}, {plain['depths'][1]} and {plain['depths'][2]}"
    common = {
        "experiment": "rates",
        "figure": "learning_rates",
        "scope": f"networks of the reference width on the digits, He initialisation, plain gradient descent on "
        f"mini-batches of 32; layers: {named}",
    }

    def by_depth(values: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(DEPTHS, values, strict=True))

    def best(check: int) -> dict[str, np.ndarray]:
        return by_depth(_best(plain, check) / _best(normalised, check))

    return [
        Claim(
            id="lower_loss_short",
            says="Each at its best learning rate, Batch Norm reaches a lower loss in a short training",
            origin="Ioffe and Szegedy (2015), as faster training",
            quantity=f"lowest loss over all rates after {fact['steps_short']} steps, without over with",
            values=best(_check(plain, SHORT)),
            margin=1.0,
            show=times,
            sentences={
                "supported": f"Each at its best learning rate, the loss after {fact['steps_short']} steps is "
                f"{{value_shallow}}, {{value_middle}} and {{value_deep}} as high without Batch Norm as with it, at {layers} "
                "layers."
            },
            **common,
        ),
        Claim(
            id="lower_loss_long",
            says="Each at its best learning rate, Batch Norm reaches a lower loss in a long training, too",
            origin="this article",
            quantity=f"lowest loss over all rates after {fact['steps_long']} steps, without over with",
            values=best(-1),
            margin=1.0,
            show=times,
            pattern={"shallow": REVERSED, "middle": SOME_AT_MOST, "deep": SOME_AT_LEAST},
            sentences={
                "mixed": f"After {fact['steps_long']} steps, the lowest loss without Batch Norm is {{value_shallow}}, "
                "{value_middle} and {value_deep} that with it."
            },
            **common,
        ),
        Claim(
            id="slower_at_small_rate",
            says="At one and the same small learning rate, the network with Batch Norm is behind",
            origin="this article",
            quantity=f"loss after {fact['steps_long']} steps at learning rate {fact['slow_rate']}, with over without",
            values={name: row for name, row in by_depth(_behind(plain, normalised)).items() if name != "deep"},
            margin=1.0,
            show=times,
            sentences={
                "supported": f"At one and the same small rate, {fact['slow_rate']}, the network with Batch Norm is even "
                "behind. Its loss is {value_shallow} as high at the smallest depth and {value_middle} at the middle one."
            },
            **(common | {"scope": f"{common['scope']}; the deep network is left out, as not all seeds agree there"}),
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "learning_rates": "Loss against learning rate at three depths, after a short and after a long training. The "
        "curves without Batch Norm are narrow valleys, those with it wide ones. After the long training their floors are, "
        + "; ".join(
            f"in {fact[f'layers_{depth}']} layers, {fact[f'plain_long_{depth}']} without and "
            f"{fact[f'batch_norm_long_{depth}']} with Batch Norm"
            for depth in DEPTHS
        )
        + ".",
        "convergence": "Lowest loss over all learning rates against steps and against time, at three depths. It first falls "
        f"below {fact['target']} after so many steps: "
        + "; ".join(
            f"in {fact[f'layers_{depth}']} layers, {fact[f'plain_steps_to_target_{depth}']} without and "
            f"{fact[f'batch_norm_steps_to_target_{depth}']} with Batch Norm"
            for depth in DEPTHS
        )
        + ".",
    }
