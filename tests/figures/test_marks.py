"""Marks and words: what is recorded is what is drawn, and labels stand where they should."""

import matplotlib as mpl
import numpy as np
import pytest

from whybn.drawing import maps, marks, style, words
from whybn.drawing.palette import hex_of
from whybn.drawing.quotes import quoting
from whybn.drawing.style import WIDE, Layout, Quote
from whybn.readings.definitions import interval


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
        by_colour[patch.get_hatch() or mpl.colors.to_hex(patch.get_facecolor())] = len(patch.get_path().vertices) // 5
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
    frame = panel.axes.get_window_extent()
    assert frame.width == pytest.approx(frame.height)  # one scale


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


def test_seeds_are_drawn_as_median_and_the_interval_of_claims(panel):
    values = np.array([[5, 1, 2, 9, 3, 4, 8, 7], [5, 1, np.nan, 9, 3, 4, 8, 7], [5] + [np.nan] * 7])
    marks.seeds(panel, [1, 2, 3], values, "plain", top=8)
    middle = panel.axes.lines[0]
    np.testing.assert_array_equal(middle.get_xydata(), [[1, 4.5], [2, 6]])  # the median seed diverged at 3
    corners = panel.axes.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} == {(1, 2), (1, 8), (2, 3), (2, 8)}
    first = interval(values[0])
    assert (first.low, first.high) == (2, 8)


def test_a_quoted_number_is_drawn_and_noted(panel):
    marks.quoted(panel, "rates.plain_long_deep", 2, 3, "plain")
    marks.rule(panel, 4, name="smoothness.plain_best_rate")
    text = quoting(panel, "{} of {:.1f} diverge", {"a.b": 3, "c": 4})
    assert text == "3 of 4.0 diverge"
    assert [row["y"] for row in panel.rows] == [3, 4]
    assert panel.quotes == [
        Quote("rates.plain_long_deep", 3),
        Quote("smoothness.plain_best_rate", 4),
        Quote("a.b", 3, text),
        Quote("c", 4, text),
    ]


def test_strokes_record_their_ends(panel):
    marks.strokes(panel, [1, 2], [0, 1], [3, 4], "batch_norm")
    segments = np.array(panel.axes.collections[0].get_segments())
    np.testing.assert_array_equal(segments[:, 0], np.column_stack([column(panel, "x"), column(panel, "low")]))
    np.testing.assert_array_equal(segments[:, 1], np.column_stack([column(panel, "x"), column(panel, "high")]))


def test_arrows_turn_by_their_degrees_and_have_their_length(panel):
    marks.arrows(panel, [0, 1, 2], 5, [0, 90, 180], [1, 2, 0.5], "plain", unit=10)
    polygons = panel.axes.collections[0]
    tips = [path.vertices[3] for path in polygons.get_paths()]
    np.testing.assert_allclose(tips, [[10, 0], [0, 20], [-5, 0]], atol=1e-9)
    np.testing.assert_array_equal(polygons.get_offsets(), [[0, 5], [1, 5], [2, 5]])
    np.testing.assert_array_equal(column(panel, "y"), [0, 90, 180])
    np.testing.assert_array_equal(column(panel, "value"), [1, 2, 0.5])


def test_a_rule_without_a_name_is_named_in_the_data(panel):
    marks.rule(panel, 3)
    assert panel.rows == [{"series": "reference line", "y": 3}]


def test_a_frame_encloses_its_row_of_cells(panel):
    maps.cells(panel, [0.1, 1, 10], [1, 10, 100], np.ones((3, 3)), [0.5, 2], "rust", series="loss")
    maps.outline_row(panel, [0.1, 1, 10], [1, 10, 100], 1)
    frame = panel.axes.patches[-1].get_bbox()
    np.testing.assert_allclose([frame.y0, frame.y1], [10**0.5, 10**1.5])
    np.testing.assert_allclose([frame.x0, frame.x1], panel.axes.get_xlim())


def test_a_picture_is_square_upright_and_of_the_size_asked_for(panel):
    panel.axes.set(xlim=(-1, 1), ylim=(0, 5))
    image = np.zeros((4, 4))
    image[0, 0] = image[3, 3] = 1
    maps.picture(panel, 0, 2, 40, image, series="digit")
    (patch,) = panel.axes.patches
    pixels = panel.axes.transData.transform(patch.get_path().vertices)
    np.testing.assert_allclose(np.ptp(pixels, axis=0), [40, 40])
    first = pixels[:5].mean(0)
    assert first[0] < pixels[:, 0].mean()  # row 0, column 0 is upper left
    assert first[1] > pixels[:, 1].mean()
    np.testing.assert_array_equal(column(panel, "value"), image.ravel())


def test_the_key_has_every_shade_of_every_hue_and_all_limits(panel):
    maps.key(panel, [0.5, 2], ["rust", "blue"], "loss", extra="diverged", hatched=True)
    faces = {mpl.colors.to_hex(patch.get_facecolor()) for patch in panel.axes.patches if patch.get_facecolor()[3]}
    assert faces == {maps.ramp(hue, step, 2) for hue in ("rust", "blue") for step in range(3)}
    assert {"loss", "0.5", "2", "diverged"} <= {text.get_text() for text in panel.axes.texts}


def test_labels_at_line_ends_keep_their_order_and_their_distance(panel):
    panel.axes.set(xlim=(0, 1), ylim=(0, 100))
    words.end_labels(panel, 1, {"b": 50, "a": 49, "c": 51, "far": 90}, "rust")
    middles = {text.get_text(): text.get_window_extent().get_points()[:, 1].mean() for text in panel.axes.texts}
    heights = [middles[name] for name in ("a", "b", "c", "far")]
    assert min(np.diff(heights)) >= words.line_height() - 0.5
    assert abs(middles["b"] - panel.axes.transData.transform((1, 50))[1]) < words.line_height() / 2


def test_labels_at_line_ends_may_each_have_their_own_role(panel):
    words.end_labels(panel, 1, {"a": 0, "b": 1}, {"a": "rust", "b": "blue"})
    assert {text.get_text(): text.get_color() for text in panel.axes.texts} == {"a": hex_of("rust"), "b": hex_of("blue")}


def test_names_of_dots_stand_beside_them_and_apart(panel):
    panel.axes.set(xlim=(0, 1), ylim=(0, 100))
    places = {"first": (0.5, 50), "second": (0.51, 50), "third": (0.52, 51), "at the rim": (1, 90), "on the line": (0.2, 20)}
    words.point_labels(panel, places, "ink", rule=20)
    boxes = {text.get_text(): text.get_window_extent() for text in panel.axes.texts}
    dots = {name: panel.axes.transData.transform(place) for name, place in places.items()}
    assert boxes.keys() == places.keys()
    for name, box in boxes.items():
        assert not any(box.overlaps(other) for another, other in boxes.items() if another != name)
        assert not any(box.contains(*dot) for dot in dots.values())
        assert np.hypot(*(dots[name] - np.clip(dots[name], box.min, box.max))) < 3 * words.line_height()
        assert not box.y0 < dots["on the line"][1] < box.y1
    assert boxes["at the rim"].x1 <= panel.axes.figure.bbox.x1


def test_dots_too_many_to_name_are_an_error(panel):
    panel.axes.set(xlim=(0, 1), ylim=(0, 100))
    with pytest.raises(ValueError, match="no room for the name of"):
        words.point_labels(panel, {"a name of some length " * 2 + str(k): (0.5, 50) for k in range(99)}, "ink", rule=0)


def test_labels_that_do_not_touch_stay_where_they_are():
    assert words._apart([0.0, 50.0, 100.0]) == [0, 50, 100]


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (-0.5, "−0.5"), (1000.0, "1000"), (0.25, "0.25")])
def test_numbers_on_axes_read_plainly(value, text):
    assert words.plain(value) == text
