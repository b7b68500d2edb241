"""The code that the article advises, run as it stands."""

import re

import pytest
import torch
from building import ROOT
from torch import nn

CODE = re.findall(r"```python\n(.*?)```", (ROOT / "docs/index.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def advised() -> dict:
    """A network in training, data, and what the article imports without saying so."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.BatchNorm1d(4))
    data = [(torch.randn(8, 3), None) for _ in range(5)]
    for images, _ in data:
        model(images + 3)
    return {"torch": torch, "model": model, "images": data[0][0], "training_data": data}


def test_predictions_are_made_in_eval_mode_and_training_goes_on(advised) -> None:
    model = advised["model"]
    (code,) = [one for one in CODE if "predictions" in one]
    exec(code, advised)
    assert model.training
    assert not advised["predictions"].requires_grad
    torch.testing.assert_close(advised["predictions"], model.eval()(advised["images"]))


def test_statistics_computed_anew_are_those_of_the_data_and_leave_the_rest_alone(advised) -> None:
    model, (linear, _, norm) = advised["model"], advised["model"]
    weights = [value.clone() for value in model.parameters()]
    (code,) = [one for one in CODE if "reset_running_stats" in one]
    exec(code, advised)
    seen = [linear(images).detach() for images, _ in advised["training_data"]]  # no dropout
    torch.testing.assert_close(norm.running_mean, torch.stack([one.mean(0) for one in seen]).mean(0))
    torch.testing.assert_close(norm.running_var, torch.stack([one.var(0) for one in seen]).mean(0))
    assert norm.momentum == nn.BatchNorm1d(4).momentum
    assert not any(module.training for module in model.modules())
    assert all(torch.equal(one, other) for one, other in zip(weights, model.parameters(), strict=True))
