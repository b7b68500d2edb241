"""What the controls show: noise behind Batch Norm, and statistics frozen at the start."""

import numpy as np

from whybn.evidence.claims import NOT_SEEN, SCALE, SHIFT, SUPPORTED, Claim, highest_rate, per_seed
from whybn.evidence.display import number, times

EXPERIMENTS = ("controls",)
GUESSING = np.log(10)  # loss of guessing among ten digits
TRAINED = 0.5  # loss on the whole training set below which a network counts as trained, as on the map
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


def _network(arm: dict[str, np.ndarray], depth: int, gain: float) -> int:
    """Row of one network."""
    return int(np.flatnonzero((arm["depths"] == depth) & (arm["gains"] == gain))[0])


def _loss(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Final loss (seed, rate), infinite where the member has diverged."""
    loss = arm["loss"][_network(arm, depth, gain)]
    return np.where(np.isnan(loss), np.inf, loss)


def _best(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Loss at the best learning rate, per seed."""
    return _loss(arm, depth, gain).min(1)


def _best_rate(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> int:
    """Number of the learning rate with the lowest median loss."""
    return int(np.median(_loss(arm, depth, gain), axis=0).argmin())


def _highest(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Highest learning rate that trains, per seed; one step below the grid where none does."""
    return highest_rate(_loss(arm, depth, gain), arm["rates"], TRAINED)


def _shift(arm: dict[str, np.ndarray], depth: int, rate: int) -> np.ndarray:
    """Shift of the inputs at one learning rate, mean over times and layers, per seed; infinite where it diverged."""
    return np.nan_to_num(arm["shift"][_network(arm, depth, 1.0)][..., rate].mean(0), nan=np.inf)


def _own_shift(arm: dict[str, np.ndarray], depth: int) -> np.ndarray:
    """Shift of the inputs at the best learning rate, per seed."""
    return _shift(arm, depth, _best_rate(arm, depth))


def _step(arm: dict[str, np.ndarray]) -> float:
    """Factor from one learning rate to the next."""
    return float(arm["rates"][1] / arm["rates"][0])


def facts(results: dict) -> dict[str, str]:
    """Display strings. Losses are medians over seeds, each arm at its best rate where none is named."""
    arms = results["controls"]
    plain = arms["plain"]
    shown = {
        "seeds": str(plain["loss"].shape[1]),
        "shift_gap": str(plain["gap"]),
        "steps": str(plain["steps"]),
        "trained": number(TRAINED, 1),
    }
    for name, arm in arms.items():
        for word, depth in DEPTHS.items():
            if depth not in arm["depths"]:
                continue
            shown[f"{name}_best_loss_{word}"] = number(np.median(_best(arm, depth)))
            shown[f"{name}_shift_{word}"] = number(np.median(_own_shift(arm, depth)))
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about the noise and about frozen statistics."""
    arms = results["controls"]
    return [*_noise_claims(arms), *_frozen_claims(arms)]


def _noise_claims(arms: dict) -> list[Claim]:
    plain, normalised, noisy = arms["plain"], arms["batch_norm"], arms["noisy_batch_norm"]
    common = {
        "experiment": "controls",
        "figure": "noisy_batch_norm",
        "origin": "Santurkar et al. (2018)",
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
            show=times,
            sentences={
                "supported": "Noise behind Batch Norm makes the inputs of the layers shift {value_ten} as far in ten "
                "layers, and {value_twenty} as far in twenty."
            },
            **common,
        ),
        Claim(
            id="noise_takes_large_rates",
            says="Noise behind Batch Norm takes the larger learning rates away",
            explanation=SHIFT,
            quantity=f"highest learning rate that trains (loss below {TRAINED}), Batch Norm with noise over no Batch Norm "
            "and no noise, ten layers",
            values=per_seed(_highest(noisy) / _highest(plain)),
            margin=_step(plain) ** 0.5,  # half a step of the grid: no larger rate trains
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
            show=times,
            sentences={
                "supported": "The noise is not free: with it, each at its best rate, the loss is {value_ten} as high in ten "
                "layers and {value_twenty} as high in twenty."
            },
            **(common | {"origin": "this article, after Santurkar et al. (2018)"}),
        ),
        Claim(
            id="noise_cancels_gain",
            says="Each at its best rate, Batch Norm with noise ends higher than the network with neither",
            explanation=SHIFT,
            quantity="final loss at the best rate, Batch Norm with noise over no Batch Norm and no noise",
            values=by_depth([_best(noisy, depth) / _best(plain, depth) for depth in DEPTHS.values()]),
            margin=1.0,
            show=times,
            sentences={
                "inconclusive": "Each at its best rate, the two end about level; the seeds disagree.",
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
            show=times,
            sentences={
                "supported": "From weights that are too small or too large, statistics frozen at the start are enough to "
                "learn. Without Batch Norm, the loss at the best rate is {value_small} and {value_large} as high."
            },
            **common,
        ),
        Claim(
            id="statistics_allow_larger_rates",
            says="Live or frozen at the start, the statistics allow larger learning rates than no Batch Norm",
            explanation=SCALE,
            origin="this article, after Page (2019)",
            quantity=f"highest learning rate that trains (loss below {TRAINED}), over that without Batch Norm, He "
            "initialisation",
            values={word: _highest(arm) / _highest(plain) for word, arm in (("frozen", frozen), ("live", normalised))},
            margin=_step(plain) * 1.01,
            show=times,
            pattern={"frozen": NOT_SEEN, "live": SUPPORTED},
            sentences={
                "mixed": "Against no Batch Norm, the largest learning rate that trains is {value_frozen} as large with "
                "statistics frozen at the start, and {value_live} as large with live ones."
            },
            **common,
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "noisy_batch_norm": "Shift of the layers' inputs and final loss against the learning rate, ten and twenty layers. "
        f"Behind Batch Norm the noise moves inputs by {fact['noisy_batch_norm_shift_ten']} deviations instead of "
        f"{fact['batch_norm_shift_ten']}, yet the curve of the loss still reaches large rates; with the same noise and no "
        f"Batch Norm the lowest loss is {fact['noisy_plain_best_loss_ten']}.",
        "frozen_batch_norm": "Final loss against the learning rate from small, He and large initial weights. Without Batch "
        "Norm only the network from He initialisation learns. With frozen statistics the network learns from all three; "
        "with live ones too, and at larger rates.",
    }
