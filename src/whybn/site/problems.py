"""Unknown names in Liquid: collected over a whole page, each with its line and the likely fix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from liquid import Token, Undefined

from whybn.common.nearest import nearest
from whybn.site.data import GENERATED

VERDICTS = ("supported", "not_seen_here", "reversed_here", "mixed", "inconclusive")
SEGMENT = re.compile(r"[^.\[\]\"']+")


class Unresolved(Undefined):
    """An unknown name. It prints as a mark that `make serve` shows in place of the value."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"⟦{self.name}⟧"

    def __getitem__(self, key: str) -> Unresolved:
        return self


@dataclass
class Problems:
    """Every unknown name met while one page renders."""

    variables: Mapping[str, object]
    found: list[tuple[int, str]] = field(default_factory=list)  # (index in the source, message)

    def undefined(self, name: str, *, token: Token | None = None, hint: str | None = None, **_: object) -> Undefined:
        """Called by Liquid for each name it cannot resolve; also where a filter would forgive it."""
        if name == "parentloop":  # Liquid asks for it on entering every outermost loop
            return Undefined(name, token=token)
        path = (hint or name).removesuffix(" is undefined").strip("'")
        self.found.append((token.start_index if token else 0, self.explain(path)))
        return Unresolved(path, token=token)

    def explain(self, path: str) -> str:
        """Why `path` is unknown, and what to write or run instead."""
        segments = SEGMENT.findall(path)
        holder: object = self.variables
        for segment in segments[:-1]:
            holder = holder.get(segment, {}) if isinstance(holder, Mapping) else {}
        *before, last = segments
        if before == ["site", "data"] and last in GENERATED:
            return f"docs/_data/{last}.json has not been computed yet: run `make figures`"
        if before[:3] == ["site", "data", "claims"] and len(before) == 4 and last in VERDICTS:
            return _verdict_changed(before[3], last, holder)
        known = [str(k) for k in holder] if isinstance(holder, Mapping) else []
        if before == ["site", "data", "figures"]:
            return (
                f"no figure “{last}”{nearest(last, known)}: a figure is figures/{last}.py, "
                f"computed by `make figures FIGURE={last}`"
            )
        return f"unknown name “{path}”{nearest(last, known)}"


def _verdict_changed(claim: str, quoted: str, values: object) -> str:
    """The sentence that an article quotes by its verdict stopped being true."""
    values = values if isinstance(values, Mapping) else {}
    now = values.get("verdict")
    if now is None:
        return f"the claim “{claim}” has no computed verdict: run `make figures`"
    measured = (
        f"{values.get('quantity')}: {values.get('value')}, interval {values.get('interval')}, margin {values.get('margin')}"
    )
    if now == quoted:
        settings = "; ".join(f"{name}: {one}" for name, one in values.get("verdicts", {}).items())
        return (
            f"the claim “{claim}” is still “{now}”, but its settings differ in another way than its sentence tells: "
            f"{settings} ({measured}). Rewrite the sentence and its pattern in src/whybn/findings"
        )
    return (
        f"the claim “{claim}” is quoted as “{quoted}”, and its verdict is now “{now}” ({measured}). "
        f"What this line says of “{values.get('says')}” is no longer true; it would now read: "
        f"“{values.get('sentence')}” Rewrite what stands around it and quote site.data.claims.{claim}.{now}"
    )
