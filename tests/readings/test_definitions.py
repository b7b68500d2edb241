"""The general definitions, on values made by hand."""

from itertools import product

import numpy as np
import pytest

from whybn.readings.definitions import (
    at_best,
    at_loss,
    at_rate,
    best_rate,
    coverage,
    interval,
    largest_rate,
    middle,
    nearest,
    rank,
    spacing,
    steps_to,
    trains,
    typical_seed,
)

NAN = np.nan


@pytest.mark.parametrize(("count", "k"), [(1, 1), (2, 1), (4, 1), (7, 1), (8, 2), (9, 2), (16, 5)])
def test_the_interval_leaves_out_as_much_as_its_coverage_allows(count, k):
    found = interval(np.arange(count)[::-1])
    assert (rank(count), found.low, found.high) == (k, k - 1, count - k)
    assert found.median == (count - 1) / 2


@pytest.mark.parametrize(("count", "low", "high"), [(8, 2, 6), (9, 2, 7), (4, 1, 3)])
def test_coverage_equals_counting_all_outcomes(count, low, high):
    """Each value lies below or above the median with equal chance: count the cases in which it is enclosed."""
    enclosing = sum(low <= sum(below) <= high for below in product((0, 1), repeat=count))
    assert coverage(count) == pytest.approx(enclosing / 2**count)


def test_one_rate_is_best_for_all_seeds_and_it_is_that_of_the_lowest_median():
    loss = np.array([[3.0, 2.0, 0.1], [3.0, 1.0, 5.0], [0.5, 2.0, 5.0]])  # lowest mean: the first; by seed: each another
    assert best_rate(loss) == 1
    np.testing.assert_array_equal(at_best(loss), [2, 1, 2])


def test_a_diverged_network_counts_as_infinite():
    loss = np.array([[0.9, 0.1], [0.9, NAN], [0.9, NAN]])
    assert best_rate(loss) == 0
    one_diverged = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, NAN]])
    assert best_rate(one_diverged) == 1
    np.testing.assert_array_equal(at_best(one_diverged), [0.1, 0.1, np.inf])
    np.testing.assert_array_equal(middle(loss), [0.9, np.inf])


def test_of_equal_medians_the_smallest_rate_is_best_and_so_it_is_where_all_diverge():
    assert best_rate(np.ones((3, 4))) == 0
    assert best_rate(np.full((3, 4), NAN)) == 0
    assert np.isinf(at_best(np.full((3, 4), NAN))).all()


def test_leading_axes_have_a_best_rate_each():
    loss = np.array([[[2.0, 1.0]], [[1.0, 2.0]]])
    np.testing.assert_array_equal(best_rate(loss), [1, 0])
    np.testing.assert_array_equal(at_best(loss), [[1], [1]])
    np.testing.assert_array_equal(at_rate(10 * loss, best_rate(loss)), [[10], [10]])
    np.testing.assert_array_equal(at_rate(loss, 1), [[1], [2]])  # one rate for all


def test_the_largest_rate_that_trains_counts_from_the_loss():
    rates = np.array([0.01, 0.1, 1.0])
    loss = np.array([[0.9, 0.2, 0.7], [0.1, 0.2, NAN], [2.3, 2.3, NAN]])
    np.testing.assert_allclose(largest_rate(loss, rates), [0.1, 0.1, 0.001])
    np.testing.assert_allclose(largest_rate(loss, rates, 0.8), [1.0, 0.1, 0.001])
    np.testing.assert_array_equal(trains(loss[1]), [True, True, False])


def test_grids_are_logarithmic():
    assert spacing(np.logspace(-2, 1, 7)) == pytest.approx(0.5)
    assert nearest(np.array([0.1, 1.0, 10.0]), 2.0) == 1
    assert nearest(np.array([0.1, 1.0, 10.0]), 4.0) == 2  # as a difference, 4 is nearer to 1
    assert nearest(np.array([2, 8, 32]), 4) == 0  # two are equally near


def test_the_typical_seed_is_the_one_nearest_to_the_median():
    assert typical_seed(np.array([9.0, 1.0, 2.2, 2.0, 3.0])) == 2
    assert typical_seed(np.array([1.0, 3.0])) == 0


def steps(*curves: list[float]) -> np.ndarray:
    """Steps to 0.1 for curves of losses at steps 10, 100 and 1000, one for each rate, of a single seed."""
    return steps_to(np.array(curves).T[:, None, :], np.array([10, 100, 1000]), 0.1)[0]


def test_steps_are_read_off_a_straight_line_in_logarithms():
    power_law = [10**-0.5, 10**-1.5, 10**-2.5]  # loss = sqrt(10) / steps: 0.1 is reached after 10^1.5 steps
    assert steps(power_law) == pytest.approx([10**1.5])
    assert steps([0.05, 0.01, 0.01]) == pytest.approx([10])  # met by the first measurement
    np.testing.assert_array_equal(steps([0.3, NAN, NAN], [1.0, 1.0, 0.2]), [np.inf, np.inf])


def test_what_a_seed_had_at_a_loss_is_read_off_its_own_curve():
    values = np.array([[4.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    loss = np.array([[2.0, 9.0], [1.0, 8.0], [0.0, 7.0]])
    np.testing.assert_allclose(at_loss(values, loss, np.array([[1.5, 8.5], [0.5, 1.0]])), [[3.0, 1.0], [1.5, 1.0]])
