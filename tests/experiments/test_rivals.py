"""Rivals of Batch Norm stand beside its parts: same weights, same mini-batches, same losses, seed by seed."""

from dataclasses import replace

import numpy as np
import pytest

from whybn.experiments import rivals, taken_apart
from whybn.lab.ingredients import INGREDIENTS
from whybn.readings.rivals import AGES, bought
from whybn.readings.taken_apart import lowest

SAME = replace(
    rivals.QUICK,
    steps=taken_apart.QUICK.budgets[-1],
    rate_decades=taken_apart.QUICK.rate_decades,
    rates=taken_apart.QUICK.rates,
)


@pytest.mark.parametrize(("arm", "part"), [(rivals._every(5), "both_seldom"), (INGREDIENTS["both_frozen"], "both_frozen")])
def test_an_arm_that_both_experiments_have_ends_the_same_in_both(arm, part, quick, monkeypatch) -> None:
    monkeypatch.setitem(rivals.ARMS, "arm", arm)
    found = rivals.run(SAME, "arm")
    expected = quick("taken_apart")[part]
    np.testing.assert_array_equal(found["rates"], expected["rates"])
    np.testing.assert_array_equal(found["loss"][0], expected["loss"][-1])


def test_learning_rates_are_among_those_of_the_parts() -> None:
    few, all_rates = (np.logspace(*one.rate_decades, one.rates) for one in (rivals.FULL, taken_apart.FULL))
    np.testing.assert_allclose(few, all_rates[: len(few)])


def test_only_seeds_that_both_experiments_have_are_compared(quick) -> None:
    results = {"rivals": quick("rivals"), "taken_apart": quick("taken_apart", seeds=3)}
    for name in ("warm_up", *AGES.values()):
        assert bought(results, name, lowest).shape == (rivals.QUICK.seeds,)
    expected = lowest(quick("taken_apart", seeds=3)["plain"])[: rivals.QUICK.seeds]
    np.testing.assert_array_equal(bought(results, "plain", lowest), expected)
