"""What was predicted of sameness, curvature and rates is judged as it was written down."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from whybn.findings import mechanism
from whybn.readings.mechanism import SHAPES, beyond, on_the_way

ROOT = Path(__file__).parents[2]
WRITTEN = {entry["id"]: entry for entry in yaml.safe_load((ROOT / "predictions.yml").read_text(encoding="utf-8"))}
JUDGED = (
    "without_centring_layers_grow_alike",
    "the_sharpest_direction_is_the_common_one",
    "centring_takes_it_away",
    "dividing_about_zero_takes_a_part_of_it_away",
    "two_over_sharpness_is_the_limit_without_division",
    "division_escapes_the_limit",
)
# Names of the settings of claims, by width and depth.
NAMES = {(32, 10): "narrow"} | {shape: mechanism.SETTINGS[network] for network, shape in SHAPES.items()}


@pytest.fixture(scope="module")
def results(quick) -> dict:
    found = {name: dict(quick(name)) for name in mechanism.EXPERIMENTS}
    # The quick settings train no network of width 64: let one stand in for it.
    for arm, part in found["travels"].items():
        names = np.array(["relu 64" if name == "tanh 32" else name for name in part["networks"]])
        found["travels"][arm] = part | {"networks": names}
    return found


@pytest.mark.parametrize("name", JUDGED)
def test_a_claim_judges_what_was_written_down(name: str, results) -> None:
    (claim,) = (one for one in mechanism.claims(results) if one.id == name)
    written = WRITTEN[name]
    settings = {NAMES[setting["width"], setting.get("depth", 10)] for setting in written["settings"]}
    found = {setting.rsplit("_", 1)[-1] for setting in claim.values} if len(claim.values) > 1 else {"narrow"}
    assert found == settings
    assert claim.margin == written["margin"]
    assert claim.below == (written["direction"] in {"below", "between a half and two"})


def test_between_a_half_and_two_is_at_most_a_factor_of_two_from_one(results) -> None:
    (claim,) = (one for one in mechanism.claims(results) if one.id == "two_over_sharpness_is_the_limit_without_division")
    ratios = beyond(results, "plain")
    np.testing.assert_allclose(claim.values["plain_narrow"], np.maximum(ratios, 1 / ratios))


def test_sharpness_on_the_way_is_that_where_the_loss_passes_half_of_guessing() -> None:
    half = np.log(10) / 2
    loss = np.array([[[2.3], [half + 0.1], [half - 0.1], [0.2]]])
    part = {"path_loss": loss, "sharpness": np.array([[[1.0], [4.0], [16.0], [2.0]]])}
    np.testing.assert_allclose(on_the_way(part), [8.0])  # half way, between 4 and 16 by ratio
