"""The import closure of a file within the package, and its digest, from the source alone.

The closure of a file is the file itself and every module of the package that it imports, directly or not,
wherever in the file the import stands. A data file that lies beside a module and is named there in a plain
string counts as part of that module.
"""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from whybn.pipeline import source
from whybn.pipeline.files import checksum
from whybn.pipeline.source import Source, digest_of, read_source


class Sources:
    """The Python files of one project, each read once.

    Parsing takes most of the time of a run that has nothing to do, so ``memo`` carries what was read over to
    the next run: under the digest of a file's bytes, hence never out of date.
    """

    def __init__(self, src: Path, package: str, memo: dict[str, object] | None = None) -> None:
        """``src`` is the folder that holds the folder ``package``."""
        self.src = src
        self.package = package
        self._files: dict[Path, Source] = {}
        self._digests: dict[tuple[Path, ...], str] = {}
        self._known = memo.get("files", {}) if memo and memo.get("reader") == _reader() else {}
        self._used: dict[str, dict[str, object]] = {}

    def memo(self) -> dict[str, object]:
        """Return what was read, for the next run."""
        return {"reader": _reader(), "files": self._used}

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
        seen: set[Path] = set()
        ahead = list(paths)
        while ahead:
            here = ahead.pop()
            if here not in seen:
                seen.add(here)
                ahead.extend(module for name in self.file(here).imports for module in self._modules(name))
        return sorted(seen)

    def digest(self, *paths: Path) -> str:
        """Return one digest for the closure of several files and for the data files that they name."""
        if paths not in self._digests:
            lines = []
            for member in self.closure(*paths):
                lines.append(f"{self._place(member)} {self.file(member).digest}")
                data = [member.parent / name for name in self.file(member).strings]
                lines += [f"{self._place(file)} {digest_of_file(file)}" for file in data if file.is_file()]
            self._digests[paths] = digest_of(lines)
        return self._digests[paths]

    def _place(self, path: Path) -> str:
        """Name a file independently of where the project lies."""
        base = self.src if path.is_relative_to(self.src) else self.src.parent
        return path.relative_to(base).as_posix()

    def _modules(self, name: str) -> Iterable[Path]:
        """Files of the package that importing ``name`` runs: the ``__init__.py`` above it, and its own."""
        parts = name.split(".")
        if parts[0] != self.package:
            return
        for depth in range(1, len(parts) + 1):
            folder = self.src.joinpath(*parts[:depth])
            for file in (folder / "__init__.py", folder.with_suffix(".py")):
                if file.is_file():
                    yield file


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return checksum(path.read_bytes())


def _reader() -> str:
    """Name what turns a text into a Source; another Python or another reader may see other trees."""
    return f"{sys.version} {digest_of_file(Path(source.__file__))}"
