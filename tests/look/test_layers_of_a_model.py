"""Size, sameness, spread, gradient and silent units of somebody's network, held against their definitions."""

import copy
from math import isnan

import pytest
import torch
from subjects import MODELS, Functional, fully_connected, made, residual
from torch import nn
from torch.nn.functional import cross_entropy, relu
from torch.utils.checkpoint import checkpoint

from whybn.look import layers
from whybn.measures import sameness


def by_hand(values, axis=-1):
    """(size, sameness, spread), one loop over units."""
    columns = [column.flatten().tolist() for column in values.detach().movedim(axis, 0)]
    mean = [sum(column) / len(column) for column in columns]
    square = [sum(one**2 for one in column) / len(column) for column in columns]
    variance = [
        sum((one - centre) ** 2 for one in column) / len(column) for column, centre in zip(columns, mean, strict=True)
    ]
    units = len(columns)
    return (sum(square) / units) ** 0.5, sum(one**2 for one in mean) / sum(square), (sum(variance) / units) ** 0.5


def numbers(signal):
    return signal.size, signal.sameness, signal.spread


def test_signals_of_a_fully_connected_network():
    model, (inputs, targets) = made("batch_norm")
    found = layers(model, (inputs, targets), cross_entropy)
    assert [one.name for one in found] == ["0", "1", "3", "4", "6", "7", "9"]
    assert [one.kind for one in found] == ["Linear", "BatchNorm1d"] * 3 + ["Linear"]
    assert [one.units for one in found] == [8] * 6 + [3]
    values = inputs
    for number, module in enumerate(model):
        entered, values = values, module(values)
        if str(number) in {one.name for one in found}:
            (layer,) = [one for one in found if one.name == str(number)]
            assert numbers(layer.after) == pytest.approx(by_hand(values), rel=1e-4)
            if isinstance(module, nn.BatchNorm1d):
                assert numbers(layer.before) == pytest.approx(by_hand(entered), rel=1e-4)
            else:
                assert layer.before is None


def test_positions_of_a_convolution_count_as_examples():
    model, (inputs, targets) = made("residual")
    found = {one.name: one for one in layers(model, (inputs.clone(), targets), cross_entropy)}
    rectified = relu(inputs)
    assert numbers(found["1.first"].after) == pytest.approx(by_hand(model[1].first(rectified), axis=1), rel=1e-4)
    assert numbers(found["1.norm1"].before) == numbers(found["1.first"].after)
    normalised = model[1].norm1(model[1].first(rectified))
    assert numbers(found["1.norm1"].after) == pytest.approx(by_hand(normalised, axis=1), rel=1e-4)


def test_layers_are_met_in_the_order_of_the_pass_and_told_apart_call_by_call():
    model, batch = made("cells")
    met = [one.name for one in layers(model, batch, cross_entropy)]
    assert met[:5] == ["cell", "norm", "cell#2", "norm#2", "cell#3"]
    assert met[-1] == "answer"
    model, batch = made("residual")
    met = [one.name for one in layers(model, batch, cross_entropy)]
    assert met[:5] == ["1.first", "1.norm1", "1.second", "1.norm2", "1.skip"]


@pytest.mark.parametrize("name", MODELS)
def test_the_square_of_the_spread_is_what_is_not_the_same(name):
    model, batch = made(name)
    for layer in layers(model, batch, cross_entropy):
        for signal in (layer.before, layer.after):
            if signal and signal.size:
                assert signal.spread**2 == pytest.approx(signal.size**2 * (1 - signal.sameness), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("measure", ["size", "sameness", "spread"])
def test_the_definitions_are_those_of_the_article(measure):
    model, batch = made("plain")
    first = layers(model, batch, cross_entropy)[0].after
    expected = getattr(sameness, measure)(model[0](batch[0]).detach()[None])
    assert getattr(first, measure) == pytest.approx(float(expected), rel=1e-5)


def test_a_small_spread_on_a_large_mean_is_not_lost():
    model = nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 3)).double()
    with torch.no_grad():
        model[0].bias += 1e6
    inputs = torch.randn(12, 6, dtype=torch.float64)
    first, _ = layers(model.float(), (inputs.float(), torch.zeros(12, dtype=torch.long)), cross_entropy)
    assert first.after.spread == pytest.approx(
        float((inputs.float() @ model[0].weight.detach().T).std(0).norm() / 8**0.5), rel=0.1
    )


@pytest.mark.parametrize("name", ["plain", "batch_norm", "layer_norm"])
def test_the_gradient_is_that_for_what_leaves_the_layer(name):
    model, (inputs, targets) = made(name)
    found = layers(model, (inputs, targets), cross_entropy)
    met, values = [], inputs
    for module in model:
        values = module(values)
        if not isinstance(module, nn.ReLU):
            met.append(values)
    expected = torch.autograd.grad(cross_entropy(values, targets), met)
    assert [one.gradient for one in found] == pytest.approx([float(one.norm()) for one in expected], rel=1e-4)


def test_what_is_overwritten_later_is_noted_in_time():
    """A rectifier that writes into the outputs of Batch Norm changes neither what was noted nor the gradient."""
    torch.manual_seed(0)
    tidy = fully_connected(nn.BatchNorm1d)
    torch.manual_seed(0)
    thrifty = fully_connected(nn.BatchNorm1d, activation=lambda: nn.ReLU(inplace=True))
    batch = torch.randn(12, 6), torch.randint(3, (12,))
    assert layers(thrifty, batch, cross_entropy) == layers(tidy, batch, cross_entropy)


@pytest.mark.parametrize("model", [fully_connected(depth=2), Functional()], ids=["module", "function"])
def test_silent_units(model):
    first = next(module for module in model.modules() if isinstance(module, nn.Linear))
    with torch.no_grad():
        first.weight.mul_(0.01)
        first.bias[:6] = -1
        first.bias[6:] = 1
    batch = torch.randn(12, 6), torch.randint(3, (12,))
    found = layers(model, batch, cross_entropy)
    assert found[0].dead == 6 / 8
    assert found[-1].dead is None


def test_silent_units_behind_a_normaliser_and_a_sum():
    model, batch = made("residual")
    found = {one.name: one.dead for one in layers(model, batch, cross_entropy)}
    assert found["1.norm1"] is not None
    assert found["1.first"] is None
    # The sum of branch and skip is rectified: it is told of the layer that was met last.
    assert found["1.skip"] is not None
    assert found["6"] is None


def test_layers_that_run_again_on_the_way_back_are_met_once():
    class Saving(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = residual()[1:]

        def forward(self, images):
            return checkpoint(self.inner, images, use_reentrant=False)

    torch.manual_seed(0)
    model = Saving()
    batch = torch.randn(12, 2, 8, 8), torch.randint(3, (12,))
    met = [one.name for one in layers(model, batch, cross_entropy)]
    assert len(met) == len(set(met)) == 11


def test_half_precision_is_summed_in_single():
    model, (inputs, targets) = made("plain")
    found = layers(model.bfloat16(), (inputs.bfloat16(), targets), cross_entropy)
    assert all(0 <= one.after.sameness <= 1 and one.gradient > 0 for one in found)


def test_signals_at_the_ends_of_the_range_of_floats():
    model, batch = made("plain")
    usual = layers(model, batch, cross_entropy)[0].after
    for factor in (1e-30, 1e30):
        scaled = copy.deepcopy(model)
        with torch.no_grad():
            scaled[0].weight *= factor
            scaled[0].bias *= factor
        found = layers(scaled, batch, cross_entropy)[0].after
        assert numbers(found) == pytest.approx((factor * usual.size, usual.sameness, factor * usual.spread), rel=1e-4)


def test_where_nothing_passes_nothing_is_the_same():
    model, batch = made("plain")
    with torch.no_grad():
        model[0].weight.zero_()
        model[0].bias.zero_()
    found = layers(model, batch, cross_entropy)[0].after
    assert (found.size, found.spread) == (0, 0)
    assert isnan(found.sameness)
