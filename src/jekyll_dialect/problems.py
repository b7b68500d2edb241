"""Unknown names in Liquid: collected over a whole page, each with its line and the likely fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from liquid import Token, Undefined

from jekyll_dialect.errors import lenient
from jekyll_dialect.nearest import nearest

SEGMENT = re.compile(r"[^.\[\]\"']+")
# What a site knows that has names of its own to explain: (segments of the path, variables) -> message, or None.
Explain = Callable[[list[str], Mapping[str, object]], str | None]
# Which of these names is only still to come: (segments of the path, variables) -> bool.
Expect = Callable[[list[str], Mapping[str, object]], bool]
PENDING = "…"  # before such a name in its mark


class Unresolved(Undefined):
    """An unknown name. It prints as a mark that a served page shows in place of the value."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"⟦{self.name}⟧"

    def __getitem__(self, key: str) -> Unresolved:
        return self


@dataclass
class Problems:
    """Every unknown name met while one page renders."""

    variables: Mapping[str, object]
    explain: Explain
    expect: Expect
    found: list[tuple[int, str]] = field(default_factory=list)  # (index in the source, message)

    def undefined(self, name: str, *, token: Token | None = None, hint: str | None = None, **_: object) -> Undefined:
        """Called by Liquid for each name it cannot resolve; also where a filter would forgive it."""
        if name == "parentloop":  # Liquid asks for it on entering every outermost loop
            return Undefined(name, token=token)
        path = (hint or name).removesuffix(" is undefined").strip("'")
        if lenient() and self.expect(SEGMENT.findall(path), self.variables):
            return Unresolved(PENDING + path, token=token)
        self.found.append((token.start_index if token else 0, self.message(path)))
        return Unresolved(path, token=token)

    def message(self, path: str) -> str:
        """Why `path` is unknown, and what to write or run instead."""
        segments = SEGMENT.findall(path)
        unknown = f"unknown name “{path}”{nearest(segments[-1], known(segments[:-1], self.variables))}"
        return self.explain(segments, self.variables) or unknown


def holder_of(segments: list[str], variables: Mapping[str, object]) -> object:
    """The value at the path `segments`; an empty mapping where there is none."""
    holder: object = variables
    for segment in segments:
        holder = holder.get(segment, {}) if isinstance(holder, Mapping) else {}
    return holder


def known(segments: list[str], variables: Mapping[str, object]) -> list[str]:
    """The names that the mapping at the path `segments` has."""
    holder = holder_of(segments, variables)
    return [str(key) for key in holder] if isinstance(holder, Mapping) else []
