"""A report as words, as data and as pictures."""

import base64
import json
import re
import subprocess
import sys
from math import isfinite, nan
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import torch
from subjects import MODELS, fully_connected, made
from torch import nn
from torch.nn.functional import cross_entropy

from whybn.drawing.network import PICTURES, places
from whybn.look import RefusedError, ingredients, layers, look, statistics, walk
from whybn.look.advice import PLACES, advice
from whybn.look.pictures import pictures
from whybn.probes.ingredients import AS_IT_IS, Ingredient
from whybn.probes.statistics import BatchStatistics
from whybn.probes.walk import Walk

ROOT = Path(__file__).resolve().parents[2]
RATES = (0.001, 0.01, 0.1, 1.0)
STEADY = Walk((0.1, 1.0), (0.9, 1.2), (0.9, 1.2), 1.0, 1.0, 2.0, 3.0, 0.1)


def said(model, batch):
    return [one.figure for one in look(model, batch, cross_entropy, rates=RATES).first]


@pytest.mark.parametrize("name", MODELS)
def test_a_report_holds_what_each_function_finds(name):
    model, batch = made(name)
    report = look(model, batch, cross_entropy, rates=RATES)
    assert report.layers == layers(model, batch, cross_entropy)
    assert report.walk == walk(model, batch, cross_entropy, rates=RATES)
    for what, measure in {"statistics": statistics, "ingredients": ingredients}.items():
        options = {"rates": RATES} if what == "ingredients" else {}
        if what in report.refused:
            with pytest.raises(RefusedError) as caught:
                measure(model, batch, cross_entropy, **options)
            assert report.refused[what] == str(caught.value)
            assert f"Not measured: {what}. {caught.value}." in str(report)
        else:
            assert str(getattr(report, what)) == str(measure(model, batch, cross_entropy, **options))
    assert report.first
    assert all(one.says in str(report) for one in report.first)


@pytest.mark.parametrize("name", ["plain", "residual", "transformer", "cells"])
def test_pictures_of_every_kind_of_network(name):
    model, batch = made(name)
    report = look(model, batch, cross_entropy, rates=RATES)
    drawn = report.pictures()
    assert list(drawn) == [one for one in PICTURES if getattr(report, one)]
    for svg in drawn.values():
        assert ET.fromstring(svg).tag.endswith("svg")
        assert "prefers-color-scheme:dark" in svg


def test_a_page_fetches_nothing(tmp_path):
    model, batch = made("layer_norm")
    report = look(model, batch, cross_entropy, rates=RATES)
    report.save(tmp_path / "look.html")
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    assert page.count("<img") == page.count("<source") == 3
    assert not re.findall(r'(?:src|srcset|href)="(?!data:image/svg)[^"]*"', page)
    shown = [base64.b64decode(one).decode() for one in re.findall(r"base64,([^\"]*)", page)]
    wide, narrow = pictures(report.data()), pictures(report.data(), narrow=True)
    assert shown == [one for name in ("layers", "walk", "ingredients") for one in (narrow[name], wide[name])]
    assert report._repr_html_() in page


def test_saved_files(tmp_path):
    model, batch = made("batch_norm")
    report = look(model, batch, cross_entropy, rates=RATES)
    report.save(tmp_path / "look.json")
    read = json.loads((tmp_path / "look.json").read_text(encoding="utf-8"))
    assert read == report.data()
    assert read["layers"][0]["after"]["size"] == report.layers[0].after.size
    assert read["walk"]["train"] == list(report.walk.train)
    report.save(tmp_path / "mine-walk.svg")
    assert (tmp_path / "mine-walk.svg").read_text(encoding="utf-8") == report.pictures()["walk"]
    for name, message in {"mine.svg": "layers, walk, ingredients, statistics", "mine.txt": ".html, .json or .svg"}.items():
        with pytest.raises(ValueError, match=message):
            report.save(tmp_path / name)
        assert not (tmp_path / name).exists()


def test_links_lead_into_the_article_where_its_address_is_known(tmp_path):
    model, batch = made("batch_norm")
    report = look(model, batch, cross_entropy, rates=RATES)
    report.save(tmp_path / "look.html", article="https://example.org/why/")
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]*)"', page)
    assert links == [f"https://example.org/why/{one.place}" for one in report.first]


@pytest.mark.parametrize("figure", PLACES)
def test_the_article_has_the_figures_that_advice_leads_to(figure):
    page, _ = PLACES[figure]
    assert f"#{figure}" in (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"), (
        f"figure {figure} is no longer on page {page}: say in PLACES of whybn/look/advice.py where it is"
    )


def test_names_that_a_model_may_have_do_no_harm(tmp_path):
    model, batch = made("plain")
    odd = nn.Sequential()
    for number, module in enumerate(model):
        odd.add_module(f"<b>{number}&`", module)
    look(odd, batch, cross_entropy, rates=RATES).save(tmp_path / "look.html")
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;0&amp;" in page


def test_a_normaliser_is_drawn_at_the_place_of_the_layer_it_follows():
    model, batch = made("residual")
    met = places(look(model, batch, cross_entropy, rates=RATES).data()["layers"])
    # Per block two convolutions with their Batch Norms and one in the skip; then the answer.
    assert [place.after is not None for place in met] == [True, True, False] * 2 + [False]
    model, batch = made("transformer")
    report = look(model, batch, cross_entropy, rates=RATES)
    normalisers = [one for one in report.layers if one.normalises]
    assert sum(place.after is not None for place in places(report.data()["layers"])) == len(normalisers) == 5


# What to look at first: each rule on a network that was made to break it, and on one that was not.


def he(model, gain=1.0):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            with torch.no_grad():
                module.weight *= gain
                if module.bias is not None:
                    module.bias.zero_()
    return model


def trained_statistics(model, batch):
    """The model with the running statistics of this batch."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.momentum = 1.0
    model(batch[0])
    return model


@pytest.fixture
def batch():
    torch.manual_seed(0)
    return torch.randn(64, 6), torch.randint(3, (64,))


def test_a_calm_network_gets_a_step_and_no_alarm(batch):
    model = trained_statistics(he(fully_connected(nn.BatchNorm1d, width=64)), batch)
    figures = said(model, batch)
    assert set(figures) <= {"one_gradient_many_steps", "taken_apart"}
    assert "one_gradient_many_steps" in figures


def test_running_statistics_that_are_not_those_of_the_batch(batch):
    assert "companions" in said(he(fully_connected(nn.BatchNorm1d, width=64)), (batch[0] * 3 + 2, batch[1]))


def test_running_deviations_that_are_not_those_of_the_batch(batch):
    model = trained_statistics(he(fully_connected(nn.BatchNorm1d, width=64)), batch)
    model[-3].running_var /= 100
    report = look(model, batch, cross_entropy, rates=RATES)
    (found,) = [one for one in report.first if one.figure == "companions"]
    assert found.measured["spread_ratio"] == pytest.approx(0.1, rel=0.05)
    assert "`7` their standard deviation is 0.1 times" in found.says


def test_a_batch_that_is_too_small(batch):
    model = he(fully_connected(nn.BatchNorm1d, width=64))
    assert "small_batches" in said(model, (batch[0][:8], batch[1][:8]))
    assert "small_batches" not in said(model, batch)


def test_units_that_never_change(batch):
    model = fully_connected(nn.BatchNorm1d, depth=1)
    with torch.no_grad():
        model[0].weight[:2] = 0
    report = look(trained_statistics(model, batch), batch, cross_entropy, rates=RATES)
    assert "in front of `1`, 25 % have the same value" in str(report)


def test_silent_units_are_named(batch):
    model = he(fully_connected(width=64))
    with torch.no_grad():
        model[2].bias[:48] = -100
    assert "Behind `2`, 75 % of the units are silent" in str(look(model, batch, cross_entropy, rates=RATES))


def test_layers_that_multiply(batch):
    assert "size_and_sameness" not in said(he(fully_connected(width=64)), batch)
    report = look(he(fully_connected(depth=6, width=64), gain=3), batch, cross_entropy, rates=RATES)
    (found,) = [one for one in report.first if "multiply" in one.says]
    assert found.measured["largest"] == report.layers[5].after.size
    assert found.measured["smallest"] == report.layers[0].after.size


def test_examples_that_become_alike(batch):
    shifted = batch[0] + 2, batch[1]
    assert "size_and_sameness" in said(he(fully_connected(depth=20, width=64)), shifted)
    assert "size_and_sameness" not in said(he(fully_connected(depth=2, width=64)), batch)


def test_gradients_that_fade(batch):
    assert "gradient_at_initialisation" in said(he(fully_connected(depth=8, width=64), gain=0.3), batch)


def test_signals_that_overflow(batch):
    model = fully_connected(depth=8)
    with torch.no_grad():
        for module in list(model)[::2]:
            module.weight *= 1e8
    report = look(model, batch, cross_entropy, rates=RATES)
    assert re.search(r"no longer finite from `(8|10)` on", report.first[0].says)
    assert report.data()["walk"]["train_here"] is None
    assert list(report.pictures()) == ["layers"]
    assert "nan" in str(report)


@pytest.mark.parametrize(
    ("longest", "words"),
    [(0.1, "up to a rate of 0.1, not"), (1.0, "the largest rate that was tried, 1."), (nan, "Even the")],
)
def test_words_on_the_longest_step(longest, words):
    steps = Walk((0.1, 1.0), (0.9, 1.2), (0.9, 1.2), 1.0, 1.0, 2.0, 3.0, longest)
    (found,) = advice((), steps, (), ())
    assert words in found.says


def test_words_on_the_ingredient_that_matters():
    shorter = Walk((0.01, 0.1, 1.0), (0.9, 1.2, 1.2), (1, 1, 1), 1.0, 1.0, 2.0, 3.0, 0.01)
    (_, found) = advice((), STEADY, (), (Ingredient(AS_IT_IS, STEADY), Ingredient("without the mean", shorter)))
    assert "without the mean, the longest step that lowers the loss is 10 times as short" in found.says
    assert len(advice((), STEADY, (), (Ingredient(AS_IT_IS, STEADY), Ingredient("without the mean", STEADY)))) == 1


def test_a_gap_that_another_batch_would_show_too_is_none():
    within = BatchStatistics("1", 8, 0.5, 1.0, 0.35, 0.3, 8, 0.0)
    assert len(advice((), STEADY, (within,), ())) == 1
    beyond = BatchStatistics("1", 64, 0.5, 1.0, 0.12, 0.1, 16, 0.0)
    assert len(advice((), STEADY, (beyond,), ())) == 2


BLOCKED = """
import importlib.abc, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {blocked}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
import torch
from torch import nn
from whybn.look import look
model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
report = look(model, (torch.randn(12, 6), torch.randint(3, (12,))), nn.functional.cross_entropy)
print(report)
report.save(sys.argv[1] + "/look.json")
report.save(sys.argv[1] + "/look.html")
try:
    report.pictures()
except ModuleNotFoundError as error:
    print("pictures:", error)
"""
OURS = "matplotlib fontTools brotli jaxtyping numba sklearn scipy joblib threadpoolctl mkdocs markdown liquid yaml beartype"


def test_it_needs_torch_and_numpy_alone(tmp_path):
    script = BLOCKED.format(blocked=set(OURS.split()))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "pictures: pictures need matplotlib, which is not installed: pip install 'whybn[pictures]'" in done.stdout
    page = (tmp_path / "look.html").read_text(encoding="utf-8")
    assert "pip install" in page
    assert "<table>" in page
    assert all(isfinite(one) for one in json.loads((tmp_path / "look.json").read_text())["walk"]["train"])
