"""Where things lie in a project, and what experiments, findings and figures it has."""

import functools
import importlib
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from types import ModuleType

from whybn.common import arithmetic
from whybn.common.nearest import nearest
from whybn.pipeline.closure import MEMO, Sources, digest_of_file
from whybn.pipeline.errors import DamagedError, PipelineError, UsageError
from whybn.pipeline.files import read_sealed, write_sealed
from whybn.pipeline.source import digest_of

# Raised when stored results have another form than before, so that none is read wrongly.
STORE_FORMAT = "2"

# Wraps every `run` and every `draw`: a part of every result's key, and so of a figure's.
TASKS = Path(__file__).with_name("tasks.py")

# Where the laboratory keeps its compiled pass, in its package.
COMPILED_PASS = ("lab", "compiled.py")


@dataclass(frozen=True)
class Experiment:
    """A module with ``run(settings, part)``; budgets in core-seconds, for all parts together.

    large_budget: at settings LARGE, None where the module has none.
    timed: it measures time (``TIMED = True``), so that its results differ from run to run. What is made of them goes
    into files of its own and is compared with nothing.
    """

    name: str
    path: Path
    parts: tuple[str, ...]
    budget: float
    large_budget: float | None
    timed: bool
    summary: str
    notes: dict[str, str]


@dataclass(frozen=True)
class Reader:
    """A findings module or a figure script, and the experiments whose results it reads."""

    name: str
    path: Path
    experiments: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """Which settings are run: FULL, QUICK or LARGE, and perhaps with another first seed."""

    size: str = "full"
    first_seed: int | None = None

    @property
    def quick(self) -> bool:
        """Fewer seeds and steps: a preview."""
        return self.size == "quick"

    @property
    def label(self) -> str:
        """A word for file names and keys."""
        return self.size if self.first_seed is None else f"{self.size}-{self.first_seed}"


class Project:
    """A folder laid out as this repository is, with the code in ``src/<package>``."""

    def __init__(self, root: Path, package: str = "whybn") -> None:
        """Nothing is read before it is asked for."""
        self.root = root
        self.package = package
        self.src = root / "src"
        self.home = self.src / package
        self.docs = root / "docs"
        self.data = self.docs / "_data"
        self.pictures = self.docs / "assets" / "figures"
        self.results = root / ".results"
        self.memo = self.results / "sources.json"

    @cached_property
    def sources(self) -> Sources:
        """The project's Python files."""
        memo = None
        try:
            memo = read_sealed(self.memo, MEMO)
        except DamagedError:
            print(f"{self.place(self.memo)} is damaged; reading all sources again")
        return Sources(self.src, memo)

    def remember_sources(self) -> None:
        """Spare the next run the parsing."""
        write_sealed(self.memo, self.sources.memo())

    @cached_property
    def experiments(self) -> dict[str, Experiment]:
        """Every experiment, by name."""
        return {path.stem: self._experiment(path) for path in _modules(self.home / "experiments")}

    @cached_property
    def findings(self) -> dict[str, Reader]:
        """Every findings module, by name."""
        return {path.stem: self._reader(path) for path in _modules(self.home / "findings")}

    @cached_property
    def figures(self) -> dict[str, Reader]:
        """Every figure script, by name."""
        paths: dict[str, Path] = {}
        for path in _modules(self.root / "figures"):
            if path.stem in paths:
                raise PipelineError(
                    f"{self.place(path)} and {self.place(paths[path.stem])} have one name; a figure's is its own"
                )
            paths[path.stem] = path
        return {name: self._reader(path) for name, path in paths.items()}

    def figure(self, name: str) -> Reader:
        """Return one figure script; raise UsageError with the nearest name where there is none."""
        if name not in self.figures:
            raise UsageError(f"no figure '{name}'{nearest(name, self.figures)}")
        return self.figures[name]

    def timed(self, reader: Reader) -> bool:
        """Return whether a findings module or a figure reads measured times."""
        return any(self.experiments[name].timed for name in reader.experiments)

    def result_key(self, experiment: Experiment, part: str, variant: Variant) -> str:
        """Return the key of one part's result: all that it depends on."""
        versions = [
            ".".join(map(str, sys.version_info[:3])),
            _version("torch"),
            _version("numpy"),
            _version("scikit-learn"),  # the digits come with it
            self.arithmetic(experiment) or "",
        ]
        code = [self.sources.digest(experiment.path), self._wrapper]
        return digest_of([STORE_FORMAT, *code, variant.label, experiment.name, part, *versions])

    def arithmetic(self, experiment: Experiment) -> str | None:
        """Return which arithmetic trains an experiment, None where it has no choice.

        Raises UsageError where the environment asks for one that there is not.
        """
        closure = self.sources.closure(experiment.path)
        return self._arithmetic if any(member.parts[-2:] == COMPILED_PASS for member in closure) else None

    @cached_property
    def _arithmetic(self) -> str:
        try:
            return arithmetic.name()
        except ValueError as error:
            raise UsageError(str(error)) from None

    @cached_property
    def _wrapper(self) -> str:
        return self.sources.file(TASKS).digest

    def reader_key(self, reader: Reader, variant: Variant, *extra: str) -> str:
        """Return the key of what a findings module or a figure makes: its code and the results it reads."""
        results = [
            self.result_key(self.experiments[name], part, variant)
            for name in reader.experiments
            for part in self.experiments[name].parts
        ]
        return digest_of([self.sources.digest(reader.path), variant.label, _version("numpy"), *results, *extra])

    def figure_key(self, figure: Reader, variant: Variant) -> str:
        """Return the key of a figure's files: as ``reader_key``, and all that the style is made of."""
        style = self.home / "drawing" / "style.py"
        files = [
            *sorted((self.home / "drawing").glob("*.mplstyle")),
            *sorted((self.docs / "assets" / "fonts").glob("*.woff2")),
            *(self.docs / "assets" / "css").glob("palette.css"),
        ]
        look = [self.sources.digest(style), *map(digest_of_file, files)]
        versions = map(_version, ("matplotlib", "fonttools", "contourpy"))
        return self.reader_key(figure, variant, *look, *versions)

    def load(self, *names: str) -> ModuleType:
        """Import a module of the package, such as ``load("findings", "curve")``."""
        if str(self.src) not in sys.path:
            sys.path.insert(0, str(self.src))
        return importlib.import_module(".".join([self.package, *names]))

    def place(self, path: Path) -> str:
        """Name a file from the project's root, for messages."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def _experiment(self, path: Path) -> Experiment:
        parts = self._names(path, "PARTS")
        source = self.sources.file(path)
        large = self._budget(path, "LARGE_BUDGET") if "LARGE_BUDGET" in source.literals else None
        summary = source.doc.split("\n\n")[0].replace("\n", " ")
        timed = self._timed(path)
        return Experiment(path.stem, path, parts, self._budget(path, "BUDGET"), large, timed, summary, source.notes)

    def _timed(self, path: Path) -> bool:
        timed = self.sources.file(path).literals.get("TIMED", False)
        if not isinstance(timed, bool):
            raise PipelineError(f"{self.place(path)}: TIMED must be True or False, not {timed!r}")
        return timed

    def _budget(self, path: Path, literal: str) -> float:
        budget = self._literal(path, literal)
        if not isinstance(budget, int | float) or isinstance(budget, bool) or budget <= 0:
            raise PipelineError(f"{self.place(path)}: {literal} must be a positive number of core-seconds, not {budget!r}")
        return float(budget)

    def _reader(self, path: Path) -> Reader:
        names = self._names(path, "EXPERIMENTS")
        for name in names:
            if name not in self.experiments:
                hint = nearest(name, self.experiments)
                raise PipelineError(f"{self.place(path)}: EXPERIMENTS names '{name}', which does not exist{hint}")
        return Reader(path.stem, path, names)

    def _names(self, path: Path, literal: str) -> tuple[str, ...]:
        """Read a tuple of names, which become file names and keys."""
        names = self._literal(path, literal)
        good = isinstance(names, list) and all(isinstance(name, str) and re.fullmatch(r"\w+", name) for name in names)
        if not good or not names or len(set(names)) != len(names):
            what = "a tuple of different names made of letters, digits and underscores"
            raise PipelineError(f"{self.place(path)}: {literal} must be {what}, not {names!r}")
        return tuple(names)

    def _literal(self, path: Path, name: str) -> object:
        literals = self.sources.file(path).literals
        if name not in literals:
            raise PipelineError(f"{self.place(path)}: there is no line '{name} = ...' at its top level")
        return literals[name]


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if not path.name.startswith("_"))


@functools.cache
def _version(package: str) -> str:
    return metadata.version(package)
