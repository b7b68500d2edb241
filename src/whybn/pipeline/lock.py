"""One run at a time in one project."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from whybn.pipeline.errors import PipelineError


@contextlib.contextmanager
def only_run(path: Path) -> Iterator[None]:
    """Hold the lock file; where another run holds it, say so and wait. A killed run lets go of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise PipelineError(f"cannot write {path}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print(
                f"another run is at work here (process {file.read().strip() or 'unknown'}); waiting for it",
                flush=True,
            )
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        with contextlib.suppress(OSError):  # the number only serves the message above
            file.write(f"{os.getpid()}\n")
            file.flush()
        yield
