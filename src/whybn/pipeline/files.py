"""Writing files so that a reader sees the old one or the new one, never half of one."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from whybn.pipeline.errors import DamagedError, PipelineError

PARTIAL = ".partial-"
SEAL = "seal"


def write_bytes(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step; raise PipelineError naming the file where the disk refuses."""
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=PARTIAL, delete=False) as file:
            partial = Path(file.name)
            file.write(data)
        partial.chmod(0o644)
        os.replace(partial, path)  # noqa: PTH105  (tests make this very call fail)
    except OSError as error:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        raise PipelineError(f"cannot write {path}: {error.strerror}") from error


def write_changed(path: Path, text: str) -> None:
    """Write a text, and only where it differs, so that no live reload runs for nothing."""
    data = text.encode()
    if not holds(path, checksum(data)):
        write_bytes(path, data)


def holds(path: Path, digest: str) -> bool:
    """Whether there is a file that can be read and has this checksum."""
    try:
        return checksum(path.read_bytes()) == digest
    except OSError:
        return False


def make_way(path: Path) -> None:
    """Remove a folder that lies where the store wants to put a file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)


def write_sealed(path: Path, content: dict[str, Any]) -> None:
    """Write JSON together with its checksum, for ``read_sealed``."""
    make_way(path)
    write_changed(path, _json({SEAL: _seal(content), "content": content}) + "\n")


def read_sealed(path: Path, fields: Collection[str] = ()) -> dict[str, Any] | None:
    """Return what ``write_sealed`` wrote, None where there is no such file.

    Raises DamagedError where it cannot be read, holds anything else, or lacks one of ``fields``, as a file of another
    version may. A file from before there were seals counts as none.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}); the next run makes it anew") from error
    try:
        whole = json.loads(data)
        if SEAL not in whole:
            return None
        intact = whole[SEAL] == _seal(whole["content"]) and all(field in whole["content"] for field in fields)
    except (ValueError, TypeError, KeyError):
        intact = False
    if not intact:
        raise DamagedError(f"{path} is damaged; the next run makes it anew")
    return whole["content"]


def checksum(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def remove_partials(*folders: Path) -> None:
    """Remove what killed runs left half-written."""
    for folder in folders:
        for path in folder.rglob(PARTIAL + "*"):
            path.unlink(missing_ok=True)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _seal(content: Any) -> str:
    return checksum(_json(content).encode())
