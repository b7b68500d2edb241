"""What the controls show: noise behind Batch Norm, and statistics frozen at the start."""

import numpy as np

from whybn.evidence.claims import (
    ANY,
    INCONCLUSIVE,
    NOT_SEEN,
    PREDICTED,
    REVERSED,
    SCALE,
    SHIFT,
    SOME_AT_LEAST,
    SOME_AT_MOST,
    SUPPORTED,
    Claim,
    per_seed,
)
from whybn.evidence.display import number, percent, times
from whybn.evidence.facts import Fact
from whybn.readings.controls import largest, loss, noisy_loss, own_shift, shift, small_rate
from whybn.readings.definitions import GUESSING, TRAINED, at_best, at_rate, largest_rate, spacing

EXPERIMENTS = ("controls",)
DEPTHS = {"ten": 10, "twenty": 20}
GAINS = {"small": 0.3, "he": 1.0, "large": 3.0}
SCOPE = (
    "the reference network on the digits, plain gradient descent on mini-batches of 32, 320 steps, eight learning rates "
    "half a decade apart, the same for all arms; loss on the whole training set in train mode"
)
NOISE_SCOPE = (
    SCOPE + "; with ten and with twenty hidden layers; noisy networks train with the noise at the six largest rates, and "
    "their loss is taken with the noise (on) and without (off), each at its own best rate; drift: in place of the noise, "
    "each unit is shifted and stretched slowly, to and fro within a hundred steps"
)
FROZEN_SCOPE = (
    SCOPE + "; frozen statistics are those of the whole training set before the first step; scale and shift are trained"
)


def _best(arm: dict[str, np.ndarray], depth: int = 10, gain: float = 1.0) -> np.ndarray:
    """Loss at the best learning rate, without noise, per seed."""
    return at_best(loss(arm, depth, gain))


def _disturbed(arms: dict, depth: int) -> dict[str, np.ndarray]:
    """Losses with Batch Norm and noise, (seed, rate), by whether it is on as they are taken; and with a drift, then off."""
    noisy = arms["noisy_batch_norm"]
    losses = {"noise off": loss(noisy, depth), "noise on": noisy_loss(noisy, depth)}
    return losses | {"drift off": loss(arms["drifting"], depth)}


def facts(results: dict) -> dict[str, Fact | str]:
    """Losses and shifts, each arm at its best rate; losses without noise, but for noise_alone_best_loss."""
    arms = results["controls"]
    plain, noisy = arms["plain"], arms["noisy_batch_norm"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["loss"].shape[1]),
        "shift_gap": str(plain["gap"]),
        "steps": str(plain["steps"]),
        "trained": number(TRAINED, 1),
        "noise_alone_best_loss": Fact(at_best(noisy_loss(arms["noisy_plain"]))),
        "noisy_batch_norm_shift_ten": Fact(own_shift(noisy, DEPTHS["ten"])),
        "drifting_shift_ten": Fact(own_shift(arms["drifting"], DEPTHS["ten"])),
    }
    for name in ("plain", "batch_norm"):
        for word, depth in DEPTHS.items():
            found[f"{name}_shift_{word}"] = Fact(own_shift(arms[name], depth))
    for name in ("plain", "batch_norm", "noisy_batch_norm", "drifting"):
        found[f"{name}_best_loss_twenty"] = Fact(_best(arms[name], DEPTHS["twenty"]))
    return found


def claims(results: dict) -> list[Claim]:
    """Claims about shift over learning rates, about the noise and about frozen statistics."""
    arms = results["controls"]
    return [_shift_claim(arms), *_noise_claims(arms), *_frozen_claims(arms)]


def _shift_claim(arms: dict) -> Claim:
    plain, normalised = arms["plain"], arms["batch_norm"]
    values = {}
    for word, depth in DEPTHS.items():
        small = small_rate(plain, depth)
        values[f"{word}, best"] = own_shift(plain, depth) / own_shift(normalised, depth)
        values[f"{word}, small"] = at_rate(shift(plain, depth), small) / at_rate(shift(normalised, depth), small)
    return Claim(
        id="batch_norm_reduces_shift",
        says="Batch Norm reduces the shift of the layers' inputs",
        explanation=SHIFT,
        origin="Ioffe and Szegedy (2015)",
        experiment="controls",
        figure="layer_by_layer_shift",
        quantity=f"Wasserstein distance between the inputs of a layer now and {plain['gap']} steps later, in standard "
        "deviations, mean over units, layers and times; without over with Batch Norm, after scale and shift; each at its "
        "best rate (best), and both at a tenth of the rate that is best without (small)",
        scope=SCOPE + "; with ten and with twenty hidden layers; same steps compared",
        values=values,
        margin=2.0,
        neutral=1.0,
        changed="It first compared at one rate only, near the largest that trains without Batch Norm.",
        show=times,
        pattern={name: SUPPORTED if "best" in name else SOME_AT_MOST if "twenty" in name else ANY for name in values},
        sentences={
            "mixed": "Each at its best rate, the inputs of the layers shift {value_ten, best} as far without Batch Norm. At "
            "a small rate, equal in both, it is {value_ten, small}; in twenty layers, {value_twenty, small}."
        },
    )


NOISE = {
    "experiment": "controls",
    "figure": "noisy_losses",
    "scope": NOISE_SCOPE,
    "explanation": SHIFT,
    "show": times,
}
OPPOSITE = "follows from Ioffe and Szegedy (2015); Santurkar et al. (2018) claimed the opposite"


def _noise_claims(arms: dict) -> list[Claim]:
    plain = arms["plain"]
    rates, ten = arms["noisy_batch_norm"]["rates"], _disturbed(arms, DEPTHS["ten"])
    noisy = [
        (word, f"{word}, {how}", at_best(_disturbed(arms, depth)[how]))
        for word, depth in DEPTHS.items()
        for how in ("noise off", "noise on")
    ]
    return [
        Claim(
            id="noise_takes_large_rates",
            says="Noise or a drift behind Batch Norm takes the larger learning rates away",
            origin=OPPOSITE,
            quantity=f"largest learning rate that trains (loss below {TRAINED}), Batch Norm with noise or drift over no "
            "Batch Norm and neither, ten layers",
            values={how: largest_rate(losses, rates) / largest(plain) for how, losses in ten.items()},
            margin=10 ** (spacing(plain["rates"]) / 2),  # half a step of the grid: no larger rate trains
            neutral=None,  # a bound: no larger rate is left
            changed="It first asserted the opposite, and then asked for less than one step of the grid; now it asks for "
            "less than half a step. Measuring with the noise off, and the drift, were added.",
            below=True,
            sentences={
                "not_seen_here": "In ten layers, Batch Norm with noise still trains at rates {value} as large as the "
                "network with neither."
            },
            **(NOISE | {"figure": "noisy_batch_norm"}),
        ),
        Claim(
            id="noise_costs",
            says="Noise behind Batch Norm costs something",
            origin="this article; Santurkar et al. (2018) found hardly any cost",
            quantity="final loss at the best rate, Batch Norm with over without noise",
            values={name: losses / _best(arms["batch_norm"], DEPTHS[word]) for word, name, losses in noisy},
            margin=1.0,
            neutral=1.0,
            changed="Measuring with the noise off was added.",
            pattern={name: SOME_AT_LEAST for _, name, _ in noisy},
            sentences=dict.fromkeys(
                ("supported", "mixed"),
                "Is the noise free? With it off again, the loss is {value_ten, noise off} as high as with Batch Norm alone "
                "in ten layers ({verdict_ten, noise off}), and {value_twenty, noise off} in twenty "
                "({verdict_twenty, noise off}).",
            ),
            **NOISE,
        ),
        Claim(
            id="noise_cancels_gain",
            says="Noise behind Batch Norm takes the lower loss away",
            origin=OPPOSITE,
            quantity="final loss at the best rate, no Batch Norm and no noise over Batch Norm with noise",
            values={name: _best(plain, DEPTHS[word]) / losses for word, name, losses in noisy},
            margin=1.0,
            neutral=1.0,
            below=True,
            changed="Measuring with the noise off was added, and the seeds were doubled.",
            pattern={name: REVERSED if name == "ten, noise off" else (REVERSED, INCONCLUSIVE) for _, name, _ in noisy},
            sentences=dict.fromkeys(
                ("mixed", "reversed_here"),
                "In ten layers a part of the benefit is left: with neither, the loss is {value_ten, noise off} as high as "
                "with both, measured with the noise off. In twenty it is {value_twenty, noise off}, in the median seed.",
            ),
            **NOISE,
        ),
        _drift_claim(at_best(ten["drift off"]) / _best(plain)),
    ]


def _drift_claim(ratio: np.ndarray) -> Claim:
    return Claim(
        id="a_drift_hardly_harms",
        says="Even with a slow drift behind it, Batch Norm ends lower than no Batch Norm",
        origin=PREDICTED,
        quantity="final loss at the best rate, Batch Norm behind which each unit drifts over no Batch Norm and no drift, "
        "ten layers; the drift off as it is taken",
        values=per_seed(ratio),
        margin=1.0,
        neutral=1.0,
        below=True,
        sentences={
            "supported": "With a slow drift in place of the noise, the loss in ten layers ends at {value} of that with "
            "neither, as predicted."
        },
        **(NOISE | {"show": percent}),
    )


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
            values={word: largest(arm) / largest(plain) for word, arm in (("frozen", frozen), ("live", normalised))},
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
        "noisy_batch_norm": "Two columns, joined: how far the inputs of the layers move, and the largest learning rate that "
        f"trains. With Batch Norm they move by {fact['batch_norm_shift_ten']} deviations, with a drift behind it by "
        f"{fact['drifting_shift_ten']}, with neither by {fact['plain_shift_ten']}, with noise behind it by "
        f"{fact['noisy_batch_norm_shift_ten']}. All three with Batch Norm train at larger rates, so lines cross.",
        "noisy_losses": "Final loss against the learning rate, ten and twenty layers. With noise or drift behind Batch "
        "Norm, switched off for the measurement, the curves lie above that of Batch Norm alone and reach to the same "
        f"rates. In twenty layers the lowest point after noise, {fact['noisy_batch_norm_best_loss_twenty']}, is near that "
        "with neither, "
        f"{fact['plain_best_loss_twenty']}; after a drift it is {fact['drifting_best_loss_twenty']}.",
        "layer_by_layer_shift": "Change of the loss when older layers stand on newer ones, a line a seed: nearly all lines "
        "run below zero, and lower the more of the layers are new. Then, the shift of the inputs within "
        f"{fact['shift_gap']} steps against the learning rate. Without Batch Norm it rises steeply, with it gently. At the "
        f"best rates of ten layers it is {fact['plain_shift_ten']} deviations without and {fact['batch_norm_shift_ten']} "
        "with it; at small rates the two come together, and in twenty layers they cross.",
        "frozen_batch_norm": "Final loss against the learning rate from small, He and large initial weights. Without Batch "
        "Norm only the network from He initialisation learns. With frozen statistics the network learns from all three; "
        "with live ones too, and at larger rates.",
    }
