"""Every experiment at its quick settings: the arrays it promises, repeatable to the last bit, and what must hold."""

import importlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import whybn.experiments
from whybn.experiments import (
    batches,
    curve,
    ghosts,
    landscape,
    recurrent,
    second,
    second_batches,
    sharpness,
    shifted_images,
    smoothness,
    step_time,
    taken_apart,
    trajectory,
    walks,
)
from whybn.lab import backpropagation
from whybn.lab.data import FASHION_FOLDER, digits_for
from whybn.lab.ingredients import INGREDIENTS
from whybn.lab.networks import REFERENCE, forward, initialise, losses, with_arm
from whybn.lab.normalisers import Context
from whybn.lab.training import assemble, evaluate, train
from whybn.readings.definitions import best_rate
from whybn.readings.taken_apart import by_depth

NAMES = sorted(path.stem for path in Path(whybn.experiments.__path__[0]).glob("[a-z]*.py"))


REPEATED = [name for name in NAMES if name != "step_time"]  # which measures time, and that never repeats
SEEDED = [name for name in REPEATED if name != "two_examples"]  # in which nothing is drawn at random


@pytest.mark.parametrize("name", REPEATED)
def test_a_repeated_run_is_identical(name: str, quick) -> None:
    module = importlib.import_module(f"whybn.experiments.{name}")
    part = module.PARTS[-1]
    first, again = quick(name)[part], module.run(module.QUICK, part)
    assert first.keys() == again.keys()
    for array in first:
        assert isinstance(first[array], np.ndarray)
        np.testing.assert_array_equal(first[array], again[array])


@pytest.mark.parametrize("name", SEEDED)
def test_full_settings_have_eight_or_sixteen_seeds(name: str) -> None:
    """The evidence page says of these two counts how far the interval reaches."""
    module = importlib.import_module(f"whybn.experiments.{name}")
    assert module.FULL.seeds in {8, 16}
    assert module.QUICK.seeds < module.FULL.seeds


@pytest.mark.parametrize("name", NAMES)
def test_larger_settings_have_a_budget_and_are_no_smaller(name: str) -> None:
    module = importlib.import_module(f"whybn.experiments.{name}")
    assert hasattr(module, "LARGE") == hasattr(module, "LARGE_BUDGET")
    if hasattr(module, "LARGE"):
        assert type(module.LARGE) is type(module.FULL)
        assert module.LARGE != module.FULL
        assert getattr(module.LARGE, "seeds", 0) >= getattr(module.FULL, "seeds", 0)
        assert module.LARGE_BUDGET > module.BUDGET


def test_all_larger_settings_together_take_half_an_hour_on_two_cores() -> None:
    modules = [importlib.import_module(f"whybn.experiments.{name}") for name in NAMES]
    assert sum(getattr(module, "LARGE_BUDGET", 0) for module in modules) <= 3600


@pytest.mark.parametrize("name", NAMES)
def test_quick_and_full_differ_in_settings_only(name: str) -> None:
    module = importlib.import_module(f"whybn.experiments.{name}")
    assert type(module.QUICK) is type(module.FULL)
    assert module.__doc__
    assert module.BUDGET > 0


def test_curve_covers_what_it_says(quick) -> None:
    partial = quick("curve")["partial"]
    low, high = partial["range"]
    assert ((partial["data_x"] >= low) & (partial["data_x"] <= high)).all()
    assert (partial["shifted_x"] > high).all()
    assert partial["predictions"].shape == (3, 4, len(partial["grid"]))
    relearning = quick("curve")["relearning"]
    assert relearning["arrival"].tolist() == [0, 60, 180]
    for optimiser in curve.OPTIMISERS:
        reached = relearning[f"{optimiser}_total"]
        assert ((reached > 0) | np.isinf(reached)).all()


def test_the_last_piece_is_unseen_before_it_arrives() -> None:
    settings = curve.QUICK
    data = curve._schedules(settings, [0])
    x = data.inputs[data.order[:, :, :], 0]
    columns = {pieces: x[:, column] for column, pieces in enumerate(settings.pieces)}
    edge = data.inputs[:, 0].sort().values[3 * settings.relearning_examples // 4 - 1]
    arrival = 3 * settings.phase
    assert columns[4][:arrival].max() <= edge
    assert columns[4][arrival:].max() > edge
    assert columns[1][:arrival].max() > edge


def test_atlas_starts_at_he_and_keeps_the_diverged(quick) -> None:
    found = quick("atlas")["plain"]
    assert np.isclose(found["gains"], 1.0).any()
    assert found["loss"].shape == (2, 2, 5, 5)
    diverged = found["diverged_at"] >= 0
    assert diverged.any()
    assert np.isnan(found["loss"][-1][diverged]).all()
    assert np.isfinite(found["loss"][-1][~diverged]).all()


def test_trajectory_compares_every_layer_at_every_time(quick) -> None:
    for part in trajectory.PARTS:
        found = quick("trajectory")[part]
        assert found["shift"].shape == found["misfit"].shape == (3, 10, 3)
        assert (found["shift"] > 0).all()


def test_batch_norm_transform_is_standardised(quick) -> None:
    found = quick("trajectory")["batch_norm"]
    np.testing.assert_allclose(found["normalised"].mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(found["normalised"].std(0), 1, atol=1e-2)
    assert found["companions"].shape == (3, 3, 60)
    assert ((found["companions"] >= 0) & (found["companions"] <= 1)).all()


def test_landscape_is_centred_on_the_trained_network(quick) -> None:
    for part in landscape.PARTS:
        found = quick("landscape")[part]
        middle = len(found["offsets"]) // 2
        assert found["offsets"][middle] == pytest.approx(0, abs=1e-6)
        assert (found["loss"][..., middle, middle] <= np.median(found["loss"])).all()


def test_an_upright_slant_changes_nothing_and_a_shear_keeps_the_middle() -> None:
    images = torch.rand(4, 64)
    torch.testing.assert_close(shifted_images.slant(images, 0.0), images, rtol=1e-4, atol=1e-5)
    column = torch.zeros(1, 64).view(1, 8, 8)
    column[:, :, 3:5] = 1
    sheared = shifted_images.slant(column.view(1, 64), 0.5).view(8, 8)
    place = (sheared * torch.arange(8.0)).sum(1) / sheared.sum(1)
    np.testing.assert_allclose(np.diff(place.numpy()), np.full(7, -0.5), atol=0.02)


def test_slanted_digits_are_what_the_experiment_stores(quick) -> None:
    found = quick("shifted_images")["plain"]
    assert found["examples"].shape == (3, 3, 8, 8)
    assert found["examples"].min() >= 0
    assert found["examples"].max() <= 1 + 1e-6


def test_smoothness_starts_equal_at_every_rate_and_walks_what_it_says(quick) -> None:
    for part in smoothness.PARTS:
        found = quick("smoothness")[part]
        np.testing.assert_allclose(found["loss"][0], found["loss"][0, :, :1].repeat(3, 1), rtol=1e-6)
        assert found["change"].shape == (3, 5, 2, 3)
        assert (found["final_loss"][:, 1] < found["loss"][0, :, 1]).all()
        assert found["first_change"].shape == (6, 3)
        np.testing.assert_allclose(found["first_change"][:2], found["change"][0].max(0), rtol=1e-4)  # the same first step
    plain = quick("smoothness")["plain"]
    np.testing.assert_array_equal(plain["change"], plain["eval_change"])  # without Batch Norm there is one mode


def test_batches_chooses_rates_on_images_of_the_training_alone(quick) -> None:
    settings = batches.QUICK
    data, held_out = batches._data(settings, 8)
    for seed in range(settings.seeds):
        used = set(data.order[:, seed].flatten().tolist())
        assert used <= set(data.training[seed].tolist())
        assert not set(held_out[seed].tolist()) & (set(data.training[seed].tolist()) | set(data.test[seed].tolist()))
    found = quick("batches")["batch_norm"]
    assert found["test_error"].shape == found["test_error_recomputed"].shape == (3, 2, 3)
    assert (found["mean_noise"] > 0).all()
    assert "mean_noise" not in quick("batches")["plain"]


def test_rescaling_moves_nothing_at_factor_one_and_little_behind_batch_norm(quick) -> None:
    found = quick("invariance")["batch_norm"]
    one = np.abs(found["factors"] - 1).argmin()
    np.testing.assert_allclose(found["rescaled_loss"], found["rescaled_loss"][one] * np.ones((5, 1)), rtol=1e-2)
    np.testing.assert_allclose(found["rescaled_gradient"][one], 2 * found["rescaled_gradient"][one + 1], rtol=1e-2)
    allowed = found["bound_factor"] * (found["bound_before"] - found["bound_mean"] - found["bound_along"])
    np.testing.assert_allclose(found["bound_after"], allowed, rtol=1e-2)
    assert "bound_after" not in quick("invariance")["plain"]


def test_sharpness_starts_where_its_initial_weights_put_it(quick) -> None:
    for part in sharpness.PARTS:
        found = quick("sharpness")[part]
        np.testing.assert_allclose(found["sharpness"][0], found["start"][0][:, None] * np.ones(3), rtol=1e-3)
        assert (found["loss"][-1] < found["loss"][0]).all()


def test_recipes_differ_from_the_reference_where_they_say_so(quick) -> None:
    plain, normalised = quick("recipes")["plain"], quick("recipes")["batch_norm"]
    assert "after_loss" not in plain
    assert "affine_loss" not in plain
    for found in (plain, normalised):
        for recipe in ("glorot", "default", "warm_up"):
            assert not np.array_equal(found["he_loss"], found[f"{recipe}_loss"], equal_nan=True)
    assert not np.array_equal(normalised["he_loss"], normalised["after_loss"])
    assert (normalised["affine_accuracy"] <= 1).all()


def test_deep_networks_start_as_the_theory_says(quick) -> None:
    found = quick("depth")["growth"]
    assert (found["relu"] > 1).all()
    np.testing.assert_allclose(found["layers_batch_norm"][:, -1], 1)
    tails = quick("depth")["tails"]
    for scheme in ("he", "glorot"):
        np.testing.assert_allclose(tails[f"plain_{scheme}_loss"][0], 1, atol=0.01)
        assert (np.diff(tails[f"plain_{scheme}_tail"], axis=0) <= 0).all()
    assert (quick("depth")["rank"]["rank_plain"] >= 1 - 1e-6).all()


def test_residual_networks_grow_only_without_help(quick) -> None:
    size = {part: quick("residual")[part]["size"][-1] for part in ("plain", "batch_norm", "skip_init")}
    assert (size["plain"] > size["batch_norm"]).all()
    assert (size["skip_init"] == 1).all()

    assert "mean_noise" not in quick("batches")["plain"]


def test_one_set_of_statistics_changes_the_tests_and_not_the_training(quick) -> None:
    per_step, shared = quick("recurrent")["batch_norm"], quick("recurrent")["shared_batch_norm"]
    assert per_step["spread"].shape == (8, 2)
    assert not np.array_equal(per_step["test_error"], shared["test_error"])
    chosen = [best_rate(found["validation_error"]) for found in (per_step, shared)]
    if chosen[0] == chosen[1]:
        np.testing.assert_array_equal(per_step["spread"], shared["spread"])


def test_blank_rows_come_before_the_digit() -> None:
    longer = recurrent._behind(torch.arange(128.0).view(2, 64), 16)
    assert longer.shape == (2, 80)
    assert (longer[:, :16] == 0).all()
    np.testing.assert_array_equal(longer[1, 16:], np.arange(64, 128))


def test_second_walks_from_the_runs_at_the_rates_named(quick) -> None:
    settings = second.QUICK
    plain, normalised = quick("second")["plain"], quick("second")["batch_norm"]
    assert plain["loss"].shape == (2, 3)
    assert plain["walk_loss"].shape == (1, 3, 3, 2, settings.walk_batches)
    assert normalised["walk_loss"].shape == (2, 3, 3, 2, settings.walk_batches)
    for found in (plain, normalised):
        chosen = settings.walk_rates[: len(found["walk_loss"])]
        np.testing.assert_array_equal(found["walk_rates"], found["rates"][list(chosen)])
        assert (found["walk_loss"][:, :, 0] < 10).all()
    np.testing.assert_array_equal(normalised["walk_loss"][0], normalised["walk_loss"][1])  # of one and the same rate


def test_ghosts_differ_in_their_statistics_alone(quick) -> None:
    found, plain = quick("ghosts")["batch_norm"], quick("ghosts")["plain"]
    assert found["test_loss"].shape == (2, 3, 2, 3)
    assert plain["test_loss"].shape == (1, 3, 2, 3)
    whole = replace(ghosts.QUICK, sizes=(128,))
    np.testing.assert_array_equal(ghosts.run(whole, "batch_norm")["test_loss"][0], found["test_loss"][1])


@pytest.mark.skipif(not FASHION_FOLDER.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_larger_settings_train_on_all_the_pictures() -> None:
    small = {"seeds": 2, "depth": 2, "channels": 2, "rates": 2}
    larger = replace(second.LARGE, **small, steps=6, walk_rates=(0, 1), walk_at=(1, 2, 3))
    assert np.isfinite(second.run(larger, "noisy_batch_norm")["loss"]).all()
    batches = replace(second_batches.LARGE, **small, examples_seen=64, sizes=(2, 32))
    errors = second_batches.run(batches, "batch_norm")["test_error"]
    assert errors.shape == (2, 2, 2)
    assert (errors * 14_000 % 1 < 1e-2).sum() + (errors * 14_000 % 1 > 0.99).sum() == 8  # of 14,000 test pictures


def test_the_time_of_a_step_is_that_of_all_its_work_and_of_one_network(monkeypatch) -> None:
    """With a clock that counts operations instead of seconds, the time of a step is known in closed form."""
    monkeypatch.setattr(backpropagation, "compiled", None)  # NumPy's operations are not counted, autograd's are
    with FlopCounterMode(display=False) as counter:
        monkeypatch.setattr(step_time, "time", SimpleNamespace(process_time=counter.get_total_flops))
        found = step_time.run(step_time.QUICK, "turns")
    for row, depth in enumerate(step_time.QUICK.depths):
        first, hidden, last = 64 * 32, (depth - 1) * 32 * 32, 32 * 10
        # Forward, slope of the weights, slope of the inputs: two operations each; nobody asks for the first's inputs.
        expected = 2 * step_time.QUICK.batch * (2 * first + 3 * (hidden + last))
        for arm in step_time.ARMS:
            np.testing.assert_allclose(found[arm][row], expected)


@pytest.mark.parametrize("arm", walks.PARTS)
def test_a_walk_passes_where_the_training_goes_next(arm: str, quick) -> None:
    settings, found = walks.QUICK, quick("walks")[arm]
    architecture, seeds = with_arm(REFERENCE, arm), list(range(settings.seeds))
    start = assemble(architecture, initialise(architecture, seeds), seeds)
    one_step = np.abs(found["lengths"] - settings.rate).argmin()
    for moment, step in enumerate(settings.walk_at):
        data = digits_for(seeds, settings.batch, step + 1)
        trained = train(start, data, [settings.rate] * len(seeds))
        np.testing.assert_allclose(found["start_loss"][moment, :, 0], trained.minibatch_loss[step], rtol=1e-4)
        inputs, targets = data.at(data.order[step])
        outputs = forward(architecture, trained.ensemble.parameters, inputs, Context(training=True))
        np.testing.assert_allclose(found["loss"][moment, one_step, :, 0], losses(outputs, targets), rtol=1e-4)


def test_one_example_is_what_batch_norm_saw_in_trajectory(quick) -> None:
    found, known = quick("one_example")["batch_norm"], quick("trajectory")["batch_norm"]
    np.testing.assert_allclose(found["linear"][0], known["linear"], rtol=1e-4, atol=1e-5)
    assert (found["running_variance"] > 0).all()
    assert ((found["label"] >= 0) & (found["label"] <= 9)).all()


def test_in_other_depths_the_arms_are_those_networks(quick) -> None:
    found = quick("taken_apart", seeds=2)
    for name, arm in found.items():
        assert ("loss_by_depth" in arm) == (name in taken_apart.IN_OTHER_DEPTHS)
    (depth,), steps = taken_apart.QUICK.other_depths, taken_apart.QUICK.budgets[-1]
    seeds = [0, 1]
    data = digits_for(seeds, taken_apart.QUICK.batch, steps)
    design = replace(REFERENCE, depth=depth, arm=INGREDIENTS["size_only"])
    rate = found["size_only"]["rates"][1]
    trained = train(assemble(design, initialise(design, seeds), seeds), data, [rate] * 2).ensemble
    expected, _ = evaluate(trained, data, data.training, training=True)
    np.testing.assert_allclose(by_depth(found["size_only"])[depth]["loss"][0, :, 1], expected, rtol=1e-4)
