"""The moving target at its quick settings: what must hold."""

import numpy as np
import pytest

from whybn.experiments import moving_target


@pytest.mark.parametrize("part", moving_target.PARTS)
def test_every_layer_with_one_below_is_measured(part: str) -> None:
    found = moving_target.run(moving_target.QUICK, part)
    depth = moving_target.NETWORKS[part].depth
    for arm in ("plain", "batch_norm"):
        assert found[f"{arm}_relative"].shape == found[f"{arm}_cosine"].shape == (2, depth, 2, 2)
        assert np.isfinite(found[f"{arm}_loss"]).all()
        assert (np.abs(found[f"{arm}_cosine"]) <= 1 + 1e-5).all()
        # A change of relative length r below one turns the gradient by at most arcsin(r).
        relative = found[f"{arm}_relative"]
        least = np.where(relative < 1, np.sqrt(1 - np.minimum(relative, 1) ** 2), -1)
        assert (found[f"{arm}_cosine"] >= least - 1e-3).all()


def test_a_smaller_rate_changes_less() -> None:
    found = moving_target.run(moving_target.QUICK, "sigmoid")
    assert (found["plain_relative"][0, ..., 0] < found["plain_relative"][0, ..., 1]).all()
