"""The hills of the instrument's picture are as wide as the distributions that they show."""

import numpy as np
import pytest

from whybn.pipeline.project import Project
from whybn.pipeline.tasks import import_script


@pytest.mark.parametrize("arm", ["plain", "batch_norm"])
def test_a_hill_is_as_wide_as_its_distribution_and_no_triangle(quick, pytestconfig, arm):
    script = import_script(Project(pytestconfig.rootpath).figure("instrument").path)
    part = quick("layers")[arm]
    bin_width = np.diff(np.arcsinh(part["edges"]))[0]
    for share, spreads in zip(part["share"][0], part["spread"][0], strict=True):
        at, hill = script._outline(part["edges"], share)
        high = np.arcsinh(at[hill >= 0.5])
        spread = np.arcsinh(np.median(spreads))
        assert spread < bin_width or (hill > 0).sum() >= 7  # narrower ones are less than a pixel wide
        assert high[-1] - high[0] <= 3.5 * max(spread, bin_width)
        assert high[-1] - high[0] >= spread / 3  # deep layers have sharp peaks and long tails
