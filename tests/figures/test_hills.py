"""The hills of the instrument's picture are as wide as the distributions that they show."""

import matplotlib as mpl
import numpy as np
import pytest

from whybn.drawing import style
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


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize(("smaller", "least"), [(1, 1000), (30, 100_000)])
def test_beside_each_hill_a_dot_stands_at_its_size(quick, pytestconfig, width, smaller, least):
    """On an axis that both networks share, and that ends at a power of ten below the smallest, whatever that is."""
    script = import_script(Project(pytestconfig.rootpath).figure("instrument").path)
    arms = {arm: dict(part) for arm, part in quick("layers").items()}
    arms["plain"]["spread"] = arms["plain"]["spread"] / smaller
    with mpl.rc_context():
        style.use_style(width)
        _, panels = script.LAYOUT.panels(width)
        script.draw({"layers": arms}, panels)
    for panel, part in zip(panels, arms.values(), strict=False):
        dots = [row for row in panel.rows if row["series"] == "size"]
        (beside,) = panel.axes.child_axes
        assert [row["x"] for row in dots] == pytest.approx(np.median(part["spread"][0], -1))
        assert [row["y"] for row in dots] == list(range(1, 11))
        assert [tick.get_text() for tick in beside.get_xticklabels()] == [f"1/{least}", "1"]
        assert beside.get_ylim() == panel.axes.get_ylim()
        low, high = beside.get_xlim()
        assert all(low <= row["x"] <= high for row in dots)
