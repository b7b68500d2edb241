"""Whatever goes wrong is said plainly; nothing half-written stays, and nothing damaged is drawn."""

import errno
import os
import resource

import pytest

SUMS = "src/toylab/experiments/sums.py"


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda _: b"",
        lambda data: data[:-9] + bytes([data[-9] ^ 4]) + data[-8:],
    ],
    ids=["truncated", "empty", "bit flipped"],
)
def test_a_damaged_result_is_computed_again_and_said_so(toy, harm):
    toy.run()
    before = toy.made()
    path = toy.stored("sums", "large")
    path.write_bytes(harm(path.read_bytes()))
    again = toy.run()
    assert again.status == 0
    assert again.trained == {"sums · large"}
    assert "the stored result sums · large is damaged; computing it again" in again.out
    assert toy.made() == before


def test_a_damaged_sidecar_is_no_voucher(toy):
    toy.run()
    before = toy.made()
    toy.stored("sums", "small").with_suffix(".json").write_text("{")
    assert toy.run().trained == {"sums · small"}
    assert toy.made() == before


def test_damage_to_what_only_saves_time_is_harmless(toy):
    toy.run()
    for path in [toy.root / ".results/sources.json", *(toy.root / ".results/records").iterdir()]:
        path.write_text("[1")
    before = toy.made()
    again = toy.run()
    assert (again.status, again.trained) == (0, set())
    assert toy.made() == before


def test_an_experiment_that_raises_is_named_and_the_others_finish(toy):
    toy.edit(SUMS, "    samples =", "    if part == 'large':\n        1 / 0\n    samples =")
    run = toy.run()
    assert run.status == 1
    assert (
        "error: toylab.experiments.sums failed in part 'large' with Settings(first_seed=0, seeds=8, "
        "rates=(0.5, 1e-05)): ZeroDivisionError: division by zero"
    ) in run.err
    assert "error: figure sums: left as it was, for want of results" in run.err
    assert "error: findings sums: left as they were, for want of results" in run.err
    assert "sums.py" in run.err, "the trace tells the line"
    assert run.drawn == {"tides"}
    assert {path.name for path in (toy.root / "docs/assets/figures").iterdir()} == {
        "tides.svg",
        "tides.narrow.svg",
        "tides.csv",
    }
    assert not list((toy.root / ".results/sums").glob("large*"))
    toy.edit(SUMS, "    if part == 'large':\n        1 / 0\n", "")
    assert toy.run().status == 0


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("None", "run() must return a dict of arrays, not None"),
        ("{'a': 1.5}", "run() must return NumPy arrays of plain numbers; 'a' is 1.5"),
        ("{'a': np.array([{}])}", "run() must return NumPy arrays of plain numbers; 'a' is array([{}]"),
    ],
)
def test_what_is_no_array_is_not_stored(toy, returned, message):
    toy.edit(SUMS, '{"sum": samples.sum(1), "product": samples @ samples.T}', returned)
    run = toy.run()
    assert run.status == 1
    assert message in run.err
    assert not (toy.root / ".results/sums").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("src/toylab/findings/tides.py", "return []", "return 1 / 0", "findings tides: ZeroDivisionError"),
        (
            "src/toylab/findings/tides.py",
            '"highest": f"{',
            '"highest": float(f"{',
            "facts.highest must be a string",
        ),
        (
            "src/toylab/findings/tides.py",
            'return {"tides": "Tides"}',
            "return {}",
            "figure tides: no findings module",
        ),
        (
            "src/toylab/findings/sums.py",
            "np.ones(8)",
            "np.full(8, np.nan)",
            "findings sums: ValueError: claim steady: no number in place",
        ),
        (
            "src/toylab/findings/sums.py",
            "Fact(large)",
            "Fact(large * np.nan)",
            "findings sums: ValueError: fact typical: a value is not a number",
        ),
        ("src/toylab/evidence/formulas.py", "return {", "return 1 / {", "formulas: TypeError"),
        (
            "figures/tides.py",
            "axes.extend",
            "axes.draw",
            "figure tides was not drawn: AttributeError: 'list' object has no attribute",
        ),
    ],
)
def test_a_failure_on_the_way_to_the_page_leaves_the_rest(toy, file, old, new, message):
    toy.edit(file, old, new)
    if "float(" in new:
        toy.edit(file, '.max():.2f}"', '.max():.2f}")')
    run = toy.run()
    assert run.status == 1
    assert f"error: {message}" in run.err or f"error: findings tides: {message}" in run.err
    assert "sums" in run.drawn


def test_two_findings_modules_may_not_claim_the_same(toy):
    toy.write("src/toylab/findings/more.py", (toy.root / "src/toylab/findings/sums.py").read_text())
    run = toy.run()
    assert run.status == 1
    assert "claim 'first_sum_positive' comes from two findings modules, more and sums" in run.err


def test_a_disk_that_refuses_to_rename_gives_a_clear_error(toy, monkeypatch):
    def refuse(_, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setattr(os, "replace", refuse)
    run = toy.run()
    assert run.status == 1
    assert run.err.startswith(f"error: cannot write {toy.root}")
    assert run.err.endswith(": No space left on device\n")
    assert run.err.count("\n") == 1
    assert toy.leftovers() == []
    monkeypatch.undo()
    assert toy.run().status == 0


def test_a_disk_that_refuses_to_write_gives_a_clear_error(toy):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, resource.RLIM_INFINITY))

    run = toy.run_alone("--jobs", "1", preexec_fn=small_files)
    assert run.status == 1
    assert "error: cannot write" in run.err
    assert "File too large" in run.err
    assert "Traceback" not in run.err
    assert toy.leftovers() == []
    assert toy.run().status == 0


def test_a_store_that_is_no_folder_gives_a_clear_error(toy):
    toy.write(".results", "a file")
    run = toy.run()
    assert run.status == 1
    assert run.err.startswith("error: cannot write")
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--figure", "tidse"), "no figure 'tidse'; did you mean 'tides'?"),
        (("--figure", "xxxxxx"), "no figure 'xxxxxx'; there are: sums, tides"),
        (("--jobs", "0"), "JOBS must be a whole number of at least 1, not '0'"),
        (("--jobs", "many"), "JOBS must be a whole number of at least 1, not 'many'"),
        (("--jobs", "-1"), "JOBS must be a whole number of at least 1, not '-1'"),
        (("--first-seed", "1.5"), "--first-seed must be a whole number of at least 0, not '1.5'"),
        (("--first-seed", "5", "--quick"), "--first-seed and --large check claims; leave out --quick and --figure"),
        (("--first-seed", "5", "--large"), "--first-seed checks at full settings; leave out --large"),
    ],
)
def test_bad_usage_is_answered_before_any_work(toy, arguments, message):
    run = toy.run(*arguments)
    assert run.status == 2
    assert message in run.err
    assert run.trained == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            SUMS,
            'PARTS = ("small", "large")',
            "PARTS = tuple('ab')",
            "sums.py, line 11: PARTS must be written out",
        ),
        (SUMS, "BUDGET = 4", "", "sums.py: there is no line 'BUDGET = ...' at its top level"),
        (
            SUMS,
            "BUDGET = 4",
            "BUDGET = 0",
            "sums.py: BUDGET must be a positive number of core-seconds, not 0",
        ),
        (
            SUMS,
            '("small", "large")',
            '("small", "../up")',
            "sums.py: PARTS must be a tuple of different names",
        ),
        (SUMS, '("small", "large")', '("small",) * 2', "sums.py, line 11: PARTS must be written out"),
        (SUMS, "BUDGET = 4", "BUDGET = = 4", "sums.py, line 12: invalid syntax"),
        (
            "figures/tides.py",
            '"tides",',
            '"tidse",',
            "figures/tides.py: EXPERIMENTS names 'tidse', which does not",
        ),
    ],
)
def test_a_module_that_breaks_the_contract_is_named(toy, file, old, new, message):
    toy.edit(file, old, new)
    run = toy.run()
    assert run.status == 1
    assert message in run.err
    assert "Traceback" not in run.err
