"""Names that articles quote: what has not been computed yet, and verdicts that have changed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jekyll_dialect.nearest import nearest
from jekyll_dialect.problems import holder_of, known

# Files that the pipeline writes into docs/_data; for an absent one the answer is the command to run.
GENERATED = ("results", "claims", "figures", "math", "experiments", "replications", "times")
VERDICTS = ("supported", "not_seen_here", "reversed_here", "mixed", "inconclusive")
SENTENCE = "sentence"  # the key of a sentence that a page quotes whatever its verdict
QUOTED = re.compile(r"\{\{\s*site\.data\.claims\.(?P<claim>\w+)\.(?P<verdict>\w+)\s*\}\}")
LEDGER = "evidence.md"  # the page, if there is one, that lists all claims
MARK = (
    '<a class="verdict {verdict}" href="{{{{ site.baseurl }}}}/evidence.html#{claim}" '
    'title="{words}" aria-label="{words}"></a>'
)


def explain(segments: list[str], variables: Mapping[str, object]) -> str | None:
    """Why a name below `site.data` is unknown, and what to write or run instead; None where nothing is known."""
    *before, last = segments
    if before == ["site", "data"] and last in GENERATED:
        return f"docs/_data/{last}.json has not been computed yet: run `make figures`"
    if before[:3] == ["site", "data", "claims"] and len(before) == 4 and last in VERDICTS:
        return _verdict_changed(before[3], last, holder_of(before, variables))
    if before == ["site", "data", "figures"]:
        return (
            f"no figure “{last}”{nearest(last, known(before, variables))}: a figure is figures/{last}.py, "
            f"computed by `make figures FIGURE={last}`"
        )
    return None


def expected(segments: list[str], variables: Mapping[str, object]) -> bool:
    """Whether a name below `site.data` is one that the pipeline has not come to yet.

    Where it is at work, it says in `_data/planned.json` what it will compute.
    """
    data = holder_of(["site", "data"], variables)
    planned = data.get("planned") if isinstance(data, Mapping) else None
    if not isinstance(planned, Mapping) or segments[:2] != ["site", "data"] or len(segments) < 3:
        return False
    kind, *names = segments[2:]
    if kind not in data:
        return kind in GENERATED
    if kind == "claims" and names:  # which there will be, nobody knows
        return names[0] not in data[kind] and not set(planned["findings"]) <= data.get("results", {}).keys()
    for holder in (("results",), ("times", "facts"), ("figures",)):
        if tuple(segments[2:-1])[: len(holder)] == holder:
            name = segments[2 + len(holder)]
            return name in planned["figures" if kind == "figures" else "findings"] and name not in holder_of(holder, data)
    return False


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


def with_marks(source: str, *, listed: bool) -> str:
    """The text of a page in which the first quotation of each claim has a place, `#said-ID`.

    Where the claims are `listed` (see LEDGER), a mark behind a sentence shows its verdict and leads to the evidence.
    """
    seen: set[str] = set()

    def marked(match: re.Match[str]) -> str:
        claim, verdict = match["claim"], match["verdict"]
        if claim in seen:
            return match[0]
        seen.add(claim)
        place = f'<span id="said-{claim}">{match[0]}</span>'
        if not listed or verdict not in (*VERDICTS, SENTENCE):
            return place
        if verdict == SENTENCE:
            verdict = f"{{{{ site.data.claims.{claim}.verdict }}}}"
        words = f"{{{{ site.data.claims.{claim}.says }}}}: {{{{ site.data.claims.{claim}.verdict_words }}}}"
        return place + MARK.format(claim=claim, verdict=verdict, words=words)

    return QUOTED.sub(marked, source)
