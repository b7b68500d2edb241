"""Normalisers with an ingredient switched off, held against PyTorch's own modules and written-out networks."""

import copy

import pytest
import torch
from subjects import MODELS, fully_connected, made
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from whybn.look import RefusedError, ingredients, walk
from whybn.probes.ingredients import AS_IT_IS, FROZEN, NO_DIVISION, NO_MEAN
from whybn.probes.kinds import normalised, statistics_of

RATES = (0.01, 0.3, 3.0)
NORMALISERS = {
    "batch_norm, two axes": (nn.BatchNorm1d(6), (5, 6)),
    "batch_norm, three axes": (nn.BatchNorm1d(6), (5, 6, 7)),
    "batch_norm, images": (nn.BatchNorm2d(6, eps=0.1), (5, 6, 4, 3)),
    "batch_norm, volumes": (nn.BatchNorm3d(6, affine=False), (5, 6, 2, 3, 2)),
    "batch_norm in eval mode": (nn.BatchNorm2d(6).eval(), (5, 6, 4, 3)),
    "batch_norm in eval mode that remembers nothing": (nn.BatchNorm1d(6, track_running_stats=False).eval(), (5, 6)),
    "layer_norm": (nn.LayerNorm(6), (5, 7, 6)),
    "layer_norm over more": (nn.LayerNorm((4, 6)), (5, 4, 6)),
    "layer_norm without a shift": (nn.LayerNorm(6, bias=False), (5, 6)),
    "rms_norm": (nn.RMSNorm(6), (5, 7, 6)),
    "rms_norm over more": (nn.RMSNorm((4, 6), eps=0.1), (5, 4, 6)),
    "group_norm": (nn.GroupNorm(3, 6), (5, 6, 4, 3)),
    "group_norm, two axes": (nn.GroupNorm(2, 6), (5, 6)),
    "instance_norm": (nn.InstanceNorm2d(6, affine=True), (5, 6, 4, 3)),
}


@pytest.mark.parametrize("name", NORMALISERS)
def test_with_both_ingredients_it_is_the_module_itself(name):
    module, shape = NORMALISERS[name]
    torch.manual_seed(0)
    module = copy.deepcopy(module)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_()
        for buffer in module.buffers():
            buffer.copy_(torch.rand(buffer.shape) + 0.5)
    values = torch.randn(shape) * 3 + 1
    ours = normalised(module, values, statistics_of(module, values), subtract=True, divide=True)
    torch.testing.assert_close(ours, module(values))


@pytest.mark.parametrize("name", [name for name in NORMALISERS if "eval mode" not in name and "rms" not in name])
def test_without_an_ingredient_the_other_stays(name):
    module, shape = NORMALISERS[name]
    torch.manual_seed(0)
    values = torch.randn(shape) * 3 + 1
    chosen = statistics_of(module, values)
    with torch.no_grad():
        centred = statistics_of(module, normalised(module, values, chosen, subtract=True, divide=False))
        divided = statistics_of(module, normalised(module, values, chosen, subtract=False, divide=True))
    # Scale is one and shift zero here.
    torch.testing.assert_close(centred.mean, torch.zeros_like(centred.mean), atol=1e-5, rtol=0)
    torch.testing.assert_close(centred.variance, chosen.variance)
    torch.testing.assert_close(divided.variance, chosen.variance / (chosen.variance + module.eps))
    torch.testing.assert_close(divided.mean, chosen.mean / (chosen.variance + module.eps).sqrt())


class Written(nn.Module):
    """One layer of Batch Norm written out, with parts of it left out."""

    def __init__(self, model, *, mean=True, division=True):
        super().__init__()
        self.first, self.norm, _, self.last = copy.deepcopy(model)
        self.mean, self.division = mean, division

    def forward(self, values):
        values = self.first(values)
        centre = values.mean(0) if self.mean else 0
        size = (values.var(0, correction=0) + self.norm.eps).sqrt() if self.division else 1
        return self.last(torch.relu((values - centre) / size * self.norm.weight + self.norm.bias))


def same_walk(one, other):
    assert one.train_here == pytest.approx(other.train_here, rel=1e-5)
    assert one.train == pytest.approx(other.train, rel=1e-3)
    assert one.gradient == pytest.approx(other.gradient, rel=1e-4)
    assert one.sharpness == pytest.approx(other.sharpness, rel=1e-2, abs=1e-4)


@pytest.fixture
def shallow():
    torch.manual_seed(3)
    model = fully_connected(nn.BatchNorm1d, depth=1)
    with torch.no_grad():
        model[1].weight.normal_()
        model[1].bias.normal_()
    return model, (torch.randn(12, 6) + 1, torch.randint(3, (12,)))


def test_mean_and_division_are_what_is_left_out(shallow):
    model, batch = shallow
    found = {one.name: one.walk for one in ingredients(model, batch, cross_entropy, rates=RATES)}
    assert list(found) == [AS_IT_IS, NO_MEAN, NO_DIVISION, FROZEN]
    for name, parts in {AS_IT_IS: {}, NO_MEAN: {"mean": False}, NO_DIVISION: {"division": False}}.items():
        same_walk(found[name], walk(Written(model, **parts), batch, cross_entropy, rates=RATES))


def test_frozen_statistics_are_those_of_this_batch_at_the_start(shallow):
    model, batch = shallow
    found = {one.name: one.walk for one in ingredients(model, batch, cross_entropy, rates=RATES)}
    frozen = copy.deepcopy(model)
    with torch.no_grad():
        entering = model[0](batch[0])
        frozen[1].running_mean.copy_(entering.mean(0))
        frozen[1].running_var.copy_(entering.var(0, correction=0))
    frozen[1].eval()  # the rest of the model is in train mode: a part kept in eval mode stays there
    same_walk(found[FROZEN], walk(frozen, batch, cross_entropy, rates=RATES))
    assert found[FROZEN].train_here == pytest.approx(found[AS_IT_IS].train_here, rel=1e-6)
    assert found[FROZEN].train[-1] != pytest.approx(found[AS_IT_IS].train[-1], rel=1e-3)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in {"plain", "lstm", "functional"}])
def test_every_normaliser_can_be_switched(name):
    model, batch = made(name)
    found = {one.name: one.walk for one in ingredients(model, batch, cross_entropy, rates=RATES)}
    same_walk(found[AS_IT_IS], walk(model, batch, cross_entropy, rates=RATES))
    assert found[FROZEN].train_here == pytest.approx(found[AS_IT_IS].train_here, rel=1e-5)
    assert found[NO_DIVISION].train_here != pytest.approx(found[AS_IT_IS].train_here, rel=1e-5)
    assert found[NO_MEAN].train_here != pytest.approx(found[AS_IT_IS].train_here, rel=1e-5)


def test_rms_norm_has_no_mean_to_leave_out():
    model = nn.Sequential(nn.Linear(6, 8), nn.RMSNorm(8), nn.Linear(8, 3))
    batch = torch.randn(12, 6), torch.randint(3, (12,))
    assert [one.name for one in ingredients(model, batch, cross_entropy)] == [AS_IT_IS, NO_DIVISION, FROZEN]


@pytest.mark.parametrize("name", ["plain", "lstm", "functional"])
def test_a_model_without_normalisers_is_refused(name):
    model, batch = made(name)
    with pytest.raises(RefusedError, match="nothing to switch off"):
        ingredients(model, batch, cross_entropy)


def test_a_normaliser_of_ones_own_is_refused():
    class Clamped(nn.BatchNorm1d):
        def forward(self, values):
            return super().forward(values).clamp(-1, 1)

    model = fully_connected(Clamped)
    with pytest.raises(RefusedError, match="Clamped changes what a normaliser"):
        ingredients(model, (torch.randn(12, 6), torch.randint(3, (12,))), cross_entropy)


def test_statistics_that_are_taken_again_on_the_way_back_are_refused():
    class Saving(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = fully_connected(nn.BatchNorm1d)

        def forward(self, values):
            return checkpoint(self.inner, values, use_reentrant=False)

    with pytest.raises(RefusedError, match="checkpointing"):
        ingredients(Saving(), (torch.randn(12, 6), torch.randint(3, (12,))), cross_entropy)
