"""Only what is stale is computed, and all of it."""

import json
import subprocess
import sys

import pytest

ALL = {"sums · small", "sums · large", "tides · sea"}
SUMS = "src/toylab/experiments/sums.py"


@pytest.fixture
def built(toy):
    first = toy.run()
    assert (first.status, first.trained, first.drawn) == (0, ALL, {"sums", "tides"})
    return toy


def test_nothing_changed_does_nothing(built):
    before = {path: path.stat().st_mtime_ns for path in (built.root / "docs").rglob("*")}
    again = built.run()
    assert (again.status, again.trained, again.drawn) == (0, set(), set())
    assert {path: path.stat().st_mtime_ns for path in (built.root / "docs").rglob("*")} == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("src/toylab/lab/numbers.py", "# a comment", "# another comment"),
        (
            "src/toylab/lab/numbers.py",
            '"""Random numbers."""',
            '"""Numbers at random,\n    twice as long."""',
        ),
        ("src/toylab/lab/numbers.py", "def numbers", "\n\n\ndef numbers"),
        (SUMS, "Sums of numbers", "Many sums"),
        (SUMS, "# repetitions", "# number of repetitions"),
        (SUMS, "BUDGET = 4", "BUDGET = 5"),
    ],
)
def test_words_and_budgets_train_and_draw_nothing(built, file, old, new):
    built.edit(file, old, new)
    again = built.run()
    assert (again.status, again.trained, again.drawn) == (0, set(), set())


def test_words_and_budgets_reach_the_methods_page(built):
    built.edit(SUMS, "Sums of numbers", "Many sums")
    built.edit(SUMS, "# repetitions", "# number of repetitions")
    built.edit(SUMS, "BUDGET = 4", "BUDGET = 5")
    built.run()
    text = (built.root / "docs/_data/experiments.json").read_text()
    assert '"Many sums, on two lines."' in text
    assert '"note": "number of repetitions"' in text
    assert '"budget": "5"' in text


@pytest.mark.parametrize(
    ("file", "old", "new", "trained", "drawn"),
    [
        ("src/toylab/lab/numbers.py", ".normal(", ".uniform(", {"sums · small", "sums · large"}, {"sums"}),
        ("src/toylab/lab/heights.txt", "2.0", "3.0", {"tides · sea"}, {"tides"}),
        ("src/toylab/lab/waves.py", "np.sin", "np.cos", {"tides · sea"}, {"tides"}),
        (SUMS, "seeds: int = 8", "seeds: int = 9", {"sums · small", "sums · large"}, {"sums"}),
        ("src/toylab/findings/sums.py", "The first sum is positive.", "It is.", set(), set()),
        ("src/toylab/evidence/claims.py", 'SUPPORTED: "supported"', 'SUPPORTED: "borne out"', set(), set()),
        (
            "src/toylab/evidence/record.py",
            "{**claim.to_json(others),",
            '{**claim.to_json(others), "scope": "",',
            set(),
            set(),
        ),
        ("figures/sums.py", '["small"]', '["large"]', set(), {"sums"}),
        ("src/toylab/drawing/style.py", '" quick" if', '" in haste" if', set(), {"sums", "tides"}),
    ],
)
def test_a_change_computes_what_depends_on_it(built, file, old, new, trained, drawn):
    before = built.made()
    built.edit(file, old, new)
    again = built.run()
    assert (again.status, again.trained, again.drawn) == (0, trained, drawn)
    if file != "src/toylab/drawing/style.py":  # its change shows in quick figures only
        assert built.made() != before


def test_a_picture_that_was_removed_or_altered_is_drawn_again(built):
    before = built.made()
    (built.root / "docs/assets/figures/sums.svg").unlink()
    (built.root / "docs/assets/figures/tides.csv").write_text("altered")
    again = built.run()
    assert (again.trained, again.drawn) == (set(), {"sums", "tides"})
    assert built.made() == before


def test_one_figure_needs_only_its_own_experiments(toy):
    only = toy.run("--figure", "tides")
    assert (only.status, only.trained, only.drawn) == (0, {"tides · sea"}, {"tides"})
    rest = toy.run()
    assert (rest.status, rest.trained, rest.drawn) == (0, {"sums · small", "sums · large"}, {"sums"})


def test_one_figure_leaves_the_data_of_the_others(built):
    before = built.made()
    built.edit("figures/tides.py", "The tides.", "All tides.")
    assert built.run("--figure", "tides").status == 0
    assert built.made() == before


def test_claims_stand_in_the_order_of_their_figures_on_the_pages(built):
    shown = "![{{{{ site.data.figures.{0}.alt }}}}]({{{{ site.baseurl }}}}/assets/figures/{0}.svg)"
    claims = built.root / "docs/_data/claims.json"
    for names, order in (("tides sums", ["steady", "first_sum_positive"]), ("sums", ["first_sum_positive", "steady"])):
        built.write("docs/index.md", "\n".join(map(shown.format, names.split())))
        assert built.run().status == 0
        assert list(json.loads(claims.read_text())) == order


def test_quick_is_stamped_checks_no_verdict_and_satisfies_no_full_run(toy):
    quick = toy.run("--quick")
    assert (quick.status, quick.trained, quick.drawn) == (0, ALL, {"sums", "tides"})
    assert (toy.root / "docs/assets/figures/sums.svg").read_text().endswith("quick")
    claims = (toy.root / "docs/_data/claims.json").read_text()
    for verdict in ("supported", "not_seen_here", "reversed_here", "mixed", "inconclusive"):
        assert f'"{verdict}": "Steady."' in claims
    assert '"quick": "true"' in claims
    full = toy.run()
    assert (full.trained, full.drawn) == (ALL, {"sums", "tides"})
    assert "quick" not in (toy.root / "docs/assets/figures/sums.svg").read_text()
    assert "quick" not in (toy.root / "docs/_data/claims.json").read_text()


def test_a_run_with_nothing_to_do_imports_nothing_heavy(built):
    code = (
        "import sys; from pathlib import Path; from whybn.pipeline.cli import main\n"
        "from whybn.pipeline.project import Project\n"
        f"status = main(Project(Path({str(built.root)!r}), 'toylab'), ['figures'])\n"
        "heavy = {'torch', 'matplotlib', 'numpy', 'joblib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'status {status}, loaded {heavy}' if status or heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
