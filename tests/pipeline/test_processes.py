"""Runs as processes: several workers, two runs at once, Ctrl-C, kills."""

import os
import pty
import random
import re
import signal
import sys
import time

import pytest
from toy import Toy, stop_group

from whybn.pipeline import ledger
from whybn.pipeline.workers import Task, biggest_first, cores

SUMS = "src/toylab/experiments/sums.py"


def make_slow(toy: Toy, seconds: float, parts: int) -> None:
    """Give the experiment ``sums`` more parts, each of which takes its time."""
    names = "".join(f', "part{number}"' for number in range(parts))
    toy.edit(SUMS, '("small", "large")', f'("small", "large"{names})')
    toy.edit(SUMS, "[part]", f".get(part, 20 + len(part))\n    time.sleep({seconds})")
    toy.edit(SUMS, "import numpy as np", "import time\n\nimport numpy as np")


def wait_for(process, text: str) -> str:
    """Read a process's lines until one holds ``text``."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    pytest.fail(f"{text!r} was not said in {lines}; {process.stderr.read()}")


def test_one_worker_and_several_make_the_same_bytes(tmp_path):
    one, several = Toy(tmp_path / "one"), Toy(tmp_path / "several")
    assert one.run("--jobs", "1").status == 0
    run = several.run_alone("--jobs", "2")
    assert run.status == 0, run.err
    assert run.trained == {"sums · small", "sums · large", "tides · sea"}
    assert one.made() == several.made()


def test_no_more_workers_than_cores_and_that_is_said_once(toy):
    run = toy.run_alone("--jobs", "64")
    count = cores()
    assert run.status == 0
    assert run.out.count(f"JOBS=64: there are {count} cores, so {count} at a time\n") == 1
    assert f"training: 3 to do, {min(count, 3)} at a time" in run.out


def test_the_ledger_ends_with_what_all_may_take_together(toy, monkeypatch):
    toy.edit("src/toylab/experiments/tides.py", "    return {", "    sum(range(10**7))\n    return {")
    rows = [line.split() for line in toy.run().out.splitlines()[-3:]]
    assert [row[0] for row in rows] == ["sums", "tides", "together"]
    assert rows[2][2:] == ["360"]
    assert float(rows[2][1]) == pytest.approx(float(rows[0][1]) + float(rows[1][1]), abs=0.11)
    monkeypatch.setattr(ledger, "TOTAL", 0.05)
    assert toy.call("ledger").out.splitlines()[-1].endswith("  0.05  over budget")


def test_the_biggest_budget_starts_first_and_time_left_is_told(toy):
    out = toy.run().out
    assert out.startswith("training: 3 to do, 1 at a time, budget about 6 s\n[1/3] sums")
    assert out.count("s left\n") == 2 + 1, "after each piece but the last, of parts and of figures"
    assert "[3/3] tides · sea" in out


def test_workers_begin_with_different_groups_and_then_the_biggest_comes_first():
    budgets = {("sums", "long"): 9, ("sums", "longer"): 10, ("sums", "short"): 5, ("tides", "sea"): 4, ("tides", "lake"): 6}
    tasks = [Task(part, group, print, (), budget, "") for (group, part), budget in budgets.items()]
    assert [task.name for task in biggest_first(tasks, 2)] == ["longer", "lake", "long", "short", "sea"]
    assert [task.name for task in biggest_first(tasks, 1)] == ["longer", "long", "lake", "short", "sea"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_part_that_takes_many_times_its_budget_is_named_once(toy, jobs):
    toy.edit("src/toylab/experiments/tides.py", "    return {", "    import time\n    time.sleep(3.5)\n    return {")
    sooner = "from whybn.pipeline import progress\n\nprogress.AT_LEAST, progress.TIMES_OVER = 1.5, 0.1\n"
    toy.edit("run.py", 'if __name__ == "__main__":\n', f'{sooner}\nif __name__ == "__main__":\n')
    run = toy.run_alone("--jobs", jobs)
    assert run.status == 0
    (line,) = re.findall(r"^.*many times.*$", run.out, flags=re.MULTILINE)
    told = r"tides · sea has taken [23] s, many times its budget; it may never end, and Ctrl-C keeps the rest"
    assert re.fullmatch(told, line)


def test_a_terminal_shows_one_line_that_counts_down(toy):
    make_slow(toy, seconds=1.2, parts=0)
    shown = []

    def read(terminal: int) -> bytes:
        shown.append(os.read(terminal, 10_000).decode())
        return b"."

    command = [sys.executable, "-B", str(toy.root / "run.py"), "figures", "--jobs", "1"]
    assert pty.spawn(command, read, lambda _: b"") == 0
    text = "".join(shown)
    assert "\r\x1b[K1 of 3 done, about " in text
    assert "\r\x1b[K[3/3] tides · sea" in text
    assert not re.search(r"done, about [^\r]*\n", text), "the last line is replaced, never left behind"


def test_a_worker_that_dies_is_reported(toy):
    toy.edit("src/toylab/experiments/tides.py", "    return {", "    import os\n    os._exit(3)\n    return {")
    run = toy.run_alone("--jobs", "2")
    assert run.status == 1
    assert "error: a worker process died" in run.err
    assert "Traceback" not in run.err


def test_two_runs_at_once_wait_on_each_other(toy):
    make_slow(toy, seconds=0.2, parts=3)
    first = toy.start("--jobs", "1")
    try:
        wait_for(first, "training")
        second = toy.run_alone("--jobs", "1")
        out, err = first.communicate(timeout=30)
    finally:
        stop_group(first)
    assert first.returncode == 0, err
    assert "[6/6]" in out
    assert second.status == 0, second.err
    assert f"another run is at work here (process {first.pid}); waiting for it" in second.out
    assert (second.trained, second.drawn) == (set(), set())


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_quickly_and_keeps_what_is_finished(toy, jobs):
    make_slow(toy, seconds=0.5, parts=70)  # 18 seconds of work for two workers
    process = toy.start("--jobs", jobs)
    try:
        said = wait_for(process, "[ 2/73]")
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        stop_group(process)
    assert process.returncode == 130, said + out + err
    assert err == "\nstopped; what was finished is kept, and the next run goes on from there\n"
    finished = (said + out).count("\n[")
    assert finished < 20, "it went on as if nothing had been said"
    # What is said to be finished is stored; the signal may come between storing one part and saying so.
    assert finished <= len(list((toy.root / ".results").rglob("*.npz"))) <= finished + 1
    assert toy.leftovers() == []


@pytest.mark.parametrize("gap", [0.0, 0.005, 0.015, 0.03, 0.1])
def test_a_second_ctrl_c_changes_nothing(toy, gap):
    make_slow(toy, seconds=0.3, parts=70)
    process = toy.start("--jobs", "2")
    try:
        wait_for(process, "[ 2/73]")
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(gap)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        stop_group(process)
    assert process.returncode == 130
    assert err == "\nstopped; what was finished is kept, and the next run goes on from there\n"
    assert toy.leftovers() == []


@pytest.mark.parametrize("after", [0.1, 0.2, 0.4, 0.8])
def test_ctrl_c_while_the_workers_start_leaves_no_trace_of_them(toy, after):
    make_slow(toy, seconds=0.3, parts=70)
    process = toy.start("--jobs", "2")
    try:
        wait_for(process, "training")
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)  # the first may have come while nobody listens
        _, err = process.communicate(timeout=30)
    finally:
        stop_group(process)
    assert process.returncode == 130
    assert err == "\nstopped; what was finished is kept, and the next run goes on from there\n"


def test_ctrl_c_ends_a_run_that_cannot_be_put_in_order(toy):
    make_slow(toy, seconds=0.3, parts=1)
    stuck = """
import time
from whybn.pipeline import runner


def finished(*_):
    try:
        print("at work", flush=True)
        time.sleep(60)
    finally:
        time.sleep(60)


runner.Progress.finished = finished
"""
    toy.edit("run.py", 'if __name__ == "__main__":\n', f'{stuck}\nif __name__ == "__main__":\n')
    process = toy.start("--jobs", "2")
    try:
        wait_for(process, "at work")
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        stop_group(process)
    assert process.returncode == 130
    assert toy.run("--jobs", "1").status == 0, "the lock is free again"


def end_of(process, patience: float) -> bool:
    """Wait for a killed run's workers to end; past ``patience`` seconds end them and return False."""
    process.wait()
    deadline = time.monotonic() + patience
    try:
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.05)
    except ProcessLookupError:
        return True
    finally:
        stop_group(process)
    return False


def test_workers_end_when_their_run_is_killed(toy):
    make_slow(toy, seconds=30, parts=1)
    process = toy.start("--jobs", "2")
    try:
        wait_for(process, "training")
        time.sleep(2)
        process.kill()
        assert end_of(process, patience=20), "workers outlive their run"
    finally:
        stop_group(process)


@pytest.mark.verify
def test_killed_at_twenty_moments_a_run_ends_as_if_it_had_not_been(tmp_path):
    def project(name: str) -> Toy:
        toy = Toy(tmp_path / name)
        make_slow(toy, seconds=0.05, parts=20)
        return toy

    whole = project("whole")
    began = time.monotonic()
    assert whole.run_alone("--jobs", "2").status == 0
    length = time.monotonic() - began
    moments = random.Random(20).sample(range(600), 20)  # of 1000: a run that goes on has less left to do
    interrupted = 0
    for number in range(5):
        toy = project(f"killed{number}")
        for moment in moments[4 * number : 4 * number + 4]:
            process = toy.start("--jobs", "2")
            time.sleep(length * moment / 1000)
            interrupted += process.poll() is None
            process.kill()
            end_of(process, patience=1)
        last = toy.run_alone("--jobs", "2")
        assert last.status == 0, last.err
        assert toy.leftovers() == []
        assert toy.made() == whole.made()
    assert interrupted >= 12, "most kills must hit a run at work"
