"""Runs of the experiments elsewhere whose outcome is kept in the repository: ``replications/*.json``, one file a run."""

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from whybn.pipeline.closure import digest_of_file
from whybn.pipeline.errors import PipelineError
from whybn.pipeline.files import write_changed
from whybn.pipeline.project import Project, Variant
from whybn.pipeline.source import digest_of

PARTS = ("title", "settings", "first_seed", "date", "cpu", "versions", "code", "facts", "claims")


def paths(project: Project) -> list[Path]:
    """Return the files, in the order of their names."""
    return sorted((project.root / "replications").glob("*.json"))


def digest(project: Project) -> str:
    """Return one digest for all files: what is displayed follows them."""
    return digest_of([f"{path.name} {digest_of_file(path)}" for path in paths(project)])


def read(project: Project) -> dict[str, dict[str, Any]]:
    """Return each run by the name of its file; raise PipelineError naming a file that is no such run."""
    runs = {}
    for path in paths(project):
        run = _parsed(path)
        missing = [part for part in PARTS if part not in run] if run else list(PARTS)
        if missing:
            what = f"lacks '{missing[0]}'" if run else "is no JSON"
            raise PipelineError(f"{project.place(path)} {what}; take it from git again, or make it anew (CONTRIBUTING.md)")
        runs[path.stem] = run
    return runs


def write(project: Project, name: str, title: str, variant: Variant, date: str, outcome: dict[str, Any]) -> Path:
    """Keep the outcome of a run; ``date`` is that of its last training, so that a repetition writes the same file."""
    path = project.root / "replications" / f"{name}.json"
    about = {
        "title": title,
        "settings": variant.size,
        "first_seed": variant.first_seed,
        "date": date,
        "cpu": _cpu(),
        "versions": {"python": platform.python_version(), "torch": version("torch"), "numpy": version("numpy")},
        "code": _code(project),
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
    now = _code(project)
    return [name for name, code in run["code"].items() if now.get(name) != code]


def _code(project: Project) -> dict[str, str]:
    return {name: project.sources.digest(experiment.path) for name, experiment in project.experiments.items()}


def _minor(python: str) -> list[str]:
    return python.split(".")[:2]


def _cpu() -> str:
    """Name the processor as the system does, or its kind where it gives no name."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
