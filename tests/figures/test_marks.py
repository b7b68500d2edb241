"""Marks: what is recorded is what is drawn."""

import matplotlib as mpl
import numpy as np
import pytest

from whybn import maps, marks, style, words
from whybn.palette import hex_of
from whybn.style import WIDE, Layout


@pytest.fixture
def panel():
    with mpl.rc_context():
        style.use_style()
        yield Layout(wide=(1, 1)).panels(WIDE)[1][0]


def column(panel, name, series=None):
    return np.array([row[name] for row in panel.rows if series in (None, row["series"])])


def test_line_records_the_points_of_its_artist(panel):
    x = np.linspace(0, 1, 1001)
    marks.line(panel, x, x**2, "plain")
    (artist,) = panel.axes.lines
    np.testing.assert_array_equal(artist.get_xdata(), column(panel, "x"))
    np.testing.assert_array_equal(artist.get_ydata(), column(panel, "y"))
    assert len(panel.rows) == marks.POINTS
    assert (panel.rows[0]["x"], panel.rows[-1]["x"]) == (0, 1)


def test_short_lines_are_not_thinned():
    np.testing.assert_array_equal(marks.thin(np.arange(7))[0], np.arange(7))


def test_runs_record_each_run(panel):
    marks.runs(panel, [0, 1, 2], [[1, 2, 3], [3, 2, np.nan]], "batch_norm")
    (artist,) = panel.axes.collections
    drawn = np.concatenate(artist.get_segments())
    np.testing.assert_array_equal(drawn[:, 1], [1, 2, 3, 3, 2, np.nan][: len(drawn)])
    np.testing.assert_array_equal(column(panel, "y", "with Batch Norm, run 1"), [1, 2, 3])
    np.testing.assert_array_equal(column(panel, "y", "with Batch Norm, run 2"), [3, 2, np.nan])


def test_band_records_its_edges(panel):
    marks.band(panel, [0, 1, 2], [1, 1, 1], [2, 3, 4], "plain")
    vertices = panel.axes.collections[0].get_paths()[0].vertices
    drawn = {(x, y) for x, y in vertices}
    assert {*zip(column(panel, "x"), column(panel, "low"), strict=True)} <= drawn
    assert {*zip(column(panel, "x"), column(panel, "high"), strict=True)} <= drawn


def test_points_record_every_dot(panel):
    marks.points(panel, [1, 2], [3, 4], "truth")
    np.testing.assert_array_equal(panel.axes.lines[0].get_ydata(), column(panel, "y"))


def test_cells_shade_by_level_and_hatch_what_diverged(panel):
    x, y = [0.1, 1, 10], [1, 10]
    values = np.array([[0.05, 0.5, 3], [0.05, 0.5, np.inf]])
    maps.cells(panel, x, y, values, [0.1, 1], "rust", series="loss")
    by_colour = {}
    for patch in panel.axes.patches:
        by_colour[patch.get_hatch() or mpl.colors.to_hex(patch.get_facecolor())] = (
            len(patch.get_path().vertices) // 5
        )
    assert by_colour[hex_of("rust-7")] == 2
    assert by_colour[hex_of("paper")] == 1
    assert by_colour["/////"] == 1
    np.testing.assert_array_equal(column(panel, "value"), [0.05, 0.5, 3, 0.05, 0.5, np.inf])


def test_contours_draw_the_mark_where_the_values_cross_it(panel):
    x = y = np.linspace(-1, 1, 41)
    values = np.exp(3 * np.hypot(*np.meshgrid(x, y)))
    maps.contours(panel, x, y, values, [2, 5, 10], "blue", series="loss", mark=np.exp(1.5))
    line = max((path.vertices for path in panel.axes.collections[-1].get_paths()), key=len)
    assert np.abs(np.hypot(*line.T) - 0.5).max() < 0.01
    np.testing.assert_array_equal(column(panel, "value"), values.ravel())


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.001, "0.001"), (0.1, "0.1"), (1, "1"), (1000, "1000"), (1e4, "10⁴"), (1e-5, "10⁻⁵")],
)
def test_powers_of_ten_read_plainly(value, text):
    assert words.power_of_ten(value) == text


def test_decade_ticks_stand_inside_the_limits(panel):
    panel.axes.set_ylim(0.05, 200)
    words.decades(panel, "y")
    assert [label.get_text() for label in panel.axes.get_yticklabels()] == ["0.1", "1", "10", "100"]


def test_a_median_is_two_pixels_and_runs_are_thin(panel):
    marks.line(panel, [0, 1], [0, 1], "plain")
    marks.runs(panel, [0, 1], [[0, 1]], "plain")
    assert panel.axes.lines[0].get_linewidth() == 2
    assert panel.axes.collections[0].get_linewidth() == [0.75]
