"""Which arithmetic computes the trainings."""

import subprocess
import sys
from importlib import metadata

import pytest

from whybn.common import arithmetic


@pytest.fixture
def without_numba(monkeypatch):
    def version(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)


def ask(monkeypatch, value):
    if value is None:
        monkeypatch.delenv(arithmetic.VARIABLE, raising=False)
    else:
        monkeypatch.setenv(arithmetic.VARIABLE, value)


@pytest.mark.parametrize("asked", [None, "compiled"])
def test_where_numba_is_installed_it_is_the_compiled_one_with_its_versions(monkeypatch, asked):
    ask(monkeypatch, asked)
    monkeypatch.setattr(metadata, "version", {"numba": "1.2", "llvmlite": "3.4"}.__getitem__)
    assert arithmetic.name() == "compiled (numba 1.2, llvmlite 3.4)"


def test_the_reference_can_be_asked_for(monkeypatch):
    ask(monkeypatch, "reference")
    assert arithmetic.name() == "reference"


@pytest.mark.usefixtures("without_numba")
def test_without_numba_it_is_the_reference(monkeypatch):
    ask(monkeypatch, None)
    assert arithmetic.name() == "reference"


@pytest.mark.usefixtures("without_numba")
def test_asking_for_what_is_not_installed_says_how_to_have_it(monkeypatch):
    ask(monkeypatch, "compiled")
    with pytest.raises(ValueError, match=r"numba is not installed: pip install -r requirements\.txt"):
        arithmetic.name()


@pytest.mark.parametrize("asked", ["numba", ""])
def test_another_value_is_answered_with_the_two_there_are(monkeypatch, asked):
    ask(monkeypatch, asked)
    with pytest.raises(ValueError, match=f"WHYBN_ARITHMETIC must be 'compiled' or 'reference', not '{asked}'"):
        arithmetic.name()


def test_asking_loads_nothing_heavy():
    code = (
        "import sys; from whybn.common.arithmetic import name; name(); "
        "sys.exit(str({'numba', 'llvmlite', 'numpy', 'torch'} & set(sys.modules) or ''))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stderr.strip() == ""
