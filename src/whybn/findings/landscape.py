"""What the planes through trained networks show."""

from whybn.evidence.claims import NOT_SEEN, SMOOTHNESS, SUPPORTED, Claim
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.readings.landscape import around, ratio_at, reach

EXPERIMENTS = ("landscape",)
DISTANCES = {"tenth": 0.1, "half": 0.5, "whole": 1.0}  # of the length of the weights


def facts(results: dict) -> dict[str, Fact | str]:
    """Losses as far from the network as its weights are long, and distances within which it beats guessing."""
    arms = results["landscape"]
    return {
        **{f"{name}_far": Fact(around(arm)[:, -1]) for name, arm in arms.items()},
        **{f"{name}_radius": Fact(reach(arm)) for name, arm in arms.items()},
    }


def claims(results: dict) -> list[Claim]:
    """The claim about steepness."""
    plain, normalised = results["landscape"]["plain"], results["landscape"]["batch_norm"]
    return [
        Claim(
            id="steeper_plane",
            says="The loss around the trained network rises faster without Batch Norm",
            explanation=SMOOTHNESS,
            origin="after Santurkar et al. (2018), who looked along gradients",
            experiment="landscape",
            figure="loss_landscape",
            scope="reference network after 400 steps on the digits at learning rate 0.05 in both arms, two "
            "filter-normalised planes per seed, statistics of the images at hand",
            quantity="loss at a tenth, at half and at the whole of the weights' length from the trained network, geometric "
            "mean over directions, without over with Batch Norm",
            values={name: ratio_at(plain, normalised, distance) for name, distance in DISTANCES.items()},
            margin=2.0,
            neutral=1.0,
            changed="It compared the highest losses on a plane, with a margin of ten times; how high they are depends on "
            "how wide the plane is drawn.",
            show=times,
            pattern={"tenth": NOT_SEEN, "half": SUPPORTED, "whole": SUPPORTED},
            sentences={
                "mixed": "Half a weight’s length from the trained network, the loss is {value_half} as high without Batch "
                "Norm; a tenth away, it is hardly higher."
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "loss_landscape": "The loss against the distance from a trained network, a thin line for each direction. Both begin "
        "low and soon leave guessing behind, without Batch Norm at a distance of "
        f"{fact['plain_radius']}, with it at {fact['batch_norm_radius']}. From there the lines without it climb on, to "
        f"{fact['plain_far']} at a distance of one; those with it level off, at {fact['batch_norm_far']}. Beside them, two "
        "maps of the loss on a plane through the networks, in shades of one grey: without Batch Norm a narrow bowl with "
        "steep walls, with it a wide, flat one."
    }
