"""The sigmoid units at their quick settings: what must hold."""

import numpy as np
import pytest

from whybn.experiments import sigmoid_units


@pytest.mark.parametrize("part", sigmoid_units.PARTS)
def test_percentiles_are_in_order_for_every_unit(part: str) -> None:
    found = sigmoid_units.run(sigmoid_units.QUICK, part)
    assert found["percentiles"].shape == (4, 3, 100, 2)
    assert (np.diff(found["percentiles"], axis=1) > 0).all()
    assert found["shift"].shape == (3, 3, 2, 2)
    assert (found["shift"] > 0).all()


def test_normalised_units_begin_alike() -> None:
    percentiles = sigmoid_units.run(sigmoid_units.QUICK, "batch_norm")["percentiles"][0, ..., 0]
    assert (np.abs(percentiles[1]) < 0.5).all()
    np.testing.assert_allclose(percentiles[2] - percentiles[0], 2, atol=0.6)
