"""What several parts of the tests need."""

import importlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

# The networks here are small: threads that wait on each other cost more than they gain. Torch reads it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

HOW_TO_HAVE = {
    "chromium": "Debian: apt-get install chromium",
    "java": "Debian: apt-get install default-jre-headless",
    "jekyll": "Debian: apt-get install jekyll ruby-kramdown-parser-gfm",
    "make": "Debian: apt-get install make",
    "node": "Debian: apt-get install nodejs npm",
}


@pytest.fixture(scope="session")
def program():
    """Return ``program(name)``: the path of an installed program.

    Where it is missing the test is skipped and says how to have it; with WHYBN_COMPLETE=1, as on the
    continuous integration, it fails.
    """

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            message = f"not checked, as '{name}' is not installed ({HOW_TO_HAVE[name]})"
            (pytest.fail if os.environ.get("WHYBN_COMPLETE") == "1" else pytest.skip)(message)
        return path

    return find


@pytest.fixture(scope="session")
def quick() -> Callable[..., dict[str, dict[str, Any]]]:
    """Return ``quick(experiment)``: the results of all its parts at the quick settings, each computed once.

    ``quick(experiment, first_seed)`` are those at other seeds, where the experiment has seeds.
    """

    @cache
    def results(name: str, first_seed: int = 0) -> dict[str, dict[str, Any]]:
        module = importlib.import_module(f"whybn.experiments.{name}")
        settings = replace(module.QUICK, first_seed=first_seed) if first_seed else module.QUICK
        return {part: module.run(settings, part) for part in module.PARTS}

    return results
