"""What was predicted before it was measured is judged as it was written down."""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

import whybn.findings
from whybn.evidence.claims import PREDICTED, PROBED
from whybn.experiments import travels as experiment
from whybn.findings import long_step, taken_apart, travels

ROOT = Path(__file__).parents[2]
WRITTEN = {entry["id"]: entry for entry in yaml.safe_load((ROOT / "predictions.yml").read_text(encoding="utf-8"))}
LARGE = experiment.LARGE.networks
KINDS = {"digits": "relu", "clothes": "clothes"}


def network(entry: dict, setting: dict) -> str:
    """The name in the results of a network in predictions.yml."""
    kind = "tanh" if "tanh instead of ReLU" in entry["quantity"] else KINDS[setting["data"]]
    return f"{kind} {setting['width']}"


@pytest.fixture(scope="module")
def claims(quick) -> dict:
    """All claims by their ids."""
    found = {}
    for path in Path(whybn.findings.__path__[0]).glob("[a-z]*.py"):
        module = importlib.import_module(f"whybn.findings.{path.stem}")
        found |= {claim.id: claim for claim in module.claims({name: quick(name) for name in module.EXPERIMENTS})}
    return found


@pytest.mark.parametrize("name", WRITTEN)
def test_every_prediction_is_judged_by_its_margin_and_in_its_direction(name: str, claims) -> None:
    written = WRITTEN[name]
    assert name in claims, f"{name} of predictions.yml is judged by no claim"
    assert claims[name].margin == written["margin"]
    assert claims[name].below == (written["direction"] != "above")
    assert claims[name].origin == PREDICTED
    told = " ".join((claims[name].scope, *claims[name].sentences.values()))
    seen_before = any(setting["probed"] for setting in written["settings"])
    assert seen_before == (PROBED in told or "}, a repetition" in told)


@pytest.mark.parametrize("name", travels.PREDICTIONS)
def test_a_claim_judges_what_was_written_down(name: str) -> None:
    written, judged = WRITTEN[name], travels.PREDICTIONS[name]
    networks = {network(written, setting): setting["probed"] for setting in written["settings"]}
    assert set(judged.networks) == set(networks) <= set(LARGE)
    assert judged.margin == written["margin"]
    assert judged.below == (written["direction"] == "below")
    assert {one for one in judged.networks if one in judged.probed} == {one for one, probed in networks.items() if probed}


def test_a_claim_names_repetitions_and_what_did_not_come_out(quick) -> None:
    (claim,) = (one for one in travels.claims({"travels": quick("travels")}) if one.id == "the_gradient_must_know_the_mean")
    ones = np.ones(8)
    told = replace(claim, values={"relu_narrow": 3 * ones, "clothes": 0.5 * ones}).to_json()
    assert told["verdict"] == "mixed"
    assert told["sentence"] == told["mixed"]
    assert told["sentence"].endswith(
        "3.0 times with ReLU at width 32 (supported, a repetition), 0.50 times with convolutions on clothes (reversed here)."
    )


def test_the_page_that_lists_predictions_knows_them_by_their_origin() -> None:
    assert f'assign own = "{PREDICTED}"' in (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_both_together_are_judged_by_the_predicted_margin_in_the_finer_grid_too() -> None:
    assert WRITTEN["both_allow_more_than_either"]["margin"] == taken_apart.TOGETHER


def test_one_long_step_is_judged_as_predicted(quick) -> None:
    found = quick("long_step")
    (claim,) = (one for one in long_step.claims({"long_step": found}) if one.id in WRITTEN)
    written = WRITTEN[claim.id]
    assert (claim.margin, claim.below) == (written["margin"], written["direction"] == "below")
    last = {name: found[name]["growth"][0, 1, -1] for name in ("mean_only", "batch_norm")}
    np.testing.assert_allclose(claim.values["start"], last["mean_only"] / last["batch_norm"])


def test_a_range_that_reaches_the_end_of_its_grid_is_at_least_so_large(quick) -> None:
    results = {"taken_apart": dict(quick("taken_apart"))}

    def said(loss: float) -> str:
        arm = results["taken_apart"]["limited_steps"]
        changed = arm["loss"].copy()
        changed[-1] = np.array([0.1, 0.1, loss])
        results["taken_apart"]["limited_steps"] = arm | {"loss": changed}
        (claim,) = (one for one in taken_apart.claims(results) if one.id == "limited_steps_allow_any_rate")
        return claim.sentences["supported"]

    assert "at rates at least {value} as large" in said(0.1)
    assert "at rates {value} as large" in said(2.0)
