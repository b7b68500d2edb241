"""Every figure script, drawn from small real trainings at both widths."""

import ast
import csv
import gzip
import importlib.util
import itertools
from functools import cache
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from whybn.drawing import style

SCRIPTS = sorted((Path(__file__).parents[2] / "figures").rglob("*.py"))
WIDTHS = tuple(style.SUFFIXES)
TRANSFER = 10_000  # bytes, compressed, at most
TALLEST = 700  # px, of a narrow drawing: a telephone's screen


@cache
def load(script):
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def drawable(script, quick):
    """A figure script and the results that it needs, from the quick settings."""
    module = load(script)
    return module, {experiment: quick(experiment) for experiment in module.EXPERIMENTS}


def labels_beyond_limits(axes):
    """Matplotlib keeps labels of ticks that it does not draw."""
    for axis in (axes.xaxis, axes.yaxis):
        drawn = axis._update_ticks()
        yield from (tick.label1 for tick in axis.get_major_ticks() if tick not in drawn)


def test_there_are_scripts():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_script_says_what_it_shows_and_what_it_needs(script):
    tree = ast.parse(script.read_text())
    assert ast.get_docstring(tree)
    values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    assert isinstance(ast.literal_eval(values["EXPERIMENTS"]), tuple)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_both_widths_and_the_data_are_made_and_small(script, drawable):
    module, results = drawable
    files = style.render(script.stem, module, results, quick=True)
    for width in module.LAYOUT.widths:
        assert len(gzip.compress(files[f"{script.stem}{style.SUFFIXES[width]}.svg"])) <= TRANSFER
    assert (files[f"{script.stem}.broad.svg"] is None) == (style.BROAD not in module.LAYOUT.widths)
    rows = list(csv.DictReader(files[f"{script.stem}.csv"].decode().splitlines()))
    assert rows
    assert all(row["panel"] and row["series"] for row in rows)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_narrow_drawing_fits_on_a_telephone(script):
    with mpl.rc_context():
        style.use_style()
        figure, _ = load(script).LAYOUT.panels(style.NARROW)
    fits = figure.get_size_inches()[1] * 72 <= TALLEST
    assert fits, f"{script.stem}: its narrow drawing is higher than {TALLEST} px"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_words_stand_inside_the_figure_and_apart(drawable, width):
    module, results = drawable
    if width not in module.LAYOUT.widths:
        return
    with mpl.rc_context():
        style.use_style(width)
        figure, panels = module.LAYOUT.panels(width)
        module.draw(results, panels)
        FigureCanvasAgg(figure).draw()
        unseen = {label for panel in panels for label in labels_beyond_limits(panel.axes)}
        words = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
        words = [text for text in words if text not in unseen]
        boxes = {text: text.get_window_extent() for text in words}
    height = figure.get_size_inches()[1] * 72
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height
        assert inside, f"{text.get_text()!r} is cut off at {width} px: {box}"
    for first, second in itertools.combinations(words, 2):
        overlap = boxes[first].padded(-2).overlaps(boxes[second].padded(-2))
        assert not overlap, f"{first.get_text()!r} and {second.get_text()!r} overlap at {width} px"
