"""Whatever goes wrong is said plainly; nothing half-written stays, and nothing damaged is drawn."""

import errno
import hashlib
import json
import os
import re
import resource

import pytest

from whybn.pipeline.files import write_sealed

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


@pytest.mark.parametrize(
    "harm",
    [lambda _: "{", lambda text: re.sub(r"(core_seconds.:)", r"\g<1>9", text), lambda _: '{"seal":"","content":"\\ud800"}'],
    ids=["truncated", "digit added", "no text"],
)
def test_a_damaged_sidecar_is_no_voucher(toy, harm):
    toy.run()
    before = toy.made()
    path = toy.stored("sums", "small").with_suffix(".json")
    path.write_text(harm(path.read_text()))
    again = toy.run()
    assert again.trained == {"sums · small"}
    assert "the stored result sums · small is damaged; computing it again" in again.out
    assert toy.made() == before


@pytest.mark.parametrize(
    ("record", "old", "new"),
    [
        ("finding.tides", '"highest":"2.00"', '"highest":"99999"'),
        ("finding.sums", '"verdict":"supported"', '"verdict":"mixed"'),
        ("finding.sums", '"content"', '"contents"'),
        ("formulas.all", "<mn>1</mn>", "<mn>2</mn>"),
        ("figure.tides", "tides.csv", "tides.txt"),
    ],
)
def test_a_damaged_record_is_made_anew_and_said_so_once(toy, record, old, new):
    toy.run()
    before = toy.made()
    path = toy.root / f".results/records/{record}.json"
    assert path.read_text().count(old) >= 1
    path.write_text(path.read_text().replace(old, new))
    again = toy.run()
    assert (again.status, again.trained) == (0, set())
    assert again.out.count("is damaged") == 1
    assert f"the record of {record.replace('.', ' ')} is damaged and counts as missing" in again.out
    assert toy.made() == before
    assert "damaged" not in toy.run().out


def test_damage_to_what_a_run_leaves_alone_is_said_once_and_reaches_no_page(toy):
    toy.run()
    before = toy.made()
    path = toy.root / ".results/records/finding.tides.json"
    path.write_text(path.read_text().replace('"highest":"2.00"', '"highest":"99999"'))
    one = toy.run("--figure", "sums")
    assert one.out.count("the record of finding tides is damaged and counts as missing") == 1
    assert "highest" not in (toy.root / "docs/_data/results.json").read_text()
    toy.run()
    assert toy.made() == before


def test_a_changed_number_of_seconds_reaches_no_page(toy):
    toy.run()
    before = (toy.root / "docs/_data/times.json").read_text()
    path = toy.root / ".results/records/experiment.tides.json"
    path.write_text(re.sub(r'"seconds":"[^"]*"', '"seconds":"99999"', path.read_text()))
    assert toy.run("--figure", "sums").status == 0
    assert "99999" not in (toy.root / "docs/_data/times.json").read_text()
    assert toy.run().status == 0
    assert (toy.root / "docs/_data/times.json").read_text() == before


def test_a_memo_of_sources_that_was_changed_is_not_believed(toy):
    toy.run()
    before = toy.made()
    path = toy.root / ".results/sources.json"
    fresh = json.loads(path.read_text())["content"]
    # As the file would be if the digest of the new text were that of the old one.
    toy.edit("src/toylab/lab/numbers.py", ".normal(", ".uniform(")
    text = (toy.root / "src/toylab/lab/numbers.py").read_bytes()
    stale = next(entry for key, entry in fresh["files"].items() if key.endswith(" toylab/lab/numbers.py"))
    forged = {**fresh["files"], f"{hashlib.sha256(text).hexdigest()} toylab/lab/numbers.py": stale}
    whole = json.loads(path.read_text())
    path.write_text(json.dumps({**whole, "content": {**fresh, "files": forged}}))
    again = toy.run()
    assert again.trained == {"sums · small", "sums · large"}
    assert ".results/sources.json is damaged; reading all sources again" in again.out
    assert toy.made() != before


def test_damage_to_what_only_saves_time_is_harmless(toy):
    toy.run()
    for path in [toy.root / ".results/sources.json", *(toy.root / ".results/records").iterdir()]:
        path.write_text("[1")
    before = toy.made()
    again = toy.run()
    assert (again.status, again.trained) == (0, set())
    assert toy.made() == before


def test_records_from_before_there_were_seals_count_as_none(toy):
    toy.run()
    before = toy.made()
    for path in (toy.root / ".results/records").iterdir():
        path.write_text(json.dumps(json.loads(path.read_text())["content"]).replace("2.00", "99999"))
    again = toy.run()
    assert (again.status, again.drawn) == (0, {"sums", "tides"})
    assert "damaged" not in again.out
    assert toy.made() == before


def _folder(path):
    path.unlink()
    (path / "inside").mkdir(parents=True)


def _loop(path):  # what even root cannot read
    path.unlink()
    path.symlink_to(path)


def _without(key):
    def harm(path):
        content = json.loads(path.read_text())["content"]
        place = content["claims"]["steady"] if key == "verdicts" else content
        del place[key]
        write_sealed(path, content)

    return harm


UNREADABLE = [
    *((name, harm) for name in ("sums/small.full.*.npz", "sums/small.full.*.json") for harm in (_folder, _loop)),
    *((name, harm) for name in ("records/finding.sums.json", "records/figure.sums.json") for harm in (_folder, _loop)),
    *(("records/experiment.sums.json", harm) for harm in (_folder, _loop, _without("seconds"))),
    *(("sources.json", harm) for harm in (_folder, _loop, _without("reader"))),
    ("sums/small.full.*.json", _without("core_seconds")),
    *(("records/finding.sums.json", _without(key)) for key in ("alts", "compared", "verdicts")),
    ("records/figure.sums.json", _without("files")),
    ("records/formulas.all.json", _without("mathml")),
]


@pytest.mark.parametrize(("name", "harm"), UNREADABLE)
@pytest.mark.parametrize("first", [(), ("--figure", "tides")], ids=["whole run", "another figure first"])
def test_what_cannot_be_read_counts_as_missing_and_is_said_once(toy, name, harm, first):
    toy.run()
    before = toy.made()
    (path,) = (toy.root / ".results").glob(name)
    harm(path)
    again = toy.run(*first)
    if first:
        assert (again.status, again.out.count("is damaged") + again.out.count("cannot be read")) in {(0, 0), (0, 1)}
        again = toy.run()
    assert (again.status, again.err) == (0, "")
    assert toy.made() == before
    last = toy.run()
    assert (last.status, last.trained, last.drawn) == (0, set(), set())
    assert "damaged" not in last.out


@pytest.mark.parametrize("harmed", ["waves.lap-3.py311.nbi", "waves.lap-3.py311.1.nbc"])
def test_compiled_code_that_has_changed_is_not_believed(toy, harmed):
    cache = toy.root / "src/toylab/lab/__pycache__"
    for name in ("waves.lap-3.py311.nbi", "waves.lap-3.py311.1.nbc", "waves.lap-30.py311.nbi"):
        toy.write(f"src/toylab/lab/__pycache__/{name}", "code")
    assert "compiled code" not in toy.run().out
    (cache / harmed).write_text("cod3")
    assert "compiled code" not in toy.run().out, "nothing is trained"
    toy.edit("src/toylab/lab/numbers.py", ".normal(", ".uniform(")
    told = toy.run().out
    assert told.count("2 files of compiled code are not those of the last training; compiling them again\n") == 1
    assert [path.name for path in cache.glob("*.nb?")] == ["waves.lap-30.py311.nbi"]
    (toy.root / ".results/machine_code.json").write_text("{")
    toy.edit("src/toylab/lab/numbers.py", ".uniform(", ".gumbel(")
    assert "1 files of compiled code" in toy.run().out, "where there is no list to go by, none is believed"


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


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("file", "before", "message"),
    [
        (SUMS, "    count = {", "error: toylab.experiments.sums failed in part 'small' with Settings("),
        (SUMS, "PARTS =", "error: sums · small: SystemExit: 0"),
        ("figures/sums.py", "    axes.extend", "error: figure sums was not drawn: SystemExit: 0"),
        ("figures/sums.py", "EXPERIMENTS =", "error: figure sums was not drawn: SystemExit: 0"),
        ("src/toylab/findings/sums.py", "    first = results", "error: findings sums: SystemExit: 0"),
        ("src/toylab/findings/sums.py", "EXPERIMENTS =", "error: findings sums: SystemExit: 0"),
        ("src/toylab/evidence/formulas.py", "    return", "error: formulas: SystemExit: 0"),
    ],
)
def test_sys_exit_is_a_failure_that_ends_nothing_else(toy, jobs, file, before, message):
    indent = before[: len(before) - len(before.lstrip())]
    toy.edit(file, before, f"{indent}import sys\n{indent}sys.exit(0)\n{before}")
    run = toy.run_alone("--jobs", jobs)
    assert run.status == 1
    assert message in run.err
    assert "SystemExit: 0" in run.err
    assert "tides" in run.drawn


@pytest.mark.parametrize(
    ("values", "where"),
    [("per_seed(np.full(8, np.nan))", "claim steady"), ('{"good": np.ones(8), "deep": np.full(8, np.nan)}', "setting deep")],
)
def test_a_nan_becomes_no_verdict(toy, values, where):
    toy.edit("src/toylab/findings/sums.py", "per_seed(np.ones(8))", values)
    run = toy.run()
    assert run.status == 1
    (problem,) = (line for line in run.err.splitlines() if line.startswith("error: findings sums"))
    assert where in problem
    assert "steady" in problem
    assert "steady" not in (toy.root / "docs/_data/claims.json").read_text()
    assert '"highest"' in (toy.root / "docs/_data/results.json").read_text(), "other findings go on"


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


@pytest.mark.parametrize("whole_run_first", [True, False])
def test_one_figure_without_a_text_fails_too(toy, whole_run_first):
    if whole_run_first:
        toy.run()
    toy.edit("src/toylab/findings/sums.py", '{"sums": f"Sums', '{"some": f"Sums')
    run = toy.run("--figure", "sums")
    assert run.status == 1
    assert run.err == "error: figure sums: no findings module gives it a text in alts(): write one in src/whybn/findings\n"


def test_one_figure_that_no_findings_name_fails_before_anything_is_trained(toy):
    toy.write("figures/waves.py", (toy.root / "figures" / "sums.py").read_text("utf-8"))
    run = toy.run("--figure", "waves")
    assert run.status == 1
    assert run.trained == set()
    assert "error: figure waves: no findings module gives it a text in alts()" in run.err


def test_one_figure_may_have_its_text_from_findings_that_are_not_computed_yet(toy):
    toy.edit("src/toylab/findings/tides.py", '("tides",)', '("tides", "sums")')
    assert toy.run("--figure", "tides").status == 0
    assert toy.run().status == 0
    toy.edit("src/toylab/findings/tides.py", '{"tides": "Tides"}', '{"ebb": "tides"}')
    toy.run()
    assert toy.run("--figure", "tides").status == 1


def test_two_scripts_may_not_have_one_name(toy):
    toy.write("figures/coast/tides.py", (toy.root / "figures/tides.py").read_text())
    run = toy.run()
    assert (run.status, run.trained) == (1, set())
    assert run.err == "error: figures/tides.py and figures/coast/tides.py have one name; a figure's is its own\n"


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


def test_a_picture_that_cannot_be_written_leaves_the_old_one_and_no_scraps(toy, monkeypatch):
    toy.run()
    before = toy.made()
    toy.edit("figures/tides.py", ".tolist()", ".tolist()[:5]")
    replace = os.replace

    def refuse(source, target):
        if str(target).endswith("tides.narrow.svg"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    run = toy.run()
    assert run.status == 1
    assert run.err.endswith("tides.narrow.svg: No space left on device\n")
    assert toy.leftovers() == []
    name = "docs/assets/figures/tides.narrow.svg"
    assert (toy.root / name).read_bytes() == before[name]
    monkeypatch.undo()
    assert toy.run().drawn == {"tides"}


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
        (("--figure", "tidse"), "no figure 'tidse' (did you mean “tides”?)"),
        (("--figure", "xxxxxx"), "no figure 'xxxxxx' (there are: sums, tides)"),
        (("--jobs", "0"), "JOBS must be a whole number of at least 1, not '0'"),
        (("--jobs", "many"), "JOBS must be a whole number of at least 1, not 'many'"),
        (("--jobs", "-1"), "JOBS must be a whole number of at least 1, not '-1'"),
        (("--first-seed", "1.5"), "--first-seed must be a whole number of at least 0, not '1.5'"),
        (
            ("--first-seed", "5", "--quick"),
            "--first-seed, --large and --keep are about all claims; leave out --quick",
        ),
        (("--first-seed", "5", "--large"), "--first-seed, --large and --keep are three runs; give one of them"),
        (("--keep", "on it", "--large"), "--first-seed, --large and --keep are three runs; give one of them"),
        (("--keep", "?"), "KEEP says in words what is different here"),
        (("--keep", "large"), "'large' does not do for a file"),
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
