"""The controls at their quick settings: what must hold."""

from dataclasses import replace

import numpy as np

from whybn.experiments import controls


def test_noisy_arms_train_the_networks_of_gain_one() -> None:
    for part, networks in (("plain", 4), ("noisy_plain", 2)):
        found = controls.run(controls.QUICK, part)
        assert found["loss"].shape == (networks, 2, 3)
        assert found["shift"].shape == (networks, 1, 2, 3)
        diverged = found["diverged_at"] >= 0
        assert diverged.any()
        assert np.isnan(found["loss"][diverged]).all()
        assert np.isfinite(found["loss"][~diverged]).all()


def test_noise_moves_the_inputs_of_a_network_that_hardly_learns() -> None:
    shift = {part: controls.run(controls.QUICK, part)["shift"][0, 0, :, 0] for part in ("batch_norm", "noisy_batch_norm")}
    assert (shift["noisy_batch_norm"] > 2 * shift["batch_norm"]).all()


def test_frozen_and_live_statistics_are_the_same_start() -> None:
    settings = replace(controls.QUICK, steps=2, shift_at=(), rate_decades=(-9.0, -8.0))
    frozen, live = (controls.run(settings, part) for part in ("frozen_batch_norm", "batch_norm"))
    rows = np.flatnonzero(live["depths"] == 10)
    np.testing.assert_array_equal(frozen["gains"], live["gains"][rows])
    # Running variances are unbiased, batch variances are not: one part in 1,400, ten times over.
    np.testing.assert_allclose(frozen["loss"], live["loss"][rows], rtol=5e-3)
