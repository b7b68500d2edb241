"""Findings: display strings that hold together, and the arithmetic behind the less obvious of them."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import batch_norm

import whybn.findings
from whybn.evidence.claims import EXPLANATIONS, coverage
from whybn.findings import atlas, landscape, one_example, trajectory, walks

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in Path(whybn.findings.__path__[0]).glob("[a-z]*.py"))
FIGURES = {path.stem for path in (ROOT / "figures").rglob("[a-z]*.py")}


@pytest.fixture(params=NAMES)
def finding(request, quick):
    module = importlib.import_module(f"whybn.findings.{request.param}")
    return module, {name: quick(name) for name in module.EXPERIMENTS}


def test_every_display_string_is_complete(finding) -> None:
    module, results = finding
    shown = {**module.facts(results), **module.alts(results)}
    for claim in module.claims(results):
        entry = claim.to_json()
        filled = entry.keys() - {"changed", "mirror"}  # nothing was changed; a bound has no opposite
        shown |= {f"{claim.id}.{key}": value for key, value in entry.items() if key in filled and isinstance(value, str)}
        assert entry["sentence"].endswith(".")
        assert re.fullmatch(r"[a-z_]+", claim.id)
        assert entry["experiment"] in module.EXPERIMENTS
        assert entry["figure"] in FIGURES
        assert entry["explanation"] in EXPLANATIONS
    for name, text in shown.items():
        assert isinstance(text, str), name
        assert text.strip(), name
        assert not re.search(r"[{}]|\bnan\b|\d-\d", text), f"{name}: {text}"


def test_every_figure_has_one_text(quick) -> None:
    found = []
    for name in NAMES:
        module = importlib.import_module(f"whybn.findings.{name}")
        found += module.alts({experiment: quick(experiment) for experiment in module.EXPERIMENTS})
    assert sorted(found) == sorted(FIGURES)


def test_the_article_asserts_thirty_to_forty_claims_and_quotes_each(quick) -> None:
    text = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("index.md", "evidence.md"))
    quoted = set(re.findall(r"site\.data\.claims\.(\w+)\.", text))
    made = set()
    for name in NAMES:
        module = importlib.import_module(f"whybn.findings.{name}")
        made |= {claim.id for claim in module.claims({experiment: quick(experiment) for experiment in module.EXPERIMENTS})}
    assert 30 <= len(made) <= 40
    assert quoted == made


def test_the_interval_covers_what_the_ledger_says() -> None:
    text = (ROOT / "docs/_data/literature.yml").read_text()
    said = re.search(r"order_statistics:.*?level: \"(\d+)\s?%\"", text, re.DOTALL)
    assert said, "docs/_data/literature.yml: order_statistics.level is missing"
    assert int(said[1]) == round(100 * coverage(8))


def test_decades_are_counted_on_the_grid() -> None:
    loss = np.full((1, 2, 5, 4), 2.3)  # one budget, two seeds, five gains, four rates
    loss[0, 0, 2, 1:3] = 0.1
    loss[0, 0, 3, 1] = 0.1
    loss[0, 1, 2, 0] = np.nan
    arm = {"loss": loss, "gains": np.logspace(-1, 1, 5), "rates": np.logspace(-3, 0, 4)}
    np.testing.assert_allclose(atlas._rate_decades(arm), [2.0, 0.0])
    np.testing.assert_allclose(atlas._gain_decades(arm), [1.0, 0.0])


def test_reach_is_the_radius_of_a_disc_below_guessing() -> None:
    offsets = np.linspace(-1, 1, 201)
    x, y = np.meshgrid(offsets, offsets)
    bowl = np.where(np.hypot(x, y) < 0.5, 0.1, 5.0)
    reach = landscape._reach({"offsets": offsets, "loss": bowl[None, None]})
    assert reach[0] == pytest.approx(0.5, rel=0.02)


def test_shift_at_equal_loss_reads_off_the_other_curve() -> None:
    shift = np.array([[[4.0]], [[2.0]], [[1.0]]])  # three times, one layer, one seed
    arm = {"shift": shift, "loss_at": np.array([[2.0], [1.0], [0.0]])}
    np.testing.assert_allclose(trajectory._shift_at_loss(arm, np.array([[1.5], [0.5]])), [[3.0], [1.5]])


def test_turn_and_range_of_a_known_walk() -> None:
    lengths = np.array([0.0, 0.025, 0.05, 0.2])
    cosine = np.array([1.0, 0.9, 0.5, -1.0])[None, :, None, None]
    loss = np.array([9.0, 1.0, 0.5, 2.0])[None, :, None, None]
    arm = {"rate": 0.05, "lengths": lengths, "cosine": cosine, "loss": loss}
    assert walks._turn(arm)[0] == pytest.approx(60)
    assert walks._loss_range(arm)[0, 0] == pytest.approx(1.5)


def test_a_moved_member_moves_the_others_as_batch_norm_says() -> None:
    values = np.linspace(-1, 1, 8)
    part = {"linear": values[None, :, None], "epsilon": np.array(1e-5)}
    moved = values.copy()
    moved[-2] += one_example.DEVIATIONS * values.std()
    before, after = (batch_norm(torch.tensor(one)[:, None], None, None, training=True)[:, 0] for one in (values, moved))
    gap = (after - before).abs()
    gap[-2] = 0
    assert one_example._others_move(part)[0, 0] == pytest.approx(float(gap.max()), rel=1e-6)
