"""The machine code that numba keeps beside the laboratory: not believed where it is not what the last training left.

Numba reads it back without a checksum. A flipped bit in it would end every later training, or change its numbers.
"""

from pathlib import Path

from whybn.pipeline.closure import digest_of_file
from whybn.pipeline.errors import DamagedError
from whybn.pipeline.files import holds, read_sealed, write_sealed
from whybn.pipeline.project import Project

FIELDS = ("files",)


def distrust(project: Project) -> None:
    """Remove what has changed since the last training, and what belongs to it; it is compiled again."""
    try:
        known = (read_sealed(_list(project), FIELDS) or {"files": {}})["files"]
    except DamagedError:
        known = dict.fromkeys(_kept(project), "")
    changed = {_function(path) for path, digest in known.items() if not holds(project.root / path, digest)}
    removed = [path for path in _kept(project) if _function(path) in changed]
    for path in removed:
        (project.root / path).unlink()
    if removed:
        print(f"{len(removed)} files of compiled code are not those of the last training; compiling them again")


def remember(project: Project) -> None:
    """Note what a training left."""
    write_sealed(_list(project), {"files": {path: digest_of_file(project.root / path) for path in _kept(project)}})


def _list(project: Project) -> Path:
    return project.results / "machine_code.json"


def _kept(project: Project) -> list[str]:
    return [path.relative_to(project.root).as_posix() for path in sorted(project.src.rglob("__pycache__/*.nb[ic]"))]


def _function(path: str) -> str:
    """What is common to the index of a compiled function and the files that it names."""
    return path.rpartition("/")[2].partition(".py")[0]
