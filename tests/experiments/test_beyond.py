"""Subtracting and dividing in other networks: what is centred, and how agreement and benefits are read."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from whybn.experiments.beyond import TRIALS, centred
from whybn.findings import beyond as findings
from whybn.lab.data import digits_for
from whybn.readings import beyond as readings


def test_each_seed_sees_pixels_without_their_mean_over_its_own_training_images() -> None:
    data = digits_for([2, 5], 16, 3)
    moved = centred(data)
    for row in range(2):
        own, labels = moved.at(moved.training[row])
        torch.testing.assert_close(own.mean(0), torch.zeros(64), atol=1e-5, rtol=0)
        before, same = data.at(data.training[row])
        assert torch.equal(labels, same)
        torch.testing.assert_close(own - own[0], before - before[0])
        torch.testing.assert_close(moved.at(moved.test[row])[0], data.at(data.test[row])[0] - before.mean(0))
        torch.testing.assert_close(moved.at(moved.order[1, row])[0], data.at(data.order[1, row])[0] - before.mean(0))


@pytest.fixture
def results(quick) -> dict:
    """Results with other numbers: as many networks, of which some buy the same."""
    found = {name: dict(quick(name)) for name in findings.EXPERIMENTS}
    generator = np.random.default_rng(0)
    for name, part in found["beyond"].items():
        loss = generator.choice([0.1, 2.0, np.nan], part["loss"].shape)
        found["beyond"][name] = part | {"loss": loss, "sameness": generator.random(part["sameness"].shape)}
    return found


def test_agreement_is_the_rank_correlation_of_scipy(results) -> None:
    names = readings.networks(results)
    for seed, value in enumerate(readings.agreement(results)):
        one, other = ([read(results, name)[seed] for name in names] for read in (readings.alike, readings.bought))
        assert len(set(other)) < len(other)  # some share their ranks
        assert value == pytest.approx(spearmanr(one, other).statistic)


def test_pooled_positions_matter_for_pictures_alone(results) -> None:
    for name in readings.networks(results):
        one, other = (readings.alike(results, name, pooled) for pooled in (False, True))
        assert np.array_equal(one, other) == ("clothes" not in name)


def test_skips_are_compared_with_as_long_a_training_without_them(quick) -> None:
    parts = quick("beyond")
    assert len({parts[name]["steps"].item() for name in ("no_skips", "blocks", "skip_init", "shrunk")}) == 1
    assert parts["deep"]["steps"] == parts["shallow"]["steps"]


def test_arms_of_a_part_share_their_rates_and_every_network_has_its_rival() -> None:
    for name in readings.TRIED.values():
        assert {"plain", "mean_only"} <= set(TRIALS[name].arms)
