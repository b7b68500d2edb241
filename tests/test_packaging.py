"""What is installed from a wheel: by whom it is needed, and that nothing of it stays behind in the repository."""

import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SCRIPT = """
import sys
import torch
from torch import nn
import whybn.look
assert whybn.look.__file__.startswith(sys.argv[1]), whybn.look.__file__
model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
report = whybn.look.look(model, (torch.randn(12, 6), torch.randint(3, (12,))), nn.functional.cross_entropy)
report.save("look.html")
print(*report.pictures())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of this package, built from a copy, because building leaves files beside the sources."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    leave_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "figures")
    for name in ("src", "docs/assets"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=leave_out)
    out = tmp_path_factory.mktemp("wheel")
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=copy, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return path


def test_it_asks_for_torch_and_numpy_alone(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        asked = message_from_bytes(archive.read(name)).get_all("Requires-Dist")
    always = [line for line in asked if "extra ==" not in line]
    assert sorted(line.partition(">=")[0] for line in always) == ["numpy", "torch"]
    pictures = [line for line in asked if 'extra == "pictures"' in line]
    assert sorted(line.partition(">=")[0] for line in pictures) == ["brotli", "fonttools", "matplotlib"]


def test_it_looks_and_draws_by_itself(wheel, tmp_path):
    inside = tmp_path / "inside"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(inside)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(inside)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(inside), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["layers", "walk", "ingredients", "statistics"]
    assert (tmp_path / "look.html").stat().st_size > 10_000


def test_fonts_travel_with_their_licences(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name for name in archive.namelist() if "drawing/assets" in name}
    assert {f"OFL-{name.rpartition('-')[0]}.txt" for name in names if name.endswith(".woff2")} <= names
