"""The toy against autograd, PyTorch's optimiser and the closed form."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from whybn.experiments import two_examples
from whybn.readings import two_examples as readings

SETTINGS = replace(two_examples.FULL, shared=(1.5, 2.0), apart=(-0.8, 0.6), answer=0.7)
SHARED, APART = 1.5**2 + 2.0**2, 0.8**2 + 0.6**2  # squared lengths


def loss(weights: torch.Tensor, examples: np.ndarray) -> torch.Tensor:
    return (torch.tensor(examples) @ weights - torch.tensor([1.0, -1.0])).square().mean() / 2


@pytest.mark.parametrize(("part", "expected"), [("plain", (SHARED, APART)), ("centred", (0.0, APART))])
def test_curvature_is_autograds_and_that_of_the_closed_form(part: str, expected: tuple[float, float]) -> None:
    found = two_examples.run(SETTINGS, part)
    np.testing.assert_allclose(found["curvature"], expected, atol=1e-12)
    bent = torch.autograd.functional.hessian(lambda w: loss(w, found["examples"]), torch.zeros(2, dtype=torch.float64))
    np.testing.assert_allclose(np.linalg.eigvalsh(bent), sorted(expected), atol=1e-12)


@pytest.mark.parametrize("part", two_examples.PARTS)
def test_the_path_is_that_of_pytorchs_optimiser(part: str) -> None:
    found = two_examples.run(SETTINGS, part)
    directions = np.array([(0.6, 0.8), (-0.8, 0.6)])
    for rate, path in ((found["best_rate"], found["weights"]), (found["limit"], found["limit_weights"])):
        weights = torch.tensor([0.6, 0.8], dtype=torch.float64) * 0.7 / SHARED**0.5
        weights.requires_grad_()
        optimiser = torch.optim.SGD([weights], lr=float(rate))
        for step in range(SETTINGS.steps + 1):
            np.testing.assert_allclose(path[step], directions @ weights.detach().numpy(), atol=1e-12)
            optimiser.zero_grad()
            loss(weights, found["examples"]).backward()
            if path is found["weights"]:
                np.testing.assert_allclose(found["loss"][step], loss(weights, found["examples"]).item(), atol=1e-12)
            optimiser.step()


def test_what_both_share_caps_the_rate_and_slows_what_tells_them_apart() -> None:
    plain, centred = (two_examples.run(SETTINGS, part) for part in two_examples.PARTS)
    assert plain["limit"] == pytest.approx(2 / SHARED)
    assert readings.kept(plain) == pytest.approx(1 - 2 * APART / SHARED)
    assert readings.sameness(plain) == pytest.approx(SHARED / (SHARED + APART))
    assert readings.sameness(centred) == pytest.approx(0)
    assert readings.steps_needed(centred) == 1
    shrink = (SHARED - APART) / (SHARED + APART)
    np.testing.assert_allclose(plain["loss"], plain["loss"][0] * shrink ** (2 * np.arange(SETTINGS.steps + 1)))
    assert readings.steps_needed(plain) == np.ceil(np.log(readings.REACHED) / np.log(shrink**2))


def test_beyond_the_limit_it_diverges_and_below_it_does_not() -> None:
    examples = two_examples.run(SETTINGS, "plain")["examples"]
    start, limit = np.array([1.0, 0.3]), 2 / SHARED
    for factor, diverges in ((1.01, True), (0.99, False)):
        path = two_examples.descend(examples, start, factor * limit, 2000)
        assert (two_examples.loss(examples, path[-1]) > two_examples.loss(examples, path[0])) == diverges


@pytest.mark.parametrize("wrong", [{"apart": (1.0, 1.0)}, {"shared": (0.0, 0.0)}])
def test_directions_that_mix_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="right angles"):
        two_examples.run(replace(two_examples.FULL, **wrong), "plain")
