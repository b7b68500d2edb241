"""Looking at a model changes nothing of it, and nothing around it, whatever happens on the way."""

import copy
import random

import numpy as np
import pytest
import torch
from subjects import MODELS, made
from torch import nn
from torch.nn.functional import cross_entropy

from whybn.look import ingredients, layers, look, statistics, walk

RATES = (0.01, 1.0)


def everything(model, batch):
    """All that could have been touched, as bytes and plain values."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        "names": list(tensors),
        "values": [tensor.detach().numpy().tobytes() for tensor in tensors.values()],
        "same": [(id(tensor), tensor.data_ptr(), tensor._version) for tensor in tensors.values()],
        "gradients": [None if one.grad is None else one.grad.numpy().tobytes() for one in model.parameters()],
        "wanted": [one.requires_grad for one in model.parameters()],
        "modes": [module.training for module in model.modules()],
        "hooks": [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()],
        "attributes": [sorted(vars(module)) for module in model.modules()],
        "batch": [tensor.numpy().tobytes() for tensor in batch],
        "torch": torch.get_rng_state().numpy().tobytes(),
        "numpy": str(np.random.get_state()),  # noqa: NPY002
        "python": random.getstate(),
        "grad": torch.is_grad_enabled(),
    }


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", MODELS)
def test_a_look_leaves_all_as_it_was(name, training):
    model, batch = made(name)
    model.train(training)
    before = everything(model, batch)
    report = look(model, batch, cross_entropy, rates=RATES)
    assert report.layers
    assert np.isfinite(report.walk.train).all()
    assert everything(model, batch) == before


class Stop(KeyboardInterrupt):
    pass


@pytest.mark.parametrize("calls", range(1, 25, 4))
@pytest.mark.parametrize("measure", [look, layers, walk, statistics, ingredients])
def test_so_does_one_that_is_interrupted(measure, calls):
    model, batch = made("residual")
    before = everything(model, batch)
    left = [calls]

    def loss(outputs, targets):
        left[0] -= 1
        if left[0] == 0:
            outputs.data.fill_(torch.nan)
            raise Stop
        return cross_entropy(outputs, targets)

    try:
        measure(model, batch, loss)
    except Stop:
        assert left[0] == 0
    else:
        assert left[0] > 0
    assert everything(model, batch) == before


@pytest.mark.parametrize("name", ["residual", "functional", "transformer"])
def test_a_training_goes_on_as_if_nobody_had_looked(name):
    model, batch = made(name)
    twin = copy.deepcopy(model)

    def trained(model, *, looking):
        torch.manual_seed(5)
        np.random.seed(5)  # noqa: NPY002
        random.seed(5)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimiser.zero_grad()
            cross_entropy(model(batch[0].clone()), batch[1]).backward()
            optimiser.step()
            if looking:
                look(model, batch, cross_entropy, rates=RATES)
        return model.state_dict()

    ours, theirs = trained(model, looking=True), trained(twin, looking=False)
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


def test_parts_that_were_kept_in_eval_mode_stay_there():
    model, batch = made("batch_norm")
    model[1].eval()
    held = statistics(model, batch, cross_entropy)
    assert [one.name for one in held] == ["4", "7"]
    model.eval()
    assert [one.name for one in statistics(model, batch, cross_entropy)] == ["1", "4", "7"]


def test_weights_that_are_not_trained_do_not_move():
    model, batch = made("plain")
    model[0].requires_grad_(False)
    found = walk(model, batch, cross_entropy, rates=RATES)
    with torch.no_grad():
        free = [one for one in model.parameters() if one.requires_grad]
    loss = cross_entropy(model(batch[0]), batch[1])
    slopes = torch.autograd.grad(loss, free)
    assert found.gradient == pytest.approx(float(sum(one.square().sum() for one in slopes) ** 0.5), rel=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("name", MODELS)
def test_a_model_on_a_gpu_gives_the_same_and_is_left_alone(name, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    model, batch = made(name)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # a GPU draws others
        if isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0
    model = nn.Sequential(*model) if isinstance(model, nn.Sequential) else model
    expected = layers(model, batch, cross_entropy)
    moved = copy.deepcopy(model).cuda()
    before = {key: value.clone() for key, value in moved.state_dict().items()}
    state = torch.cuda.get_rng_state()
    found = look(moved, [one.cuda() for one in batch], cross_entropy, rates=RATES)
    if name != "functional":
        assert [one.after.size for one in found.layers] == pytest.approx([one.after.size for one in expected], rel=1e-3)
    assert all(torch.equal(before[key], value) for key, value in moved.state_dict().items())
    assert torch.equal(torch.cuda.get_rng_state(), state)
