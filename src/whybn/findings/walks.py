"""What is met along single gradients of a training, in words; the claims about it are those of `smoothness`."""

from whybn.evidence.claims import Claim
from whybn.evidence.display import degrees, number
from whybn.evidence.facts import Fact
from whybn.readings import walks as readings
from whybn.readings.definitions import nearest
from whybn.readings.walks import per_seed

EXPERIMENTS = ("walks",)
MOMENTS = ("early", "middle", "late")


def facts(results: dict) -> dict[str, Fact | str]:
    """What walks meet; wider_early counts the seeds in which the loss varies more without Batch Norm."""
    arms = results["walks"]
    plain = arms["plain"]
    ranges = {name: readings.loss_range(arm["loss"], readings.multiples(arm)) for name, arm in arms.items()}
    found: dict[str, Fact | str] = {"seeds": str(plain["loss"].shape[-2]), "rate": number(float(plain["rate"]), 1)}
    for name, arm in arms.items():
        found[f"{name}_loss"] = Fact(per_seed(arm["loss"][-1, -1]))
        found[f"{name}_growth"] = Fact(per_seed(arm["ratio"][-1, -1]))
        step = nearest(readings.multiples(arm), 1)
        found[f"{name}_turn_late"] = Fact(readings.degrees(arm)[-1, step], degrees)
        early, _, late = ranges[name]
        found |= {f"{name}_loss_range_early": Fact(early), f"{name}_loss_range_late": Fact(late)}
    wider = ranges["plain"] > ranges["batch_norm"]
    found["wider_early"] = str(wider[0].sum())
    return found | {f"step_{moment}": str(step) for moment, step in zip(MOMENTS, plain["walk_at"], strict=True)}


def claims(_results: dict) -> list[Claim]:
    """None of its own."""
    return []


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "one_gradient_many_steps": "Loss and gradient along one gradient, early, in the middle and late in training. Late, "
        f"after a walk of four training steps, the loss is {fact['plain_loss']} without Batch Norm and "
        f"{fact['batch_norm_loss']} with it, and the gradient {fact['plain_growth']} and {fact['batch_norm_growth']} times "
        f"as long as at the start; one step away it has turned by {fact['plain_turn_late']} against "
        f"{fact['batch_norm_turn_late']}.",
    }
