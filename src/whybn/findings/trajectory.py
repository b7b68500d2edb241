"""What the probes along two trainings show: shift by layer, walks along the gradient, companions."""

import numpy as np

from whybn.evidence import Claim, degrees, number, per_seed, points, times

EXPERIMENTS = ("trajectory",)
MOMENTS = ("early", "middle", "late")
SCOPE = "reference network on the digits, 400 steps at learning rate 0.05 in both arms, same steps compared"
WALK_SCOPE = (
    "reference network on the digits at learning rate 0.05 in both arms; median over eight mini-batches, each "
    "followed from the same point, in train mode"
)
TRAINING_RATE = 0.05  # step length of the training itself


def _shift(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Shift of the inputs, mean over layers and times, per seed."""
    return arm["shift"].mean((0, 1))


def _shift_at_loss(arm: dict[str, np.ndarray], wanted: np.ndarray) -> np.ndarray:
    """Shift of each seed, mean over layers, where its loss was `wanted` (time, seed); between probes interpolated."""
    shift, loss = arm["shift"].mean(1), arm["loss_at"]
    columns = []
    for seed in range(loss.shape[1]):
        order = loss[:, seed].argsort()
        columns.append(np.interp(wanted[:, seed], loss[order, seed], shift[order, seed]))
    return np.stack(columns, 1)


def _matched_ratio(arms: dict) -> np.ndarray:
    """Shift without over shift with Batch Norm at equal loss, geometric mean over times, per seed."""
    plain = arms["plain"]
    ratio = plain["shift"].mean(1) / _shift_at_loss(arms["batch_norm"], plain["loss_at"])
    return np.exp(np.log(ratio).mean(0))


def _loss_range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range of the loss between half and four times the training rate: (moment, seed), median over mini-batches."""
    lengths = arm["lengths"]
    walked = arm["walk_loss"][:, (lengths >= TRAINING_RATE / 2) & (lengths <= 4 * TRAINING_RATE)]
    return np.median(np.ptp(walked, axis=1), -1)


def _turn(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Angle in degrees by which the gradient has turned one training step away: (moment, seed)."""
    at = np.abs(arm["lengths"] - TRAINING_RATE).argmin()
    return np.degrees(np.median(np.arccos(arm["walk_cosine"][:, at].clip(-1, 1)), -1))


def _growth(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Norm of the gradient at the end of the walk over the norm at its start: (moment, seed)."""
    return np.median(arm["walk_ratio"][:, -1], -1)


def _companion_range(arm: dict[str, np.ndarray]) -> np.ndarray:
    """Range that holds nine tenths of the outputs of one example as companions change: (size, seed)."""
    low, high = np.quantile(arm["companions"], [0.05, 0.95], axis=2)
    return high - low


def facts(results: dict) -> dict[str, str]:
    """Display strings; ranges and angles are those of the middle moment where no moment is named."""
    arms = results["trajectory"]
    plain, normalised = arms["plain"], arms["batch_norm"]
    shown = {
        "seeds": str(plain["loss"].shape[1]),
        "steps": str(plain["loss_step"][-1]),
        "stitch_gap": str(plain["gap"]),
        "walk_rate": number(TRAINING_RATE, 1),
        "walk_end": times(plain["lengths"][-1] / TRAINING_RATE).replace(".0", ""),
        "matched_shift_ratio": number(np.median(_matched_ratio(arms))),
        "companion_draws": str(normalised["companions"].shape[2]),
        "companion_shift": points(np.median(_companion_range(normalised)[-1])),
        "companion_shift_eight": points(np.median(_companion_range(normalised)[1])),
    }
    for name, arm in arms.items():
        shown[f"{name}_shift"] = number(np.median(_shift(arm)))
        shown[f"{name}_misfit"] = number(np.median(arm["misfit"].mean((0, 1))))
        shown[f"{name}_loss_end"] = number(np.median(arm["loss"][-1]))
        for row, moment in enumerate(MOMENTS):
            shown[f"{name}_loss_range_{moment}"] = number(np.median(_loss_range(arm)[row]))
            shown[f"{name}_turn_{moment}"] = degrees(np.median(_turn(arm)[row]))
            shown[f"{name}_growth_{moment}"] = times(np.median(_growth(arm)[row]))
    for row, moment in enumerate(MOMENTS):
        shown[f"step_{moment}"] = str(plain["walk_at"][row])
    return shown


def claims(results: dict) -> list[Claim]:
    """Claims about companions, shift by layer, and walks along the gradient."""
    arms = results["trajectory"]
    return [*_companion_claims(arms), *_shift_claims(arms), *_walk_claims(arms)]


def _companion_claims(arms: dict) -> list[Claim]:
    return [
        Claim(
            id="companions_move_output",
            says="In train mode, the output for one example depends on the rest of its mini-batch",
            origin="Ioffe and Szegedy (2015)",
            experiment="trajectory",
            figure="batch_norm_transform",
            quantity="range that holds nine tenths of the probabilities given to the right class of one test image, "
            "while the other 31 examples are drawn anew",
            scope="reference network with Batch Norm, trained for 400 steps on the digits; in eval mode the range is "
            "zero by construction",
            values=per_seed(_companion_range(arms["batch_norm"])[-1]),
            margin=0.01,
            show=points,
            sentences={
                "supported": "Exchange the other images of a mini-batch, and the probability that the network gives to "
                "the right digit of one image moves within a range of {value}."
            },
        )
    ]


def _shift_claims(arms: dict) -> list[Claim]:
    plain, normalised = arms["plain"], arms["batch_norm"]
    common = {"experiment": "trajectory", "figure": "layer_by_layer_shift"}
    gap = int(plain["gap"])
    return [
        Claim(
            id="inputs_shift",
            says="Without Batch Norm, the inputs of the layers shift during training",
            origin="Ioffe and Szegedy (2015)",
            quantity=f"Wasserstein distance between the inputs of a layer now and {gap} steps later, in standard "
            "deviations, mean over units, layers and times",
            scope=SCOPE,
            values=per_seed(_shift(plain)),
            margin=0.1,
            show=number,
            sentences={
                "supported": f"Within {gap} steps, the inputs of a layer without Batch Norm move by {{value}} of their "
                "standard deviation."
            },
            **common,
        ),
        Claim(
            id="batch_norm_reduces_shift",
            says="Batch Norm reduces this shift",
            origin="Ioffe and Szegedy (2015)",
            quantity="shift of the layers' inputs without over with Batch Norm, after scale and shift, same steps",
            scope=SCOPE,
            values=per_seed(_shift(plain) / _shift(normalised)),
            margin=2.0,
            show=times,
            sentences={
                "supported": "In this network it does: at the same step and the same learning rate, inputs without "
                "Batch Norm shift {value} as far."
            },
            **common,
        ),
        Claim(
            id="batch_norm_reduces_shift_matched",
            says="It does so at equal loss, too",
            origin="this article",
            quantity="shift of the layers' inputs without over with Batch Norm, where both have the same loss",
            scope="as above; the network with Batch Norm is compared at the steps where it had the same loss",
            values=per_seed(_matched_ratio(arms)),
            margin=2.0,
            show=times,
            sentences={"supported": "Compared where both have the same loss, they shift {value} as far."},
            **common,
        ),
        Claim(
            id="stitched_layers_misfit",
            says="Layers fit newer inputs from below worse than those they had learned from",
            origin="the usual telling of internal covariate shift",
            quantity=f"rise of the loss when the layers below a boundary are {gap} steps ahead, mean over boundaries and "
            "times; negative is a fall",
            scope=SCOPE + "; network without Batch Norm, 512 training images",
            values=per_seed(plain["misfit"].mean((0, 1))),
            margin=0.0,
            show=number,
            sentences={
                "not_seen_here": "But the upper layers do not mind. Put on top of lower layers that are "
                f"{gap} steps ahead, they do better, not worse: the loss changes by {{value}}."
            },
            **common,
        ),
    ]


def _walk_claims(arms: dict) -> list[Claim]:
    plain, normalised = arms["plain"], arms["batch_norm"]
    common = {
        "experiment": "trajectory",
        "figure": "one_gradient_many_steps",
        "origin": "Santurkar et al. (2018)",
        "scope": WALK_SCOPE + "; early, middle and late are steps " + ", ".join(map(str, plain["walk_at"])),
    }

    def by_moment(values: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(MOMENTS, values, strict=True))

    return [
        Claim(
            id="loss_range_along_gradient",
            says="Along one gradient the loss varies more without Batch Norm",
            quantity="range of the loss between half and four training steps, without over with Batch Norm",
            values=by_moment(_loss_range(plain) / _loss_range(normalised)),
            margin=1.5,
            show=times,
            sentences={
                "mixed": "Along one gradient, the loss without Batch Norm varies {value_middle} as much in the middle of "
                "training and {value_late} as much late in it, but not at the very beginning.",
            },
            **common,
        ),
        Claim(
            id="gradient_turns_less",
            says="One training step away, the gradient has turned further without Batch Norm",
            quantity="angle between the gradient one step away and the gradient here, without minus with Batch Norm",
            values=by_moment(_turn(plain) - _turn(normalised)),
            margin=0.0,
            show=degrees,
            sentences={
                "mixed": "One step away, the gradient has turned {value_late} further without it late in training; "
                "at the beginning it is the other way round in most seeds.",
            },
            **common,
        ),
        Claim(
            id="gradient_grows_less",
            says="Four training steps away, the gradient has grown more without Batch Norm",
            quantity="growth of the gradient's norm along the walk, without over with Batch Norm",
            values=by_moment(_growth(plain) / _growth(normalised)),
            margin=1.0,
            show=number,
            sentences={
                "supported": "Four steps away, the gradient without Batch Norm has grown, against the one with it, by a "
                "factor of {value_early} early, {value_middle} in the middle and {value_late} late."
            },
            **common,
        ),
    ]


def alts(results: dict) -> dict[str, str]:
    """Alt texts."""
    fact = facts(results)
    return {
        "batch_norm_transform": "The pre-activations of a hidden layer: unit by unit they have different centres and "
        "spreads; normalised, all are alike; scale and shift let them differ again. Beside it, the probability for one "
        f"image as its companions change: within {fact['companion_shift']} in mini-batches of 32, and far more in "
        "mini-batches of eight and two.",
        "layer_by_layer_shift": f"Shift of each layer's inputs within {fact['stitch_gap']} steps, and change of the loss "
        f"when older layers stand on newer ones. Without Batch Norm inputs move by {fact['plain_shift']} standard "
        f"deviations, with it by {fact['batch_norm_shift']}; in both the loss of the stitched network falls.",
    }
