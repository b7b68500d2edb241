"""Only what is stale is computed, and all of it."""

import json
import subprocess
import sys

import pytest
from toy import Toy

from whybn.pipeline import project
from whybn.pipeline.files import write_sealed

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


SUMS_PARTS = {"sums · small", "sums · large"}


@pytest.mark.parametrize(
    ("package", "trained", "drawn"),
    [
        ("torch", ALL, {"sums", "tides"}),
        ("numpy", ALL, {"sums", "tides"}),
        ("scikit-learn", ALL, {"sums", "tides"}),
        ("matplotlib", set(), {"sums", "tides"}),
        ("fonttools", set(), {"sums", "tides"}),
        ("contourpy", set(), {"sums", "tides"}),
    ],
)
def test_another_version_of_what_computes_computes_again(built, monkeypatch, package, trained, drawn):
    real = project._version
    monkeypatch.setattr(project, "_version", lambda name: "0" if name == package else real(name))
    again = built.run()
    assert (again.status, again.trained, again.drawn) == (0, trained, drawn)


@pytest.mark.parametrize(
    ("change", "stale"),
    [(lambda text: text + "\n# a comment\n", False), (lambda text: text + "\nONE_MORE = 1\n", True)],
    ids=["comment", "code"],
)
def test_what_wraps_run_and_draw_is_part_of_their_keys(built, monkeypatch, tmp_path, change, stale):
    tasks = tmp_path / "tasks.py"
    tasks.write_text(change(project.TASKS.read_text()))
    monkeypatch.setattr(project, "TASKS", tasks)
    again = built.run()
    assert (again.trained, again.drawn) == ((ALL, {"sums", "tides"}) if stale else (set(), set()))


def test_another_package_of_the_repository_counts_as_this_one(toy):
    toy.write("src/second/__init__.py", "")
    toy.write("src/second/offset.py", "from toylab.lab.numbers import numbers\n\nOFFSET = float(numbers(0, 1)[0])\n")
    toy.edit(
        "src/toylab/experiments/tides.py",
        "from ..lab import waves",
        "from second.offset import OFFSET\n\nfrom ..lab import waves",
    )
    toy.edit("src/toylab/experiments/tides.py", "waves.waves(settings.count)", "waves.waves(settings.count) + OFFSET")
    assert toy.run_alone("--jobs", "1").trained == ALL
    toy.edit("src/second/offset.py", "[0])", "[0]) + 1")
    assert toy.run_alone("--jobs", "1").trained == {"tides · sea"}
    toy.edit("src/toylab/lab/numbers.py", ".normal(", ".uniform(")
    assert toy.run_alone("--jobs", "1").trained == ALL


def test_a_module_loaded_by_name_stops_the_run(built):
    built.edit(
        "src/toylab/lab/numbers.py", "import numpy as np", "import importlib\n\nnp = importlib.import_module('numpy')"
    )
    again = built.run()
    assert again.status == 1
    told = "line 4: import_module hides what it depends on; write an import statement"
    assert again.err == f"error: {built.root}/src/toylab/lab/numbers.py, {told}\n"


def test_results_of_a_compiled_pass_belong_to_the_arithmetic_that_made_them(toy, monkeypatch):
    toy.write("src/toylab/lab/compiled.py", "")
    toy.edit("src/toylab/lab/numbers.py", "import numpy as np", "import numpy as np\n\nfrom toylab.lab import compiled")
    monkeypatch.setenv("WHYBN_ARITHMETIC", "compiled")
    assert toy.run().trained == ALL
    monkeypatch.delenv("WHYBN_ARITHMETIC")
    assert toy.run().trained == set()

    def told(experiment, part):
        return json.loads(toy.stored(experiment, part).with_suffix(".json").read_text())["content"].get("arithmetic")

    assert told("sums", "small").startswith("compiled (numba ")
    assert told("tides", "sea") is None
    for path in (toy.root / ".results/sums").iterdir():
        path.unlink()
    monkeypatch.setenv("WHYBN_ARITHMETIC", "reference")
    assert toy.run().trained == SUMS_PARTS
    assert told("sums", "small") == "reference"
    monkeypatch.setenv("WHYBN_ARITHMETIC", "fast")
    run = toy.run()
    assert (run.status, run.trained) == (2, set())
    assert run.err == "error: WHYBN_ARITHMETIC must be 'compiled' or 'reference', not 'fast'\n"


def test_a_picture_that_was_removed_or_altered_is_drawn_again(built):
    before = built.made()
    (built.root / "docs/assets/figures/sums.svg").unlink()
    (built.root / "docs/assets/figures/tides.csv").write_text("altered")
    again = built.run()
    assert (again.trained, again.drawn) == (set(), {"sums", "tides"})
    assert built.made() == before


def test_the_numbers_of_a_live_figure_go_when_it_is_live_no_more(built):
    data = built.root / "docs/assets/figures/tides.data.js"
    built.write(
        "figures/tides.py", (built.root / "figures/tides.py").read_text() + "\n\ndef explore(results):\n    return {}\n"
    )
    assert built.run().drawn == {"tides"}
    assert data.read_text() == "live"
    built.edit("figures/tides.py", "def explore", "def explain")
    assert built.run().drawn == {"tides"}
    assert not data.exists()


def test_the_files_of_a_figure_without_a_script_go_in_a_full_run(built):
    pictures = built.root / "docs/assets/figures"
    (pictures / "tides.csv").write_text("altered by hand")
    (pictures / "logo.svg").write_text("made by hand")
    (built.root / "figures/tides.py").rename(built.root / "figures/ebb.py")
    built.edit("src/toylab/findings/tides.py", '"tides": "Tides"', '"ebb": "Ebb"')
    built.run("--figure", "ebb")
    assert (pictures / "tides.svg").is_file(), "a run for one figure leaves the others"
    again = built.run()
    assert again.status == 0
    assert again.out.count("figure tides has no script any more; its files are removed") == 1
    made = {path.name for path in pictures.iterdir()}
    ours = {f"{name}{suffix}" for name in ("ebb", "sums") for suffix in (".svg", ".narrow.svg", ".csv")}
    assert made == {*ours, "tides.csv", "logo.svg"}
    assert "any more" not in built.run().out


def test_the_ledger_can_be_printed_alone_and_computes_nothing(toy):
    nothing = [line.split() for line in toy.call("ledger").out.splitlines()]
    assert nothing == [["experiment", "core-seconds", "budget"], ["together", "0.0", "360"]]
    last = toy.run().out.splitlines()[-4:]
    alone = toy.call("ledger")
    assert (alone.status, alone.out.splitlines()) == (0, last)
    assert last[1].split()[0::2] == ["sums", "4"]
    write_sealed(toy.root / ".results/records/experiment.sums.json", {"seconds": "4.1", "settings": []})
    assert toy.call("ledger").out.splitlines()[1].split() == ["sums", "4.1", "4", "over", "budget"]


def timed(toy):
    """The toy, with tides that a clock measures: no two runs agree."""
    toy.edit("src/toylab/experiments/tides.py", "BUDGET = 1.5", "BUDGET = 1.5\nTIMED = True")
    toy.edit(
        "src/toylab/experiments/tides.py", "waves.waves(settings.count)", "waves.waves(settings.count) * time.time_ns()"
    )
    toy.edit("src/toylab/experiments/tides.py", "from dataclasses", "import time\nfrom dataclasses")
    return toy


def test_what_a_clock_measured_lies_in_files_of_its_own(toy, tmp_path):
    first, second = timed(toy), timed(Toy(tmp_path / "again"))
    assert (first.run().status, second.run().status) == (0, 0)
    mine, other = first.made_for_pages(), second.made_for_pages()
    assert mine.keys() == other.keys()
    tides = {f"docs/assets/figures/tides{suffix}" for suffix in (".svg", ".narrow.svg", ".csv")}
    assert {name for name in mine if mine[name] != other[name]} == {*tides, "docs/_data/times.json"}
    times = json.loads(mine["docs/_data/times.json"])
    assert set(times["facts"]) == {"tides"}
    assert set(times["experiments"]) == set(times["figures"]) == {"sums", "tides"}
    assert set(json.loads(mine["docs/_data/results.json"])) == {"sums"}


def test_no_claim_rests_on_measured_times(toy):
    timed(toy).edit("src/toylab/findings/tides.py", "    return []", "    return [type('Claim', (), {'id': 'high'})()]")
    run = toy.run()
    assert run.status == 1
    assert "findings tides: claim 'high' rests on measured times, which no other run repeats" in run.err


def test_measured_times_are_not_measured_again_at_other_seeds(toy):
    timed(toy).run("--first-seed", "1001")
    kept = json.loads((toy.root / "replications/seeds-1001.json").read_text())
    assert (set(kept["code"]), set(kept["facts"])) == ({"sums"}, {"sums"})


def test_whether_a_clock_measures_is_yes_or_no(toy):
    timed(toy).edit("src/toylab/experiments/tides.py", "TIMED = True", "TIMED = 'yes'")
    run = toy.run()
    assert (run.status, run.trained) == (1, set())
    assert "tides.py: TIMED must be True or False, not 'yes'" in run.err


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


def test_text_for_pages_is_escaped_once_and_mathml_is_not(built):
    built.edit("src/toylab/findings/sums.py", '"The first sum is positive."', '"Sums < 1 & > 0."')
    built.edit("src/toylab/findings/tides.py", 'f"{', 'f"<{')
    built.edit("src/toylab/findings/tides.py", '"Tides"', '"A & <b>"')
    built.edit("src/toylab/findings/sums.py", "per_seed(first)", '{"rate < 1": first}')
    for _ in range(2):  # the second from the records of the first
        assert built.run().status == 0
        claims, results, figures, math = (
            json.loads((built.root / f"docs/_data/{name}.json").read_text())
            for name in ("claims", "results", "figures", "math")
        )
        claim = claims["first_sum_positive"]
        assert claim["says"] == "Sums &lt; 1 &amp; &gt; 0"
        assert claim["sentence"] == claim["supported"] == "Sums &lt; 1 &amp; &gt; 0."
        assert claim["verdicts"] == {"rate &lt; 1": "supported"}
        assert results["tides"]["highest"].startswith("&lt;2")
        assert figures["tides"]["alt"] == "A &amp; &lt;b&gt;"
        assert math == {"one": "<math><mn>1</mn></math>"}


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


def test_the_store_keeps_what_is_in_use_and_the_last_few_versions(toy):
    numbers = "src/toylab/lab/numbers.py"
    shapes = [".normal(size=count)", *(f".normal(size=count) * {factor}" for factor in range(2, 8))]
    assert toy.run("--quick").status == 0
    quick = set((toy.root / ".results/sums").glob("*.quick.*"))
    kept, said = [], []
    for old, new in zip([shapes[0], *shapes], shapes, strict=False):
        toy.edit(numbers, old, new)
        said.append(toy.run().out)
        kept.append(set((toy.root / ".results/sums").glob("small.full.*.npz")))
    assert [len(found) for found in kept] == [1, 2, 3, 4, 4, 4, 4]
    assert not any("removed" in out for out in said[:4])
    assert all("removed 2 results of earlier versions from .results (0.0 MB)\n" in out for out in said[4:])
    assert quick <= set((toy.root / ".results/sums").iterdir()), "of another size"
    assert len(list((toy.root / ".results/sums").glob("*.json"))) == len(list((toy.root / ".results/sums").glob("*.npz")))
    # The one in use stays, however old it is.
    for older in (shapes[3], shapes[5]):
        toy.edit(numbers, shapes[-1], older)
        assert toy.run().trained == set(), "back on another branch"
        toy.edit(numbers, older, shapes[-1])


def test_one_figure_removes_nothing(toy):
    toy.run()
    for factor in range(2, 8):
        toy.edit("src/toylab/lab/numbers.py", "np.random", f"{factor} * np.random")
        toy.run("--figure", "sums")
    assert len(list((toy.root / ".results/sums").glob("small.full.*.npz"))) == 7
