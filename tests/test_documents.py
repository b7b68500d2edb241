"""What the documents of the repository show works."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from whybn import look

ROOT = Path(__file__).resolve().parents[1]


def python_blocks(name: str) -> list[str]:
    """The fenced Python of a document."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_trains_networks_and_looks_at_one_in_ten_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = python_blocks("README.md")
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
        lines = [line for line in block.splitlines() if line and not line.startswith(("import", "from", "#"))]
        assert len(lines) <= 10
    plain, batch_norm = capsys.readouterr().out.splitlines()
    assert plain.startswith("plain [")
    assert batch_norm.startswith("batch_norm [")
    assert [path.name for path in tmp_path.iterdir()] == ["look.html"]


def test_captions_of_the_evidence_do_not_say_where_a_panel_stands():
    """On a telephone panels stand one under the other."""
    captions = re.findall(r"^\*.*\*$", (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert captions
    placed = [caption for caption in captions if re.search(r"\b(Above|Below|Left|Right|Top|Middle|Bottom)\b[,:]", caption)]
    assert not placed


def test_the_page_on_ones_own_network_does_what_it_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = python_blocks("docs/your-network.md")
    assert len(blocks) > 3
    names = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, "docs/your-network.md", "exec"), names)
    assert "in train mode" in capsys.readouterr().out
    page = (ROOT / "docs" / "your-network.md").read_text(encoding="utf-8")
    saved = {path.name for path in tmp_path.iterdir()}
    assert saved == set(re.findall(r'save\("([^"]+)"', page))
    public = set(look.__all__)
    assert public == set(re.findall(r"^\| `(\w+)", page, flags=re.MULTILINE))
    assert public - {"Report"} <= set(names)


def test_the_figure_of_the_contributors_guide_is_drawn(tmp_path):
    from whybn.drawing.style import render
    from whybn.experiments import atlas
    from whybn.pipeline.tasks import import_script

    (block,) = python_blocks("CONTRIBUTING.md")
    script = tmp_path / "loss_by_rate.py"
    script.write_text(block, encoding="utf-8")
    results = {"atlas": {part: atlas.run(atlas.QUICK, part) for part in atlas.PARTS}}
    files = render(script.stem, import_script(script), results)
    rows = files["loss_by_rate.csv"].decode().splitlines()
    assert len(rows) == 1 + 2 * atlas.QUICK.seeds * atlas.QUICK.rates
    assert files["loss_by_rate.narrow.svg"]


def test_the_figure_of_the_contributors_guide_passes_lint_where_the_guide_puts_it(tmp_path):
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (place,) = re.findall(r"`(figures/\S+\.py)`", guide.split("```python")[0])
    (block,) = python_blocks("CONTRIBUTING.md")
    script = tmp_path / place
    script.parent.mkdir(parents=True)
    script.write_text(block, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "src" / "whybn").mkdir(parents=True)  # so that ruff sorts imports as it does here
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", place],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
    experiments = re.search(r'EXPERIMENTS = \("(\w+)",\)', block)
    assert script.parent.name == experiments[1]


def test_the_pins_are_those_of_the_package():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", lock, flags=re.MULTILINE))
    locked = {name.lower(): version for name, version in locked.items()}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    pinned = [
        *project["optional-dependencies"]["article"],
        *project["optional-dependencies"]["test"],
        *settings["build-system"]["requires"],
    ]
    for line in pinned:
        name, _, version = line.partition("==")
        assert locked[name.lower()] == version, line
    for line in [*project["dependencies"], *project["optional-dependencies"]["pictures"]]:
        name, _, least = line.partition(">=")
        assert tuple(map(int, locked[name].split("."))) >= tuple(map(int, least.split("."))), line


def test_the_pins_name_no_index_and_no_build_for_one_machine():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line) for line in packages)


def test_the_lock_has_the_pins_and_hashes_of_the_files_of_every_platform():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace(" \\\n", "")
    entries = dict(line.split(maxsplit=1) for line in text.splitlines() if not line.startswith("#"))
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert set(entries) == {pin.lower().replace("_", "-") for pin in pins if not pin.startswith("#")}
    for pin, hashes in entries.items():
        assert re.fullmatch(r"(--hash=sha256:[0-9a-f]{64} *)+", hashes), pin
    for compiled in ("numpy", "torch", "scikit-learn", "matplotlib"):  # a wheel for each system and version of Python
        (hashes,) = (hashes for pin, hashes in entries.items() if pin.startswith(compiled + "=="))
        assert hashes.count("--hash") >= 12, compiled


def test_the_lock_of_the_checkers_names_no_registry_and_what_the_package_asks_for():
    folder = ROOT / "tests" / "site"
    asked = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert not any("resolved" in package for package in packages.values())


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:|\{\{)([^)#]+)", (ROOT / document).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), f"{document} links to {target}"


def test_actions_are_pinned_by_digest_with_their_version_beside_it():
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        used = re.findall(r"uses: *(.*)", workflow.read_text(encoding="utf-8"))
        assert used
        for action in used:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", action), f"{workflow.name}: {action}"


def test_every_command_that_the_documents_name_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md", "docs/methods.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE)) <= targets
    described = set(re.findall(r'@echo "make ([a-z]+)', makefile))
    assert described == targets - {"help"}
