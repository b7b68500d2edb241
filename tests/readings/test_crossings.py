"""A crossing is found where it was put."""

import numpy as np

from whybn.readings.crossings import crossing


def test_a_crossing_is_the_last_one_joined_on_logarithms():
    axis = np.array([1.0, 10, 100, 1000])
    ratios = np.array([[10, 10, 0.1, 0.1], [10, 0.5, 2, 0.5], [2, 2, 2, 1], [0.5, 0.5, 0.5, 0.5]]).T
    np.testing.assert_allclose(crossing(ratios, axis), [10**1.5, 10**2.5, np.inf, 1])
