"""What make does with its variables and with an environment that was copied, moved or left half-made."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Stands for Python: makes an environment of itself, and notes what it is asked to do.
PYTHON = f"""#!{sys.executable}
import json, pathlib, shutil, sys
arguments = sys.argv[1:]
if arguments[:2] == ["-m", "venv"]:
    there = pathlib.Path(arguments[2]).resolve() / "bin"
    there.mkdir(parents=True, exist_ok=True)
    shutil.copy(__file__, there / "python")
    (there / "pip").write_text(f"#!{{there}}/python")
with open("asked.jsonl", "a") as file:
    file.write(json.dumps(arguments) + chr(10))
"""


class Checkout:
    """A folder with the Makefile alone, and that Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in ("Makefile", "requirements.txt", "requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        (folder / "python").write_text(PYTHON)
        (folder / "python").chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run make without what the environment of these tests may set."""
        (self.folder / "asked.jsonl").unlink(missing_ok=True)
        names = {"QUICK", "LARGE", "FIGURE", "JOBS", "FIRST_SEED", "KEEP", "MAKEFLAGS"}
        environment = {name: value for name, value in os.environ.items() if name not in names}
        command = ["make", "PYTHON=./python", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    @property
    def asked(self) -> list[list[str]]:
        """What its Python was asked to do."""
        path = self.folder / "asked.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def figures(self) -> list[str]:
        """The arguments of the one run of figures."""
        (found,) = (arguments[3:] for arguments in self.asked if arguments[:3] == ["-m", "whybn", "figures"])
        return found

    @property
    def made(self) -> bool:
        """Whether an environment was made."""
        return any(arguments[:2] == ["-m", "venv"] for arguments in self.asked)


@pytest.fixture
def checkout(tmp_path):
    fresh = Checkout(tmp_path / "here")
    done = fresh.make("figures")
    assert done.returncode == 0, done.stderr
    assert fresh.made
    return fresh


def test_an_environment_is_made_of_files_checked_by_their_hashes(checkout):
    installs = [arguments[4:] for arguments in checkout.asked if arguments[:3] == ["-m", "pip", "install"]]
    assert installs[0] == ["--require-hashes", "--no-deps", "-r", "requirements.lock"]
    assert [arguments[-1] for arguments in installs] == ["requirements.lock", "requirements.txt", "."]


def test_a_sound_environment_is_left_alone(checkout):
    assert checkout.make("figures").returncode == 0
    assert checkout.asked == [["-m", "whybn", "figures"]]


def test_a_copied_environment_is_made_anew(checkout, tmp_path):
    shutil.copytree(checkout.folder, tmp_path / "copy")
    checkout.folder = tmp_path / "copy"
    done = checkout.make("figures")
    assert done.returncode == 0
    assert ".venv was made elsewhere or not to its end; making it anew" in done.stdout
    assert checkout.made
    assert (tmp_path / "copy/.venv/bin/pip").read_text() == f"#!{tmp_path}/copy/.venv/bin/python"


def test_a_moved_environment_is_made_anew(checkout, tmp_path):
    checkout.folder = checkout.folder.rename(tmp_path / "there")
    assert checkout.make("figures").returncode == 0
    assert checkout.made


@pytest.mark.parametrize("lost", ["pip", "python"])
def test_an_environment_left_half_made_is_made_anew(checkout, lost):
    (checkout.folder / ".venv/bin" / lost).unlink()
    assert checkout.make("figures").returncode == 0
    assert checkout.made


def test_one_that_another_tool_has_made_is_kept(tmp_path):
    fresh = Checkout(tmp_path / "here")
    subprocess.run(["./python", "-m", "venv", ".venv"], cwd=fresh.folder, check=True)
    assert fresh.make("figures").returncode == 0
    assert not fresh.made
    assert any(arguments[:3] == ["-m", "pip", "install"] for arguments in fresh.asked)


@pytest.mark.parametrize(
    ("given", "options"),
    [
        (["QUICK=1"], ["--quick"]),
        (["QUICK=yes"], ["--quick"]),
        (["QUICK=no"], []),
        (["QUICK=0"], []),
        (["QUICK="], []),
        (["LARGE=true"], ["--large"]),
        (["LARGE=off"], []),
        (["KEEP=on an $(M3)"], ["--keep", "on an $(M3)"]),
        (["JOBS=2", "FIRST_SEED=1000"], ["--first-seed", "1000", "--jobs", "2"]),
        (["FIGURE=a b"], ["--figure", "a b"]),
    ],
)
def test_variables_become_options(checkout, given, options):
    assert checkout.make("figures", *given).returncode == 0
    assert checkout.figures == options


@pytest.mark.parametrize(
    "value", ['"; touch harmed; "', "$(shell touch harmed)", "`touch harmed`", "$(touch harmed)", "'; touch harmed #"]
)
def test_no_value_is_run(checkout, value):
    done = checkout.make("figures", f"FIGURE={value}", f"JOBS={value}")
    assert not (checkout.folder / "harmed").exists()
    assert done.returncode == 0, done.stderr
    assert checkout.figures == ["--figure", value, "--jobs", value]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("QUICK=maybe", "QUICK is 1 or 0, not 'maybe'"),
        ("LARGE=2", "LARGE is 1 or 0, not '2'"),
        ("FIGRUE=x", "there is no FIGRUE to set; there are: FIGURE QUICK"),
        ("quick=1", "there is no quick to set"),
        ("ENGINE=hugo", "ENGINE is mkdocs or zensical, not 'hugo'"),
    ],
)
def test_what_cannot_be_set_is_an_error(checkout, given, message):
    done = checkout.make("figures", given)
    assert done.returncode == 2
    assert message in done.stderr
    assert checkout.asked == []


@pytest.mark.parametrize(
    ("given", "program"), [([], "mkdocs"), (["ENGINE=mkdocs"], "mkdocs"), (["ENGINE=zensical"], "zensical")]
)
def test_either_engine_builds_the_site(checkout, given, program):
    for name in ("mkdocs", "zensical"):
        path = checkout.folder / ".venv/bin" / name
        path.write_text(f"#!/bin/sh\necho {name} >> built\n")
        path.chmod(0o755)
    done = checkout.make("site", *given)
    assert done.returncode == 0, done.stderr
    assert (checkout.folder / "built").read_text() == f"{program}\n"
    installed = any("--editable" in arguments and ".[zensical]" in arguments for arguments in checkout.asked)
    assert installed == (program == "zensical")


def test_a_command_of_another_checkout_refuses(tmp_path):
    other = tmp_path / "copy"
    (other / "src/whybn").mkdir(parents=True)
    (other / "src/whybn/__main__.py").touch()
    (other / "docs").mkdir()
    command = [sys.executable, "-m", "whybn", "figures", "--figure", "none"]
    for folder in (other, other / "docs"):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert (
            done.stderr == f"error: this environment works on {ROOT}, not on {other}; run make in {other}, which mends it\n"
        )
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "no figure 'none'" in done.stderr, "elsewhere it works on its own"
