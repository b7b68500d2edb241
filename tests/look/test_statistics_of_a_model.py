"""What Batch Norm takes from a batch, and which batch that needs, held against draws of many batches."""

import copy
from math import isnan

import pytest
import torch
from subjects import made
from torch import nn
from torch.nn.functional import cross_entropy

from whybn.look import RefusedError, statistics
from whybn.probes.statistics import NOISY


def images(count, seed=0):
    """Images of three channels whose pixels share much within an image."""
    source = torch.Generator().manual_seed(seed)
    whole = torch.randn(count, 3, 1, 1, generator=source)
    return whole + 0.5 * torch.randn(count, 3, 4, 4, generator=source).exp()


def looked(values, norm):
    model = nn.Sequential(norm, nn.Flatten(), nn.Linear(values[0].numel(), 3))
    (found,) = statistics(model, (values, torch.zeros(len(values), dtype=torch.long)), cross_entropy)
    return found


@pytest.mark.parametrize("batch", [8, 32])
def test_the_noise_is_that_of_other_batches_of_this_size(batch):
    population = images(400_000)
    flat = population.movedim(1, -1).flatten(0, -2)
    mean, deviation = flat.mean(0), flat.std(0)
    drawn = population[: batch * 4000].unflatten(0, (4000, batch)).movedim(2, -1).flatten(1, -2)
    mean_noise = float(((drawn.mean(1) - mean) / deviation).square().mean().sqrt())
    spread_noise = float((drawn.std(1, correction=0) / deviation).std(0).square().mean().sqrt())
    # Estimated from batches of this size, as a reader has one; averaged, because one such batch is itself noisy.
    found = [looked(images(batch, seed), nn.BatchNorm2d(3)) for seed in range(1, 60)]
    assert sum(one.mean_noise for one in found) / len(found) == pytest.approx(mean_noise, rel=0.08)
    assert sum(one.spread_noise for one in found) / len(found) == pytest.approx(spread_noise, rel=0.25)


def test_independent_values_need_a_batch_of_sixteen():
    found = looked(torch.randn(4096, 6, generator=torch.Generator().manual_seed(0)), nn.BatchNorm1d(6))
    assert found.mean_noise == pytest.approx(1 / 64, rel=1e-3)
    assert found.spread_noise == pytest.approx(2**-0.5 / 64, rel=0.1)
    assert found.enough == 1 / NOISY**2 + 1  # rounded up: dividing by n - 1 makes it a hair above sixteen


def test_positions_that_say_the_same_are_no_further_examples():
    alike = torch.randn(64, 3, 1, 1).expand(64, 3, 5, 5).contiguous()
    apart = torch.randn(64, 3, 5, 5)
    assert looked(alike, nn.BatchNorm2d(3)).enough > 4 * looked(apart, nn.BatchNorm2d(3)).enough


def test_distance_of_the_running_statistics():
    norm = nn.BatchNorm1d(2)
    norm.running_mean[:] = torch.tensor([3.0, -1.0])
    norm.running_var[:] = torch.tensor([4.0, 16.0])
    values = torch.tensor([[0.0, 0.0], [2.0, 4.0], [1.0, 2.0]])
    found = looked(values, norm)
    # Means 1 and 2; variances 2/3 and 8/3.
    variance = 2 / 3, 8 / 3
    assert found.mean_gap == pytest.approx(((4 / variance[0] + 9 / variance[1]) / 2) ** 0.5, rel=1e-6)
    assert found.spread_ratio == pytest.approx((4 / variance[0] * 16 / variance[1]) ** 0.25, rel=1e-6)
    assert found.examples == 3
    assert found.constant == 0


def test_units_with_one_value_are_counted_and_left_out():
    values = torch.randn(32, 4)
    values[:, 1] = 7.0
    found = looked(values, nn.BatchNorm1d(4))
    assert found.constant == 0.25
    assert found.mean_gap < 2


def test_without_running_statistics_there_is_no_distance():
    found = looked(torch.randn(32, 4), nn.BatchNorm1d(4, track_running_stats=False))
    assert isnan(found.mean_gap)
    assert isnan(found.spread_ratio)
    assert found.enough > 2


def test_running_statistics_are_compared_as_they_stand():
    model, batch = made("batch_norm")
    first = statistics(model, batch, cross_entropy)
    assert statistics(model, batch, cross_entropy) == first
    renewed = copy.deepcopy(model)
    for module in renewed.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.momentum = 1.0
    renewed(batch[0])
    assert all(one.mean_gap < 1e-5 for one in statistics(renewed, batch, cross_entropy))
    assert all(one.mean_gap > 0.1 for one in first)


@pytest.mark.parametrize("name", ["plain", "layer_norm", "transformer"])
def test_a_model_without_batch_norm_is_refused(name):
    model, batch = made(name)
    with pytest.raises(RefusedError, match="no Batch Norm"):
        statistics(model, batch, cross_entropy)
