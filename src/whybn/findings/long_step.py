"""What one step far too long does to the layers of a network, with and without the parts of Batch Norm."""

from collections.abc import Mapping

import numpy as np

from whybn.evidence.claims import PREDICTED, SCALE, Claim
from whybn.evidence.display import decades, number, times
from whybn.evidence.facts import Fact
from whybn.readings.long_step import (
    START,
    TRAINED,
    each_layer,
    later,
    loss_rise,
    lost,
    next_gradient,
    product,
    undivided,
)

EXPERIMENTS = ("long_step",)
MOMENTS = {"start": START, "trained": TRAINED}
COMPOUNDS = 10.0  # the margin of without_division_one_long_step_compounds in predictions.yml
LATER = 1.2  # by how much a loss has to differ, as a ratio


def facts(results: dict) -> dict[str, str | Fact]:
    """Growths and losses around the long step; the rest are settings and counts."""
    arms = results["long_step"]
    plain, mean, size, both = (arms[name] for name in ("plain", "mean_only", "size_only", "batch_norm"))
    return {
        "seeds": str(plain["growth"].shape[-1]),
        "length": number(plain["length"]),
        "rate": number(plain["rate"], 1),
        "steps": str(plain["moments"][TRAINED]),
        "later": str(plain["later"]),
        "plain_each_layer": Fact(each_layer(plain, START)),
        "plain_decades": Fact(np.log10(product(plain, START)), decades),
        "mean_only_each_layer": Fact(each_layer(mean, START)),
        "mean_only_product": Fact(product(mean, START)),
        "size_only_product": Fact(product(size, START)),
        "spread_only_product": Fact(product(arms["spread_only"], START)),
        "mean_stopped_product": Fact(product(arms["mean_stopped"], START)),
        "batch_norm_product": Fact(product(both, START)),
        "batch_norm_undivided": Fact(undivided(both, START)[-1], digits=1),
        "mean_only_undivided": Fact(undivided(mean, START)[-1]),
        "batch_norm_loss_rise": Fact(loss_rise(both, START), times),
        "batch_norm_next_gradient": Fact(next_gradient(both, START), times),
        "batch_norm_next_gradient_trained": Fact(next_gradient(both, TRAINED), times),
        "mean_only_next_gradient": Fact(next_gradient(mean, START), times),
        "mean_only_next_gradient_trained": Fact(next_gradient(mean, TRAINED), times),
        "plain_lost": str(lost(plain, START)),
        "batch_norm_lost": str(max(lost(both, moment) for moment in MOMENTS.values())),
        "mean_only_lost": str(lost(mean, START)),
        "mean_only_lost_trained": str(lost(mean, TRAINED)),
        "mean_only_later_short": Fact(later(mean, START, "short")),
        "mean_only_later_long": Fact(later(mean, START, "long")),
    }


def claims(results: dict) -> list[Claim]:
    """That growths multiply without division, that maps grow all the same, and that survival is no gain."""
    arms = results["long_step"]
    plain, mean, both = (arms[name] for name in ("plain", "mean_only", "batch_norm"))
    length, steps, afterwards = number(plain["length"]), plain["moments"][TRAINED], plain["later"]
    common = {
        "experiment": "long_step",
        "figure": "one_long_step",
        "explanation": SCALE,
        "neutral": 1.0,
        "show": times,
        "scope": "the reference network on the digits, He initialisation, one step of plain gradient descent of length "
        f"{length} on one mini-batch of 32, at the start and after {steps} steps at rate {number(plain['rate'], 1)}; "
        "losses on the whole training set, sizes on 256 of its images, in train mode; what diverged counts as guessing; all "
        "arms have scale and shift",
    }
    return [
        Claim(
            id="without_division_one_long_step_compounds",
            says="Without division, what one long step does to the layers compounds",
            origin=PREDICTED,
            quantity=f"product over layers of the growth in size after one step of length {length}, mean only over Batch "
            "Norm",
            values={name: product(mean, moment) / product(both, moment) for name, moment in MOMENTS.items()},
            margin=COMPOUNDS,
            sentences={
                "supported": "After one long step, the last layer has grown {value_start} as much with the mean alone as "
                "with Batch Norm."
            },
            changed="The prediction left open what grows. Here it is what leaves a layer, relative to what enters, so that "
            "the product is the growth of what leaves the last layer. A network after some training was added.",
            **common,
        ),
        Claim(
            id="division_hides_the_growth_of_the_maps",
            says="In Batch Norm one long step makes the linear maps grow, and the layers far less",
            origin="this article",
            quantity=f"Batch Norm after one step of length {length}: product over layers of the growth of what the linear "
            "map alone multiplies by, over the growth of what leaves the last layer",
            values={name: undivided(both, moment)[-1] / product(both, moment) for name, moment in MOMENTS.items()},
            margin=COMPOUNDS,
            digits=1,
            sentences={
                "supported": "Batch Norm's own linear maps, multiplied up, grow {value_start} as much in that step as what "
                "leaves its last layer."
            },
            changed="Margin and settings are those of the prediction beside it; the quantity came after a first look.",
            **common,
        ),
        Claim(
            id="survival_is_no_gain",
            says="After a step far too long, Batch Norm is behind for many steps",
            origin="this article",
            quantity=f"Batch Norm's loss {afterwards} steps after one step of length {length}, over that after one at the "
            "rate of training",
            values={name: later(both, moment, "long") / later(both, moment, "short") for name, moment in MOMENTS.items()},
            margin=LATER,
            sentences={
                "supported": f"Batch Norm gains nothing by it: {afterwards} steps later its loss is {{value_start}} as high "
                "as after a short step."
            },
            changed="Margin and settings were chosen after a first look at the same arms, at these seeds.",
            **common,
        ),
    ]


def alts(fact: Mapping[str, str]) -> dict[str, str]:
    """Alt texts."""
    return {
        "one_long_step": "First, how much larger what leaves each of ten layers is after one step of length "
        f"{fact['length']}. With neither mean nor size it rises from layer to layer, by {fact['plain_decades']} in all; "
        f"with the mean alone subtracted, to {fact['mean_only_product']} times; with the size alone divided out it ends at "
        f"{fact['size_only_product']} and with Batch Norm at {fact['batch_norm_product']}, although its linear maps alone "
        f"would multiply by {fact['batch_norm_undivided']}. Then, the loss after steps of growing length rises steeply "
        "without division, and gently with it.",
    }
