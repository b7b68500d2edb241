"""The two kinds of work that workers do: train a part of an experiment, draw a figure."""

import importlib
import importlib.util
import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from whybn.pipeline.errors import FAILURES
from whybn.pipeline.project import Variant
from whybn.pipeline.store import Address, Store
from whybn.pipeline.workers import single_threaded


class Trained(NamedTuple):
    """A part's arrays, how long it took in core-seconds, and its settings as display strings."""

    arrays: dict[str, np.ndarray]
    core_seconds: float
    settings: list[dict[str, str]]


def train(module: str, part: str, variant: Variant) -> Trained:
    """Run one part of an experiment on one thread; a failure carries its settings as a note."""
    experiment = importlib.import_module(module)
    settings = getattr(experiment, variant.size.upper())
    names = [field.name for field in fields(settings)]
    if variant.first_seed is not None and "first_seed" in names:
        settings = replace(settings, first_seed=variant.first_seed)
    with single_threaded():
        began = time.process_time()
        try:
            arrays = experiment.run(settings, part)
            _check_arrays(arrays)
        except FAILURES as error:
            error.add_note(f"{module} failed in part '{part}' with {settings!r}")
            raise
        core_seconds = time.process_time() - began
    return Trained(arrays, core_seconds, [{"name": name, "value": display(getattr(settings, name))} for name in names])


def _check_arrays(arrays: Any) -> None:
    if not isinstance(arrays, dict) or not arrays:
        raise TypeError(f"run() must return a dict of arrays, not {arrays!r:.200}")
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.hasobject:
            raise TypeError(f"run() must return NumPy arrays of plain numbers; '{name}' is {array!r:.200}")


def display(value: Any) -> str:
    """Return a setting as readers see it: ``0.01, 0.03`` for a tuple, ``1e-05`` for a small float."""
    if isinstance(value, tuple | list):
        return ", ".join(display(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def draw(script: Path, style: str, results: dict[str, list[Address]], store: Store, quick: bool) -> dict[str, bytes | None]:
    """Draw one figure; return the contents of its files by their names, None for one that may not exist."""
    render = importlib.import_module(style).render
    try:
        return render(script.stem, import_script(script), read_all(store, results), quick=quick)
    except FAILURES as error:
        error.add_note(f"figure {script.stem} was not drawn")
        raise


def read_all(store: Store, results: dict[str, list[Address]]) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """Return ``results[experiment][part][array]`` for the parts named."""
    return {name: {address.part: store.read(address) for address in addresses} for name, addresses in results.items()}


def import_script(path: Path) -> ModuleType:
    """Import a figure script, which belongs to no package."""
    spec = importlib.util.spec_from_file_location(f"figures.{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    # dataclasses and pickles look a class's module up by its name
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
