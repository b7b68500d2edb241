"""The SVG that leaves us: both schemes, no stray colour, small, the same bytes, shapes kept to 0.01 px."""

import gzip
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from whybn.drawing import marks, words
from whybn.drawing.palette import colours
from whybn.drawing.style import NARROW, WIDE, Layout, picture
from whybn.drawing.svg import _relative, finish


def two_arms(results, panels):
    for panel, arm in zip(panels, ("plain", "batch_norm"), strict=True):
        words.title(panel, arm)
        marks.band(panel, results["x"], results[arm].min(0), results[arm].max(0), arm)
        marks.line(panel, results["x"], np.median(results[arm], 0), arm)
        words.y_label(panel, "loss")
        words.x_label(panel, "step")


@pytest.fixture(scope="module")
def results():
    x = np.linspace(0, 10, 300)
    noise = np.random.default_rng(0).random((2, 8, 300))
    return {"x": x, "plain": np.exp(-x / 3) + noise[0] / 20, "batch_norm": np.exp(-x / 2) + noise[1] / 20}


@pytest.fixture(scope="module")
def module():
    return SimpleNamespace(LAYOUT=Layout(), draw=two_arms)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_two_renderings_are_equal_byte_by_byte(module, results, width):
    assert picture(module, results, width, name="a") == picture(module, results, width, name="a")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_size_on_the_page_and_on_the_wire(module, results, width):
    drawn, _ = picture(module, results, width, name="a")
    assert ET.fromstring(drawn).attrib["width"] == str(width)
    assert len(gzip.compress(drawn)) <= 10_000


def test_every_colour_is_a_variable_with_both_schemes(module, results):
    text = picture(module, results, WIDE, name="a")[0].decode()
    light, dark = re.findall(r"\{((?:--[\w-]+:#[0-9a-f]{6};?)+)\}", text)
    schemes = [dict(pair.split(":") for pair in part.split(";")) for part in (light, dark)]
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert {"--rust", "--blue", "--grey", "--ink", "--paper"} == used == set(schemes[0]) == set(schemes[1])
    assert all((schemes[0][f"--{role}"], schemes[1][f"--{role}"]) == colours()[role] for role in ("rust", "paper"))
    outside = text.replace(light, "").replace(dark, "")
    assert not re.search(r"#[0-9a-fA-F]{3,6}(?![\w-])(?=[;\"}])", re.sub(r'href="#[^"]+"|url\(#[^)]+\)', "", outside))


def test_paper_comes_first_with_round_corners(module, results):
    root = ET.fromstring(picture(module, results, WIDE, name="a")[0])
    paper = root[1]
    assert (paper.attrib["class"], paper.attrib["rx"], paper.attrib["width"]) == ("paper", "6", "680")


def test_two_figures_on_one_page_share_no_id_and_leave_no_dead_reference(module, results):
    texts = [picture(module, results, WIDE, name=name)[0].decode() for name in ("a", "b")]
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in texts]
    assert not ids[0] & ids[1]
    for text, known in zip(texts, ids, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= known


def test_words_are_paths_so_that_no_font_is_asked_for(module, results):
    text = picture(module, results, WIDE, name="a")[0].decode()
    assert "<text" not in text
    assert "font-family" not in text


def test_a_colour_outside_the_palette_is_refused(results):
    def stray(_, panels):
        panels[0].axes.plot([0, 1], [0, 1], color="#123456")

    with pytest.raises(ValueError, match="#123456"):
        picture(SimpleNamespace(LAYOUT=Layout(), draw=stray), results, WIDE, name="a")


def test_relative_paths_trace_the_same_points():
    rng = np.random.default_rng(1)
    points = rng.uniform(-300, 300, (200, 2))
    words = _relative("M " + " L ".join(f"{x} {y}" for x, y in points) + " z M 5 5 L 6.126 7 Q 1 2 3 4")
    here, traced = np.zeros(2), []
    for move in re.findall(r"[ml]([^mlqz]+)", words):
        here = here + [float(part) for part in re.findall(r"-?(?:\d*\.\d+|\d+)", move)]
        traced.append(here)
    assert np.abs(np.array(traced[:200]) - points).max() <= 0.0051
    assert words.endswith("zm" + words.rpartition("zm")[2])
    assert words.endswith("l1.13 2q-5.13-5-3.13-3")


def test_an_unknown_path_command_is_refused_rather_than_spoilt():
    with pytest.raises(ValueError, match="'A'"):
        _relative("M 0 0 A 1 1")


def test_finish_keeps_the_scale_of_glyphs():
    text = finish(
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        b'<path style="stroke: #5b616b" d="M 0 0" transform="translate(1.236 2) scale(0.015625)"/></svg>',
        "a",
    )
    assert b"translate(1.24 2) scale(0.015625)" in text


def test_a_class_that_all_members_of_a_group_share_is_written_once():
    one = '<path style="stroke: #5b616b" d="M 0 0 L 1 2"/>'
    group = f'<g clip-path="url(#a)">{one * 3}</g>'
    raw = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{group}</svg>'
    text = finish(raw.encode(), "a").decode()
    assert text.count('class="c0"') == 1
    assert text.count('d="m0 0l1 2"') == 3
