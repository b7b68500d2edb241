"""Runs of the experiments elsewhere whose outcome is kept in the repository: ``replications/*.json``, one file a run."""

import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from whybn.pipeline.closure import digest_of_file
from whybn.pipeline.errors import PipelineError
from whybn.pipeline.files import write_changed
from whybn.pipeline.kept_form import APART, mistake
from whybn.pipeline.project import Experiment, Project, Variant
from whybn.pipeline.source import digest_of


def paths(project: Project) -> list[Path]:
    """Return the files, in the order of their names."""
    return sorted((project.root / "replications").glob("*.json"))


def digest(project: Project) -> str:
    """Return one digest for all files: what is displayed follows them."""
    return digest_of([f"{path.name} {digest_of_file(path)}" for path in paths(project)])


def read(project: Project) -> dict[str, dict[str, Any]]:
    """Return each run by the name of its file; raise PipelineError naming file and key of what is no such run."""
    runs = {}
    for path in paths(project):
        run = _parsed(path)
        wrong = mistake(run) if run else "is no JSON object"
        if wrong:
            raise PipelineError(f"{project.place(path)} {wrong}; take it from git again, or make it anew (CONTRIBUTING.md)")
        runs[path.stem] = run
    _check_seeds(project, runs)
    return runs


def sharing(project: Project, first_seed: int) -> list[str]:
    """Return the files of other runs that may share seeds with one that begins at ``first_seed``."""
    others = {name: run["first_seed"] for name, run in read(project).items() if run["first_seed"] not in (None, first_seed)}
    return [f"replications/{name}.json" for name, other in others.items() if abs(other - first_seed) < APART]


def write(
    project: Project,
    name: str,
    title: str,
    variant: Variant,
    date: str,
    experiments: Iterable[Experiment],
    outcome: dict[str, Any],
) -> Path:
    """Keep the outcome of a run of ``experiments``.

    ``date`` is that of its last training, so that a repetition writes the same file.
    """
    path = project.root / "replications" / f"{name}.json"
    about = {
        "title": title,
        "settings": variant.size,
        "first_seed": variant.first_seed,
        "date": date,
        "cpu": _cpu(),
        "versions": {"python": platform.python_version(), "torch": version("torch"), "numpy": version("numpy")},
        "code": _code(project, experiments),
    }
    write_changed(path, json.dumps({**about, **outcome}, indent=1, ensure_ascii=False) + "\n")
    return path


def _parsed(path: Path) -> dict[str, Any] | None:
    try:
        run = json.loads(path.read_bytes())
    except ValueError:
        return None
    return run if isinstance(run, dict) else None


def moved(project: Project, run: dict[str, Any]) -> list[str]:
    """Return the experiments whose code is no longer that of the run.

    Another minor version of Python sees other syntax trees; under it nothing can be said, and nothing is.
    """
    if _minor(run["versions"]["python"]) != _minor(platform.python_version()):
        return []
    now = _code(project, project.experiments.values())
    return [name for name, code in run["code"].items() if now.get(name) != code]


def _check_seeds(project: Project, runs: dict[str, dict[str, Any]]) -> None:
    """Two runs that share seeds would count as two witnesses where there is one."""
    begun = sorted((run["first_seed"], name) for name, run in runs.items() if run["first_seed"] is not None)
    for (first, one), (second, other) in pairwise(begun):
        if second - first < APART:
            both = " and ".join(project.place(project.root / "replications" / f"{name}.json") for name in (one, other))
            apart = f"their first_seed, {first} and {second}, must be {APART} apart"
            raise PipelineError(f"{both} may share seeds: {apart}; keep one of them")


def _code(project: Project, experiments: Iterable[Experiment]) -> dict[str, str]:
    return {experiment.name: project.sources.digest(experiment.path) for experiment in experiments}


def _minor(python: str) -> list[str]:
    return python.split(".")[:2]


def _cpu() -> str:
    """Name the processor as the system does, or its kind where it gives no name."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
