"""What several parts of the tests need."""

import importlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

# The networks here are small: threads that wait on each other cost more than they gain. Torch reads it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

HOW_TO_HAVE = {
    "chromium": "Debian: apt-get install chromium",
    "java": "Debian: apt-get install default-jre-headless",
    "jekyll": "Debian: apt-get install jekyll ruby-kramdown-parser-gfm",
    "make": "Debian: apt-get install make",
    "zensical": "make site ENGINE=zensical",
    "node": "Debian: apt-get install nodejs npm",
}


@pytest.fixture(scope="session")
def program():
    """Return ``program(name)``: the path of an installed program.

    Where it is missing the test is skipped and says how to have it; with WHYBN_COMPLETE=1, as on the
    continuous integration, it fails.
    """

    def find(name: str) -> str:
        path = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
        if path is None:
            message = f"not checked, as '{name}' is not installed ({HOW_TO_HAVE[name]})"
            (pytest.fail if os.environ.get("WHYBN_COMPLETE") == "1" else pytest.skip)(message)
        return path

    return find


@pytest.fixture(scope="session")
def quick() -> Callable[..., dict[str, dict[str, Any]]]:
    """Return ``quick(experiment)``: the results of all its parts at the quick settings, each computed once.

    ``quick(experiment, seeds=3)`` are those with other settings, as far as the experiment has such settings.
    """

    @cache
    def results(name: str, **changes: int) -> dict[str, dict[str, Any]]:
        module = importlib.import_module(f"whybn.experiments.{name}")
        known = {field.name for field in fields(module.QUICK)}
        settings = replace(module.QUICK, **{key: value for key, value in changes.items() if key in known})
        return {part: module.run(settings, part) for part in module.PARTS}

    return results
