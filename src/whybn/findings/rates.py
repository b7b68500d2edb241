"""What three depths, many learning rates and short and long trainings show."""

import numpy as np

from whybn.evidence.claims import SOME_AT_LEAST, SOME_AT_MOST, Claim
from whybn.evidence.display import number, times, whole
from whybn.evidence.facts import Fact
from whybn.readings.definitions import TRAINED
from whybn.readings.rates import largest, lead_ends, lowest, short, steps_to_train

EXPERIMENTS = ("rates",)
SLOW = 0  # column of the smallest rate of the grid, at which every network trains steadily
DEPTHS = ("shallow", "middle", "deep")


def _largest(arm: dict[str, np.ndarray], row: int) -> Fact:
    """A largest rate; at the end of the grid it is but a lower bound."""

    def show(rate: float, digits: int) -> str:
        return f"at least {number(rate, digits)}" if rate >= arm["rates"][-1] else number(rate, digits)

    return Fact(largest(arm)[row], show)


def _behind(plain: dict[str, np.ndarray], normalised: dict[str, np.ndarray]) -> np.ndarray:
    """Loss with over without Batch Norm in the end, both at the small learning rate: (depth, seed)."""
    return normalised["loss"][:, -1, :, SLOW] / plain["loss"][:, -1, :, SLOW]


def facts(results: dict) -> dict[str, Fact | str]:
    """Losses at the best rate, steps to a loss, largest rates."""
    arms = results["rates"]
    plain = arms["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["loss"].shape[2]),
        "steps_short": str(plain["steps"][short(plain)]),
        "steps_long": str(plain["steps"][-1]),
        "target": number(TRAINED, 1),
        "slow_rate": number(plain["rates"][SLOW]),
    }
    found["lead_ends_shallow"] = Fact(lead_ends(plain, arms["batch_norm"])[0], whole)
    for row, depth in enumerate(DEPTHS):
        found[f"layers_{depth}"] = str(plain["depths"][row])
        for name, arm in arms.items():
            found[f"{name}_short_{depth}"] = Fact(lowest(arm)[row, short(arm)])
            found[f"{name}_long_{depth}"] = Fact(lowest(arm)[row, -1])
            found[f"{name}_steps_to_target_{depth}"] = Fact(steps_to_train(arm)[row])
            if depth != "shallow":
                found[f"{name}_largest_rate_{depth}"] = _largest(arm, row)
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about best losses, equal rates and ranges of rates at three depths."""
    plain, normalised = results["rates"]["plain"], results["rates"]["batch_norm"]
    fact = facts(results)
    named = ", ".join(f"{name} {count}" for name, count in zip(DEPTHS, plain["depths"], strict=True))
    first, second, third = plain["depths"]
    by_layers = f"at {first} layers, {{value_middle}} at {second} and {{value_deep}} at {third}"
    long = f"After {fact['steps_long']} steps, the loss at the best rate without Batch Norm is, in the typical seed, "
    long += f"{{value_shallow}} that with it {by_layers}"
    common = {
        "experiment": "rates",
        "figure": "learning_rates",
        "scope": f"networks of the reference width on the digits, He initialisation, plain gradient descent on "
        f"mini-batches of 32; layers: {named}",
    }

    def by_depth(values: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(DEPTHS, values, strict=True))

    def best(check: int) -> dict[str, np.ndarray]:
        return by_depth(lowest(plain)[:, check] / lowest(normalised)[:, check])

    return [
        Claim(
            id="lower_loss_short",
            says="Each at its best learning rate, Batch Norm reaches a lower loss in a short training",
            origin="Ioffe and Szegedy (2015), as faster training",
            quantity=f"loss at the best rate after {fact['steps_short']} steps, without over with",
            values=best(short(plain)),
            margin=1.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": f"Without Batch Norm, each at its best learning rate, the loss after {fact['steps_short']} "
                f"steps is {{value_shallow}} as high {by_layers}."
            },
            **common,
        ),
        Claim(
            id="lower_loss_long",
            says="Each at its best learning rate, Batch Norm reaches a lower loss in a long training, too",
            origin="this article",
            quantity=f"loss at the best rate after {fact['steps_long']} steps, without over with",
            values=best(-1),
            margin=1.0,
            neutral=1.0,
            changed="Eight seeds became sixteen after other seeds disagreed.",
            show=times,
            pattern={"shallow": SOME_AT_MOST, "middle": SOME_AT_MOST, "deep": SOME_AT_LEAST},
            sentences={"mixed": f"{long}.", "inconclusive": f"{long}, but not clearly in all seeds."},
            **common,
        ),
        Claim(
            id="slower_at_small_rate",
            says="At one and the same small learning rate, the network with Batch Norm is behind",
            origin="this article",
            quantity=f"loss after {fact['steps_long']} steps at learning rate {fact['slow_rate']}, the smallest tried, "
            "with over without",
            values=by_depth(_behind(plain, normalised)),
            margin=1.0,
            neutral=1.0,
            changed="The rate was the one nearest to 0.02, where the ratio hung on single seeds; now it is the smallest of "
            "the grid. The deep network was left out for a while, and is back.",
            show=times,
            sentences={
                "supported": f"At the smallest rate tried, {fact['slow_rate']}, the loss with Batch Norm is "
                f"{{value_shallow}} as high {by_layers}."
            },
            **common,
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "learning_rates": "Loss against learning rate at three depths, after a short and after a long training. The "
        "curves without Batch Norm are narrow valleys, those with it wide ones. Their floors are, after the short and "
        "after the long training, "
        + "; ".join(
            f"in {fact[f'layers_{depth}']} layers, {fact[f'plain_short_{depth}']} and {fact[f'plain_long_{depth}']} "
            f"without, {fact[f'batch_norm_short_{depth}']} and {fact[f'batch_norm_long_{depth}']} with Batch Norm"
            for depth in DEPTHS
        )
        + ".",
        "convergence": "Loss at the best learning rate for so long a training, against its steps, at three depths. In "
        f"{fact['layers_shallow']} layers the curves cross at {fact['lead_ends_shallow']} steps. "
        f"The loss first falls below {fact['target']} after so many steps: "
        + "; ".join(
            f"in {fact[f'layers_{depth}']} layers, {fact[f'plain_steps_to_target_{depth}']} without and "
            f"{fact[f'batch_norm_steps_to_target_{depth}']} with Batch Norm"
            for depth in DEPTHS
        )
        + ".",
    }
