"""Writing files so that a reader sees the old one or the new one, never half of one."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from whybn.pipeline.errors import PipelineError

PARTIAL = ".partial-"


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


def write_json(path: Path, value: Any) -> bool:
    """Write JSON, and only where it differs, so that no live reload runs for nothing; say whether it did."""
    data = (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
    if path.is_file() and path.read_bytes() == data:
        return False
    write_bytes(path, data)
    return True


def read_json(path: Path) -> dict[str, Any] | None:
    """Return what ``write_json`` wrote; None where there is no such file or it is damaged."""
    try:
        value = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def remove_partials(*folders: Path) -> None:
    """Remove what killed runs left half-written."""
    for folder in folders:
        for path in folder.rglob(PARTIAL + "*"):
            path.unlink(missing_ok=True)
