"""Layout and saving: true sizes, room for words, whole files, one data file for both widths."""

import os
import subprocess
import tempfile
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest

from whybn.drawing import marks, style, words
from whybn.drawing.style import BROAD, NARROW, TITLE, WIDE, Layout, render


def one_line(results, panels):
    for panel in panels:
        words.title(panel, "title")
        marks.line(panel, [0, 1, 2], results, "plain")


@pytest.mark.parametrize(("width", "shape"), [(WIDE, (1, 2)), (NARROW, (2, 1))])
def test_panels_stand_across_on_wide_and_down_on_narrow(width, shape):
    with mpl.rc_context():
        style.use_style()
        figure, panels = Layout().panels(width)
    boxes = [panel.axes.get_window_extent() for panel in panels]
    assert figure.get_size_inches()[0] * 72 == width
    assert (len({round(box.y0) for box in boxes}), len({round(box.x0) for box in boxes})) == shape
    assert all(box.height == pytest.approx(190) for box in boxes)
    assert all(box.x0 > 0 and box.x1 < width and box.y0 > 0 for box in boxes)


def test_shared_axes_write_their_ticks_once():
    with mpl.rc_context():
        style.use_style()
        _, panels = Layout().panels(WIDE)
    assert [panel.axes.yaxis.get_tick_params()["labelleft"] for panel in panels] == [True, False]


def test_the_first_panel_may_take_several_columns():
    layout = Layout(wide=(1, 5), narrow=(2, 2), lead=3, share="")
    for width, rows in ((WIDE, 1), (NARROW, 2)):
        with mpl.rc_context():
            style.use_style()
            _, panels = layout.panels(width)
        boxes = [panel.axes.get_window_extent() for panel in panels]
        assert len(panels) == 3
        assert len({round(box.y0) for box in boxes}) == rows
        assert max(box.x1 for box in boxes) == pytest.approx(width - style.PADDING - layout.right)
        assert boxes[1].width == pytest.approx(boxes[2].width)
        gap = boxes[2].x0 - boxes[1].x1
        taken = 3 if width == WIDE else 2
        assert boxes[0].width == pytest.approx(taken * boxes[1].width + (taken - 1) * gap)


def test_a_title_over_a_column_takes_room_in_its_top_row_alone():
    heights = {}
    for named in (False, True):
        for width in (WIDE, NARROW):
            figure, _ = Layout(wide=(2, 2), narrow=(4, 1), columns_named=named).panels(width)
            heights[named, width] = figure.get_size_inches()[1] * 72
    assert heights[False, WIDE] - heights[True, WIDE] == pytest.approx(TITLE)
    assert heights[False, NARROW] == heights[True, NARROW]


def test_text_is_twelve_pixels_and_thirteen_in_broad_figures():
    for width, size in ((WIDE, 12), (NARROW, 12), (BROAD, 13)):
        with mpl.rc_context():
            style.use_style(width)
            figure, _ = Layout(broad_row_height=200).panels(width)
            assert figure.dpi == 72
            assert mpl.rcParams["font.size"] == mpl.rcParams["xtick.labelsize"] == size
            assert mpl.rcParams["axes.titlesize"] == size + 1


def test_render_returns_two_widths_and_the_data():
    module = SimpleNamespace(LAYOUT=Layout(), draw=one_line)
    files = render("a", module, np.array([1.0, 2.0, 3.0]))
    assert {name for name, content in files.items() if content} == {"a.csv", "a.narrow.svg", "a.svg"}
    broad = render("a", SimpleNamespace(LAYOUT=Layout(broad_row_height=250), draw=one_line), [1.0, 2.0, 3.0])
    assert b'width="960' in broad["a.broad.svg"]
    assert broad | {"a.broad.svg": None} == files
    rows = files["a.csv"].decode().splitlines()
    assert rows[:2] == ["panel,series,x,y", "title,without Batch Norm,0,1"]


def test_a_quick_figure_says_so():
    module = SimpleNamespace(LAYOUT=Layout(), draw=one_line)
    plain, _ = style.picture(module, [1, 2, 3], WIDE, name="a")
    quick, _ = style.picture(module, [1, 2, 3], WIDE, name="a", quick=True)
    assert quick.count(b"<use") == plain.count(b"<use") + len("quick")


def test_widths_that_draw_other_data_are_refused():
    def draw(_, panels):
        marks.line(panels[0], [0, 1], [0, 2 if panels[0].narrow else 1], "plain")

    with pytest.raises(ValueError, match="figure a draws other data"):
        render("a", SimpleNamespace(LAYOUT=Layout(), draw=draw), {})


def test_a_missing_font_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(style, "FONTS", tmp_path)
    with pytest.raises(FileNotFoundError, match="source-sans-3-regular"):
        style._load_fonts.__wrapped__()


def test_fonts_that_a_killed_process_left_behind_are_removed(monkeypatch, tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in (f"{ended.pid}-a", f"{os.getppid()}-b", "other"):
        (tmp_path / f"{style.UNPACKED}{name}").mkdir()
    style._load_fonts.__wrapped__()
    left = {folder.name.removeprefix(style.UNPACKED).partition("-")[0] for folder in tmp_path.iterdir()}
    assert left == {str(os.getppid()), "other", str(os.getpid())}


def test_rendering_leaves_matplotlib_as_it_was():
    before = dict(mpl.rcParams)
    render("a", SimpleNamespace(LAYOUT=Layout(), draw=one_line), [1, 2, 3])
    assert dict(mpl.rcParams) == before


def test_rows_of_the_narrow_figure_may_have_their_own_height():
    layout = Layout(wide=(2, 2), narrow=(4, 1), row_height=(150, 170), narrow_row_height=(120, 125))
    for width, heights in ((WIDE, [150, 150, 170, 170]), (NARROW, [120, 120, 125, 125])):
        with mpl.rc_context():
            style.use_style()
            _, panels = layout.panels(width)
        assert [panel.axes.get_window_extent().height for panel in panels] == pytest.approx(heights)
