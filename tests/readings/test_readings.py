"""What is read off results, on arrays made by hand."""

import numpy as np
import pytest
import torch
from torch.nn.functional import batch_norm

from whybn.readings import (
    atlas,
    batches,
    curve,
    invariance,
    landscape,
    long_step,
    one_example,
    rates,
    recipes,
    sharpness,
    smoothness,
    taken_apart,
    trajectory,
    travels,
    walks,
)


def test_decades_are_counted_on_the_grid() -> None:
    loss = np.full((1, 2, 5, 4), 2.3)  # one budget, two seeds, five gains, four rates
    loss[0, 0, 2, 1:3] = 0.1
    loss[0, 0, 3, 1] = 0.1
    loss[0, 1, 2, 0] = np.nan
    arm = {"loss": loss, "gains": np.logspace(-1, 1, 5), "rates": np.logspace(-3, 0, 4)}
    np.testing.assert_allclose(atlas.rate_decades(arm), [2.0, 0.0])
    np.testing.assert_allclose(atlas.gain_decades(arm), [1.0, 0.0])


def test_cells_are_those_whose_median_network_trains() -> None:
    loss = np.array([[[0.1, 0.1]], [[0.1, 2.3]], [[0.1, np.nan]]])[None]  # three seeds, one gain, two rates
    assert atlas.cells({"loss": loss}) == 1


def test_a_rate_chosen_on_images_set_aside_decides_the_test_error() -> None:
    arm = {
        "validation_error": np.array([[[0.3, 0.1, np.nan], [0.3, 0.2, 0.0], [0.3, 0.2, np.nan]]]),
        "test_error": np.array([[[0.2, 0.5, 0.0], [0.2, np.nan, 0.0], [0.2, 0.6, 0.0]]]),
    }
    np.testing.assert_array_equal(batches.error(arm), [[0.5, 0.9, 0.6]])  # what diverged can but guess


def test_accuracy_is_that_at_the_rate_with_the_lowest_loss() -> None:
    arm = {"he_loss": np.array([[0.2, 0.1], [0.2, 0.1]]), "he_accuracy": np.array([[0.9, 0.8], [0.9, np.nan]])}
    np.testing.assert_array_equal(recipes.best_accuracy(arm, "he"), [0.8, 0.1])


def test_one_rate_decides_how_fast_all_seeds_are() -> None:
    quick_but_one, steady = [[0.1, 0.1], [2.0, 2.0], [2.0, 2.0]], [[2.0, 0.4], [2.0, 0.4], [2.0, 0.4]]
    loss = np.array([quick_but_one, steady]).transpose(2, 1, 0)[None]  # (depth, check, seed, rate)
    found = rates.steps_to_train({"loss": loss, "steps": np.array([10, 100])})
    assert (found > 10).all()
    assert np.ptp(found) == 0


def test_the_data_set_that_is_shown_disagrees_as_the_median_one() -> None:
    beyond = np.array([1.0, 4.0, 2.0])  # half the difference of two networks, over the same on the data
    predictions = np.stack([np.array([[0.0, 0.0], [2.0, 2 * value]]) for value in beyond])
    part = {"predictions": predictions, "grid": np.array([0.0, 1.0]), "range": np.array([-0.5, 0.5])}
    np.testing.assert_allclose(curve.disagreement(part), beyond)
    assert curve.typical_set(part) == 2


def test_steps_after_the_arrival_count_from_it() -> None:
    part = {"sgd_total": np.array([[[100.0, 700.0], [200.0, np.inf], [300.0, 900.0]]]), "arrival": np.array([0, 500])}
    np.testing.assert_array_equal(curve.after_arrival(part, "sgd"), [[200.0, 400.0]])
    assert curve.never(part, "sgd") == 1


def test_the_network_that_is_shown_depends_on_its_companions_as_the_median_one() -> None:
    draws = np.linspace(0, 1, 101)
    arm = {"companions": np.stack([draws * width for width in (0.1, 0.9, 0.4)])[None]}
    np.testing.assert_allclose(trajectory.companion_range(arm), [[0.09, 0.81, 0.36]])
    assert trajectory.typical_network(arm) == 2


def test_change_per_distance_divides_by_the_step() -> None:
    arm = {"rates": np.array([0.1]), "multiples": np.array([1.0, 4.0]), "norm": np.full((1, 1, 1), 2.0)}
    arm["change"] = np.array([0.2, 1.6]).reshape(1, 2, 1, 1)
    assert smoothness.roughness(arm).item() == pytest.approx(2.0)  # 1.6 over four steps of 0.2; 0.2 over one is 1


def test_a_plane_is_read_by_the_distance_from_its_middle() -> None:
    offsets = np.linspace(-1, 1, 81)
    away = np.hypot(*np.meshgrid(offsets, offsets))
    steep, flat = (0.1 * np.exp(slope * away) for slope in (9.0, 4.0))
    plain, normalised = ({"offsets": offsets, "loss": np.stack([bowl, bowl])[None]} for bowl in (steep, flat))
    np.testing.assert_allclose(landscape.around(plain)[0], 0.1 * np.exp(9 * landscape.distances(plain)), rtol=0.06)
    np.testing.assert_allclose(landscape.ratio_at(plain, normalised, 0.61), np.exp(5 * 0.61), rtol=0.06)
    np.testing.assert_allclose(landscape.reach(plain), np.log(10 * np.log(10)) / 9, rtol=0.01)
    np.testing.assert_allclose(landscape.reach({**plain, "loss": 0 * plain["loss"] + 1}), 1)  # the plane ends first
    np.testing.assert_allclose(landscape.reach({**plain, "loss": 0 * plain["loss"] + 9}), 0)


def test_lines_away_from_a_network_lead_in_eight_directions_as_far_as_its_weights_are_long() -> None:
    offsets = np.linspace(-1, 1, 21)
    x, y = np.meshgrid(offsets, offsets)
    planes = [np.hypot(x, y), x, y]
    (along, sides), (across, diagonals) = landscape.directions({"offsets": offsets, "loss": np.stack(planes)[None]}, 0)
    np.testing.assert_allclose(along, offsets[10:])
    np.testing.assert_allclose(across, np.sqrt(2) * offsets[10:18])
    np.testing.assert_allclose(sides[:4], np.tile(along, (4, 1)))
    np.testing.assert_allclose(diagonals[:4], np.tile(across, (4, 1)))
    for lines, distance in ((sides, along), (diagonals, across)):
        ends = {(round(x, 3), round(y, 3)) for x, y in zip(lines[4:8, -1], lines[8:, -1], strict=True)}
        assert len(ends) == 4
        np.testing.assert_allclose([np.hypot(*end) for end in ends], distance[-1], rtol=1e-3)


def test_sharpness_at_equal_loss_is_read_where_the_other_had_that_loss() -> None:
    plain = {"loss": np.array([3.0, 2.0, 1.0]).reshape(3, 1, 1), "sharpness": np.array([9.0, 9.0, 6.0]).reshape(3, 1, 1)}
    quick = {"loss": np.array([3.0, 0.5, 0.1]).reshape(3, 1, 1), "sharpness": np.array([1.0, 3.5, 8.0]).reshape(3, 1, 1)}
    np.testing.assert_allclose(sharpness.end_ratio(plain, quick, 0), [0.75])
    np.testing.assert_allclose(sharpness.ratio_at_loss(plain, quick, 0), [2.0])  # a fifth of the way from 3.5 back to 1


def test_angles_are_medians_over_mini_batches() -> None:
    cosine = np.array([1.0, 0.5, -1.0]).reshape(1, 1, 1, 3)
    np.testing.assert_allclose(walks.degrees({"cosine": cosine}), [[[60.0]]])


def test_a_moved_member_moves_the_others_as_batch_norm_says() -> None:
    values = np.linspace(-1, 1, 8)
    part = {"linear": values[None, :, None], "epsilon": np.array(1e-5)}
    moved = values.copy()
    moved[-2] += one_example.DEVIATIONS * values.std()
    before, after = (batch_norm(torch.tensor(one)[:, None], None, None, training=True)[:, 0] for one in (values, moved))
    gap = (after - before).abs()
    gap[-2] = 0
    assert one_example.others_move(part)[0, 0] == pytest.approx(float(gap.max()), rel=1e-6)
    assert one_example.typical(part) == (0, 0)


def test_the_range_along_a_walk_begins_at_half_a_step() -> None:
    loss = np.array([9.0, 1.0, 0.5, 2.0]).reshape(1, 4, 1, 1)
    assert walks.loss_range(loss, np.array([0.0, 0.5, 1.0, 4.0])).item() == pytest.approx(1.5)


def test_what_the_median_unit_of_all_layers_passes_on() -> None:
    after = np.array([4.0, 1.0, 2.0])[None, None, :, None] * np.ones((1, 2, 3, 4))  # (moment, layer, seed, unit)
    arm = {"bound_after": after, "bound_before": np.ones_like(after)}
    np.testing.assert_array_equal(invariance.passed_by_seed(arm)[0], [4, 1, 2])


def test_of_an_arm_taken_apart_what_is_worse_than_guessing_counts_as_guessing() -> None:
    late = [[0.4, 0.2, 5.0], [0.4, np.nan, 0.1], [0.6, 0.3, np.nan]]
    arm = {
        "rates": np.array([0.1, 1.0, 10.0]),
        "loss": np.array([[[9.0, np.nan, np.nan]] * 3, late]),
        "test_loss": np.array([[[9.0] * 3] * 3, [[1.0, 0.7, 0.0], [0.8, 0.0, 0.0], [np.nan, 0.9, 0.0]]]),
        "gain_loss": np.array([[[1.2, 1.0], [1.2, 1.1], [1.2, np.nan]], [[1.2, 1.3], [1.2, 1.3], [1.2, np.nan]]]),
    }
    np.testing.assert_allclose(taken_apart.largest(arm), [1.0, 10.0, 1.0])
    np.testing.assert_allclose(taken_apart.largest(arm, 0.25), [1.0, 10.0, 0.01])
    np.testing.assert_allclose(taken_apart.lowest(arm, taken_apart.EARLY), [np.log(10)] * 3)
    np.testing.assert_allclose(taken_apart.lowest(arm), [0.2, np.log(10), 0.3])
    np.testing.assert_allclose(taken_apart.test_loss(arm), [0.7, 0.0, 0.9])
    assert taken_apart.repaired(arm).tolist() == [True, False]


def test_one_of_several_networks_reads_like_an_arm_taken_apart() -> None:
    losses = np.arange(24.0).reshape(3, 2, 2, 2)
    part = {"networks": np.array(["a", "b", "c"]), "rates": np.array([0.1, 1.0]), "loss": losses}
    gains = {"gain_networks": np.array(["c"]), "gain_loss": np.ones((1, 2, 2, 2))}
    found = travels.in_network(part | gains, "b")
    np.testing.assert_array_equal(found["loss"], losses[1])
    assert "gain_loss" not in found
    assert travels.in_network(part | gains, "c")["gain_loss"].shape == (2, 2, 2)
    assert "gain_loss" not in travels.in_network(part, "c")


def test_growths_of_layers_multiply_to_that_of_what_leaves_the_last() -> None:
    growth = np.array([[2.0, 1.0], [8.0, 9.0]])  # two layers, two seeds
    arm = {
        "lengths": np.array([0.1, 1.0, 10.0]),
        "length": np.array(9.0),
        "growth": np.stack([np.full((3, 2, 2), 7.0), np.stack([np.ones((2, 2)), np.ones((2, 2)), growth])]),
        "map_growth": np.stack([np.full((3, 2, 2), 7.0), np.stack([np.ones((2, 2)), np.ones((2, 2)), growth])]),
    }
    np.testing.assert_array_equal(long_step.product(arm, long_step.TRAINED), [8, 9])
    np.testing.assert_allclose(long_step.each_layer(arm, long_step.TRAINED), [8**0.5, 3])
    np.testing.assert_array_equal(long_step.undivided(arm, long_step.TRAINED)[-1], [16, 9])
    np.testing.assert_array_equal(long_step.product(arm, long_step.START), [7, 7])


def test_what_diverges_after_a_long_step_counts_as_guessing() -> None:
    arm = {"after_long": np.array([[0.5, 9.0, np.nan]])}  # one moment, three seeds
    assert long_step.lost(arm, long_step.START) == 1
    np.testing.assert_allclose(long_step.later(arm, long_step.START, "long"), [0.5, np.log(10), np.log(10)])
