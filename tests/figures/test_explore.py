"""The numbers of a live figure as a script."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from whybn.drawing import marks, style
from whybn.drawing.explore import script


def read(made):
    head, _, value = made.decode().partition(" = ")
    assert value.endswith(";\n")
    return head, json.loads(value[:-2])


def test_arrays_numbers_and_words_come_back_rounded():
    data = {
        "loss": np.array([[0.1234567, 2.0], [np.nan, np.inf]], dtype=np.float32),
        "step": np.array(7),
        "arms": ("plain", "batch_norm"),
        "nested": {"rate": 0.05, "on": True, 3: np.int64(4)},
    }
    head, found = read(script("walk", data))
    assert head == "whybn.data.walk"
    assert found == {
        "loss": [[0.12346, 2], [None, None]],
        "step": 7,
        "arms": ["plain", "batch_norm"],
        "nested": {"rate": 0.05, "on": True, "3": 4},
    }


def test_the_same_data_make_the_same_bytes():
    data = {"b": np.linspace(0, 1, 9), "a": 1}
    assert script("walk", data) == script("walk", dict(data))


def test_what_is_neither_number_nor_word_is_named():
    with pytest.raises(ValueError, match=r"explore\(\) of figure walk: 'x' must be made of numbers and strings"):
        script("walk", {"x": [object()]})


def draw(results, panels):
    for panel in panels:
        panel.name = "panel"
        marks.line(panel, [0, 1], results, "plain", "line")


def test_a_figure_with_explore_has_a_script_beside_it_and_one_without_has_none():
    live = SimpleNamespace(LAYOUT=style.Layout(), draw=draw, explore=lambda results: {"doubled": 2 * results})
    files = style.render("walk", live, np.array([1.0, 2.0]))
    assert read(files["walk.data.js"]) == ("whybn.data.walk", {"doubled": [2, 4]})
    still = style.render("walk", SimpleNamespace(LAYOUT=style.Layout(), draw=draw), np.array([1.0, 2.0]))
    assert {name for name in files if still[name] is None} == {"walk.broad.svg", "walk.data.js"}
