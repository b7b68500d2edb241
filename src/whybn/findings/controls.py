"""What the controls show: noise behind Batch Norm, and statistics frozen at the start."""

import numpy as np

from whybn.evidence.claims import INCONCLUSIVE, NOT_SEEN, REVERSED, SCALE, SHIFT, SUPPORTED, Claim, per_seed
from whybn.evidence.display import number, times
from whybn.evidence.facts import Fact
from whybn.readings.controls import loss, shift
from whybn.readings.definitions import (
    GUESSING,
    TRAINED,
    at_best,
    at_rate,
    best_rate,
    diverged_last,
    largest_rate,
    spacing,
)

EXPERIMENTS = ("controls",)
DEPTHS = {"ten": 10, "twenty": 20}
GAINS = {"small": 0.3, "he": 1.0, "large": 3.0}
SCOPE = (
    "the reference network on the digits, plain gradient descent on mini-batches of 32, 320 steps, eight learning rates "
    "half a decade apart, the same for all arms; loss on the whole training set in train mode"
)
NOISE_SCOPE = SCOPE + "; with ten and with twenty hidden layers; in the noisy arms the loss is that with the noise"
FROZEN_SCOPE = (
    SCOPE + "; frozen statistics are those of the whole training set before the first step; scale and shift are trained"
)


def _best(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Loss at the best learning rate, per seed."""
    return at_best(loss(arm, depth, gain))


def _largest(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Largest learning rate that trains ten layers from He initialisation, per seed."""
    return largest_rate(loss(arm), arm["rates"])


def _own_shift(arm: dict[str, np.ndarray], depth: int) -> np.ndarray:
    """Shift of the inputs at the best learning rate, per seed; infinite where the network diverged."""
    return diverged_last(at_rate(shift(arm, depth), best_rate(loss(arm, depth))))


def facts(results: dict) -> dict[str, Fact | str]:
    """Losses and shifts, each arm at its best rate."""
    arms = results["controls"]
    plain = arms["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["loss"].shape[1]),
        "shift_gap": str(plain["gap"]),
        "steps": str(plain["steps"]),
        "trained": number(TRAINED, 1),
    }
    for name in ("plain", "batch_norm", "noisy_batch_norm"):
        found[f"{name}_best_loss_twenty"] = Fact(_best(arms[name], 20))
        found[f"{name}_shift_ten"] = Fact(_own_shift(arms[name], 10))
    for word, depth in DEPTHS.items():
        found[f"noisy_plain_best_loss_{word}"] = Fact(_best(arms["noisy_plain"], depth))
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about the noise and about frozen statistics."""
    arms = results["controls"]
    return [*_noise_claims(arms), *_frozen_claims(arms)]


def _noise_claims(arms: dict) -> list[Claim]:
    plain, normalised, noisy = arms["plain"], arms["batch_norm"], arms["noisy_batch_norm"]
    common = {
        "experiment": "controls",
        "figure": "noisy_batch_norm",
        "origin": "follows from Ioffe and Szegedy (2015); Santurkar et al. (2018) claimed the opposite",
        "scope": NOISE_SCOPE,
    }

    def by_depth(measured: list[np.ndarray]) -> dict[str, np.ndarray]:
        return dict(zip(DEPTHS, measured, strict=True))

    return [
        Claim(
            id="noise_undoes_calm",
            says="Noise behind Batch Norm makes the inputs of the layers shift further",
            explanation=SHIFT,
            quantity=f"Wasserstein distance between the inputs of a layer now and {plain['gap']} steps later, in standard "
            "deviations, mean over units, layers and times; Batch Norm with over without noise, each at its best rate",
            values=by_depth([_own_shift(noisy, depth) / _own_shift(normalised, depth) for depth in DEPTHS.values()]),
            margin=2.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": "Noise behind Batch Norm makes the inputs of the layers shift {value_ten} as far in ten "
                "layers, and {value_twenty} as far in twenty."
            },
            **(common | {"origin": "Santurkar et al. (2018)"}),
        ),
        Claim(
            id="noise_takes_large_rates",
            says="Noise behind Batch Norm takes the larger learning rates away",
            explanation=SHIFT,
            quantity=f"largest learning rate that trains (loss below {TRAINED}), Batch Norm with noise over no Batch Norm "
            "and no noise, ten layers",
            values=per_seed(_largest(noisy) / _largest(plain)),
            margin=10 ** (spacing(plain["rates"]) / 2),  # half a step of the grid: no larger rate trains
            neutral=None,  # a bound: no larger rate is left
            changed="It first asserted the opposite, and then asked for less than one step of the grid; now it asks for "
            "less than half a step.",
            below=True,
            show=times,
            sentences={
                "not_seen_here": "Yet in ten layers, that network still trains at rates {value} as large as the network "
                "with neither."
            },
            **common,
        ),
        Claim(
            id="noise_costs",
            says="Noise behind Batch Norm costs something",
            explanation=SHIFT,
            quantity="final loss at the best rate, Batch Norm with over without noise",
            values=by_depth([_best(noisy, depth) / _best(normalised, depth) for depth in DEPTHS.values()]),
            margin=1.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": "The noise is not free: with it, each at its best rate, the loss is {value_ten} as high in ten "
                "layers and {value_twenty} as high in twenty."
            },
            **(common | {"origin": "this article; Santurkar et al. (2018) found hardly any cost"}),
        ),
        Claim(
            id="noise_cancels_gain",
            says="Each at its best rate, Batch Norm with noise ends higher than the network with neither",
            explanation=SHIFT,
            quantity="final loss at the best rate, Batch Norm with noise over no Batch Norm and no noise",
            values=by_depth([_best(noisy, depth) / _best(plain, depth) for depth in DEPTHS.values()]),
            margin=1.0,
            neutral=1.0,
            show=times,
            pattern={"ten": REVERSED, "twenty": INCONCLUSIVE},
            sentences={
                "mixed": "Each at its best rate, the loss with Batch Norm and noise is {value_ten} that with neither in ten "
                "layers. In twenty, the seeds disagree.",
            },
            **common,
        ),
    ]


def _frozen_claims(arms: dict) -> list[Claim]:
    plain, normalised, frozen = arms["plain"], arms["batch_norm"], arms["frozen_batch_norm"]
    common = {"experiment": "controls", "figure": "frozen_batch_norm", "scope": FROZEN_SCOPE}

    def repaired(gain: float) -> np.ndarray:
        return np.minimum(_best(plain, 10, gain), GUESSING) / _best(frozen, 10, gain)

    return [
        Claim(
            id="frozen_start_rescues",
            says="Statistics frozen at the start are enough to learn from badly scaled weights",
            explanation=SCALE,
            origin="Page (2019), for the start of training",
            quantity="final loss at the best rate, without Batch Norm (divergence counts as guessing) over frozen "
            "statistics, from a small gain (0.3) and from a large one (3)",
            values={word: repaired(gain) for word, gain in GAINS.items() if gain != 1},
            margin=2.0,
            neutral=1.0,
            show=times,
            sentences={
                "supported": "From weights that are too small or too large, statistics frozen at the start are enough to "
                "learn. Without Batch Norm, the loss at the best rate is {value_small} as high from small weights, and "
                "{value_large} as high from large ones."
            },
            **common,
        ),
        Claim(
            id="statistics_allow_larger_rates",
            says="Live or frozen at the start, the statistics allow larger learning rates than no Batch Norm",
            explanation=SCALE,
            origin="this article, after Page (2019)",
            quantity=f"largest learning rate that trains (loss below {TRAINED}), over that without Batch Norm, He "
            "initialisation",
            values={word: _largest(arm) / _largest(plain) for word, arm in (("frozen", frozen), ("live", normalised))},
            margin=10 ** spacing(plain["rates"]) * 1.01,
            neutral=1.0,
            show=times,
            pattern={"frozen": NOT_SEEN, "live": SUPPORTED},
            sentences={
                "mixed": "Against no Batch Norm, the largest learning rate that trains is {value_frozen} as large with "
                "statistics frozen at the start, and {value_live} as large with live ones."
            },
            **common,
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "noisy_batch_norm": "Shift of the layers' inputs and final loss against the learning rate, ten and twenty layers. "
        f"Behind Batch Norm the noise moves inputs by {fact['noisy_batch_norm_shift_ten']} deviations instead of "
        f"{fact['batch_norm_shift_ten']}, yet the curve of the loss still reaches large rates; with the same noise and no "
        f"Batch Norm the lowest loss is {fact['noisy_plain_best_loss_ten']}.",
        "frozen_batch_norm": "Final loss against the learning rate from small, He and large initial weights. Without Batch "
        "Norm only the network from He initialisation learns. With frozen statistics the network learns from all three; "
        "with live ones too, and at larger rates.",
    }
