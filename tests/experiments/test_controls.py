"""The controls at their quick settings: what must hold."""

from dataclasses import replace

import numpy as np
import pytest

from whybn.experiments import controls
from whybn.lab.data import digits_for
from whybn.lab.networks import REFERENCE, initialise, with_arm
from whybn.lab.training import assemble, evaluate


def test_noisy_arms_train_the_networks_of_gain_one() -> None:
    for part, networks, rates in (("plain", 4, 3), ("noisy_batch_norm", 2, 2), ("drifting", 2, 2), ("noisy_plain", 1, 2)):
        found = controls.run(controls.QUICK, part)
        assert found["loss"].shape == (networks, 2, rates)
        assert found["shift"].shape == (networks, 1, 2, rates)
        diverged = found["diverged_at"] >= 0
        assert diverged.any() == (part in {"plain", "noisy_plain"})
        assert np.isnan(found["loss"][diverged]).all()
        assert np.isfinite(found["loss"][~diverged]).all()


@pytest.mark.parametrize("part", ["noisy_batch_norm", "drifting"])
def test_noise_and_drift_move_the_inputs_of_a_network_that_hardly_learns(part: str) -> None:
    settings = replace(controls.QUICK, rates=1, noisy_rates=1)
    disturbed, calm = (controls.run(settings, arm)["shift"][:, 0, :, 0] for arm in (part, "batch_norm"))
    assert (disturbed[0] > 2 * calm[0]).all()
    assert np.isnan(disturbed[1]).all()  # of twenty layers nobody asks


def test_a_noisy_network_is_measured_with_its_noise_and_without() -> None:
    settings = replace(controls.QUICK, seeds=1, steps=1, shift_at=(), depths=(10,), gains=(1.0,), rates=1, noisy_rates=1)
    settings = replace(settings, rate_decades=(-12.0, -12.0))  # a step that changes nothing
    found = controls.run(settings, "noisy_batch_norm")
    data = digits_for([0], settings.batch, settings.steps)
    for name, arm, noise_step in (("loss", "batch_norm", None), ("noisy_loss", "noisy_batch_norm", settings.steps)):
        architecture = with_arm(REFERENCE, arm)
        ensemble = assemble(architecture, initialise(architecture, [0]), [0])
        loss, _ = evaluate(ensemble, data, data.training, training=True, noise_step=noise_step)
        np.testing.assert_allclose(found[name].ravel(), loss.numpy(), rtol=1e-6)
    assert not np.isclose(found["loss"], found["noisy_loss"], rtol=0.01).any()


def test_frozen_and_live_statistics_are_the_same_start() -> None:
    settings = replace(controls.QUICK, steps=2, shift_at=(), rate_decades=(-9.0, -8.0))
    frozen, live = (controls.run(settings, part) for part in ("frozen_batch_norm", "batch_norm"))
    rows = np.flatnonzero(live["depths"] == 10)
    np.testing.assert_array_equal(frozen["gains"], live["gains"][rows])
    # Running variances are unbiased, batch variances are not: one part in 1,400, ten times over.
    np.testing.assert_allclose(frozen["loss"], live["loss"][rows], rtol=5e-3)
