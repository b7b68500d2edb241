"""What is said of a name that does not exist."""

import pytest

from whybn.common.nearest import LISTED, nearest


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("tidse", ["sums", "tides"], " (did you mean “tides”?)"),
        ("wide", ["wider_rates", "steady"], " (did you mean “wider_rates”?)"),
        ("xxxx", ["tides", "sums"], " (there are: sums, tides)"),
        ("xxxx", [f"a{number}" for number in range(LISTED + 1)], ""),
        ("xxxx", [], ""),
    ],
)
def test_the_nearest_name_or_a_short_list(name, known, said):
    assert nearest(name, known) == said
