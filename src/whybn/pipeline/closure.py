"""The import closure of a file within the repository, and its digest, from the source alone.

The closure of a file is the file itself and every module under ``src`` that it imports, directly or not, wherever in
the file the import stands, of whatever package. A data file is part of the module that names it in a plain string, by
its path from the module's folder; where such a string names a folder there, all that lies in that is.
"""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from whybn.pipeline import source
from whybn.pipeline.errors import PipelineError
from whybn.pipeline.files import checksum
from whybn.pipeline.source import Source, digest_of, read_source

MEMO = ("reader", "files")


class Sources:
    """The Python files of one project, each read once.

    Parsing takes most of the time of a run that has nothing to do, so ``memo`` carries what was read over to
    the next run: under the digest of a file's bytes, hence never out of date.
    """

    def __init__(self, src: Path, memo: dict[str, object] | None = None) -> None:
        """``src`` is the folder that holds the packages."""
        self.src = src
        self._packages = {path.name.removesuffix(".py") for path in _inside(src)}
        self._files: dict[Path, Source] = {}
        self._closures: dict[tuple[Path, ...], list[Path]] = {}
        self._data: dict[Path, list[str]] = {}
        self._folders: dict[Path, set[str]] = {}
        self._digests: dict[tuple[Path, ...], str] = {}
        self._known = memo["files"] if memo and memo["reader"] == _reader() else {}
        self._used: dict[str, dict[str, object]] = {}

    def memo(self) -> dict[str, object]:
        """Return what was read, for the next run."""
        return dict(zip(MEMO, (_reader(), self._used), strict=True))

    def file(self, path: Path) -> Source:
        """Return what is known of one file; raise PipelineError where it cannot be parsed."""
        if path not in self._files:
            text = path.read_bytes()
            key = checksum(text) + " " + self._place(path)
            if key in self._known:
                self._files[path] = Source(**self._known[key])
            else:
                inside = path.is_relative_to(self.src)
                package = path.relative_to(self.src).parent.parts if inside else ()
                self._files[path] = read_source(path, text, package)
            self._used[key] = asdict(self._files[path])
        return self._files[path]

    def closure(self, *paths: Path) -> list[Path]:
        """Return the import closure of several files, sorted."""
        if paths not in self._closures:
            seen: set[Path] = set()
            ahead = list(paths)
            while ahead:
                here = ahead.pop()
                if here not in seen:
                    seen.add(here)
                    ahead.extend(module for name in self.file(here).imports for module in self._modules(name))
            self._closures[paths] = sorted(seen)
        return self._closures[paths]

    def digest(self, *paths: Path) -> str:
        """Return one digest for the closure of several files and for the data files that they name.

        Raises PipelineError, naming file and line, where one of them loads modules that no import statement tells.
        """
        if paths not in self._digests:
            lines = []
            for member in self.closure(*paths):
                if self.file(member).dynamic:
                    hidden = f"{member}, {self.file(member).dynamic[0]}"
                    raise PipelineError(f"{hidden} hides what it depends on; write an import statement")
                lines.append(f"{self._place(member)} {self.file(member).digest}")
                lines += self._data_of(member)
            self._digests[paths] = digest_of(lines)
        return self._digests[paths]

    def _data_of(self, member: Path) -> list[str]:
        """Place and digest of each data file that a module names."""
        if member not in self._data:
            folder = member.parent
            if folder not in self._folders:
                self._folders[folder] = {path.name for path in _inside(folder)}
            beside = self._folders[folder] | {".."}
            named = [name for name in self.file(member).strings if name.partition("/")[0] in beside]
            files = sorted({file for name in named for file in _files(folder, name)})
            self._data[member] = [f"{self._place(file)} {digest_of_file(file)}" for file in files]
        return self._data[member]

    def _place(self, path: Path) -> str:
        """Name a file independently of where the project lies."""
        for base in (self.src, self.src.parent):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        return path.name

    def _modules(self, name: str) -> Iterable[Path]:
        """Files under ``src`` that importing ``name`` runs: the ``__init__.py`` above it, and its own."""
        parts = name.split(".")
        if parts[0] not in self._packages:
            return
        for depth in range(1, len(parts) + 1):
            folder = self.src.joinpath(*parts[:depth])
            for file in (folder / "__init__.py", folder.with_suffix(".py")):
                if file.is_file():
                    yield file


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return checksum(path.read_bytes())


def _inside(folder: Path) -> Iterable[Path]:
    return [path for path in folder.iterdir() if path.name != "__pycache__"] if folder.is_dir() else []


def _files(folder: Path, name: str) -> Iterable[Path]:
    """The file of that name, or all files in a folder of that name that lies in ``folder``."""
    path = folder / name
    if path.is_file():
        return [path]
    return [] if ".." in name else [file for one in _inside(path) for file in _files(path, one.name)]


def _reader() -> str:
    """Name what turns a text into a Source; another Python or another reader may see other trees."""
    return f"{sys.version} {digest_of_file(Path(source.__file__))}"
