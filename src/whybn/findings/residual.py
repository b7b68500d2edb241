"""What residual networks show at the start and after a short training."""

import numpy as np

from whybn.evidence.claims import DEPTH, Claim, per_seed
from whybn.evidence.display import times
from whybn.evidence.facts import Fact
from whybn.readings.definitions import at_best

EXPERIMENTS = ("residual",)


def facts(results: dict) -> dict[str, Fact | str]:
    """Mean squares of the signal and losses at the best rate; counts are of trainings."""
    kinds = results["residual"]
    plain = kinds["plain"]
    found: dict[str, Fact | str] = {
        "seeds": str(plain["size"].shape[1]),
        "blocks": str(len(plain["size"]) - 1),
        "steps": str(plain["steps"]),
        "runs": str(plain["loss"].size),
        "plain_diverged": str(int(np.isnan(plain["loss"]).sum())),
    }
    for kind in ("plain", "batch_norm"):
        found[f"{kind}_size"] = Fact(kinds[kind]["size"][-1])
    for kind in ("batch_norm", "skip_init"):
        found[f"{kind}_best"] = Fact(at_best(kinds[kind]["loss"]))
    return found


def claims(results: dict) -> list[Claim]:
    """The claim about branches that start at nothing."""
    kinds = results["residual"]
    fact = facts(results)
    return [
        Claim(
            id="skip_init_replaces_all",
            says="In residual networks, branches that start at nothing serve as well as Batch Norm",
            explanation=DEPTH,
            origin="after De and Smith (2020), who claim that such networks train",
            experiment="residual",
            figure="residual_branches",
            quantity="loss at the best learning rate, SkipInit over Batch Norm",
            scope=f"residual networks of {fact['blocks']} blocks of 32 units, He initialisation, digits, {fact['steps']} "
            "steps of plain gradient descent on mini-batches of 32",
            values=per_seed(at_best(kinds["skip_init"]["loss"]) / at_best(kinds["batch_norm"]["loss"])),
            margin=1.0,
            neutral=1.0,
            changed="The margin was 1.5 times; other seeds did not agree on it.",
            below=True,
            show=times,
            sentences={
                "reversed_here": "Branches that start at nothing make the network trainable, but they do not replace all "
                "of Batch Norm in this short training: their best loss is {value} that with Batch Norm.",
            },
        ),
    ]


def alts(fact: dict[str, str]) -> dict[str, str]:
    """Alt texts, given the facts as displayed."""
    return {
        "residual_branches": f"First, the mean square of the signal over {fact['blocks']} residual blocks: exponential "
        f"growth to {fact['plain_size']} without Batch Norm, slow growth to {fact['batch_norm_size']} with it, none with "
        f"SkipInit. Then, loss against learning rate: without Batch Norm {fact['plain_diverged']} of {fact['runs']} runs "
        f"diverge; with it the best loss is {fact['batch_norm_best']}, with SkipInit {fact['skip_init_best']}."
    }
