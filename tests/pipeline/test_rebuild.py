"""Two builds of this repository from nothing make the same bytes, whatever the number of workers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from whybn.pipeline.project import Project

ROOT = Path(__file__).resolve().parents[2]
# A step by hand, a small training with its live figure, a network of torch.nn, a walk: what takes little time.
CHEAP = ("toy_two_examples", "one_example", "your_layers", "one_gradient_many_steps")
GENERATED = sorted(path.name for path in (ROOT / "docs" / "_data").glob("*.json"))


def built(folder: Path, *options: str) -> dict[str, bytes]:
    """Copy the sources, compute the cheap figures, and return what was made for the pages."""
    leave_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "node_modules", *GENERATED)
    for name in ("src", "figures", "docs", "replications"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=leave_out)
    shutil.rmtree(folder / "docs" / "assets" / "figures", ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    for figure in CHEAP:
        command = [sys.executable, "-m", "whybn", "figures", "--figure", figure, *options]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    made = [*(folder / "docs" / "_data").glob("*.json"), *(folder / "docs" / "assets" / "figures").iterdir()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in made}


@pytest.mark.verify
def test_two_builds_from_nothing_are_the_same_bytes_but_for_times(tmp_path):
    assert not any(Project(ROOT).timed(Project(ROOT).figures[name]) for name in CHEAP)
    first, second = built(tmp_path / "first", "--jobs", "1"), built(tmp_path / "second")
    assert first.keys() == second.keys()
    assert {f"docs/assets/figures/{name}.svg" for name in CHEAP} <= first.keys()
    assert {"results", "claims", "figures", "experiments"} <= {Path(name).stem for name in first}
    assert {name for name in first if first[name] != second[name]} <= {"docs/_data/times.json"}
