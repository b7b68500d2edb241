"""Do facts and verdicts hold at other seeds, and at larger settings? What came out is kept or printed."""

import re
from typing import Any, NamedTuple

from whybn.pipeline import replications
from whybn.pipeline.build import Build, make_figures
from whybn.pipeline.data import VERDICTS, Records, merged
from whybn.pipeline.errors import UsageError
from whybn.pipeline.lock import only_run
from whybn.pipeline.project import Experiment, Project, Variant
from whybn.pipeline.runner import Runner
from whybn.pipeline.store import Address

QUOTED = re.compile(rf"site\.data\.claims\.(\w+)\.(?:{'|'.join(VERDICTS)})\b")
OTHER_SEEDS = 100  # where they may begin; no experiment of the article has so many of its own


class Verdicts(NamedTuple):
    """Those of one claim elsewhere, and whether what the article says of it is true there, too."""

    by_setting: dict[str, str]
    sentence_holds: bool


def check_seeds(project: Project, first_seed: int, jobs: int | None) -> int:
    """Measure everything again at seeds from ``first_seed`` on, keep the outcome and let the article follow it.

    Returns 0 where every verdict that the article asserts is the same, 1 where one is not or a part failed.
    Raises UsageError where the two sets might share seeds.
    """
    if first_seed < OTHER_SEEDS:
        raise UsageError(f"--first-seed must be at least {OTHER_SEEDS}: the seeds before it are the article's own")
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    variant, title = Variant(first_seed=first_seed), f"at seeds from {first_seed:,} on"
    build = Build(project, variant, Runner(jobs))
    complete = _train(build, project.experiments)
    outcome = _outcome(build, complete)
    if build.runner.report():
        return 1
    date = max(build.store.sidecar(address)["date"] for parts in complete.values() for address in parts)
    path = replications.write(project, f"seeds-{first_seed}", title, variant, date, outcome)
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    print(f"kept in {project.place(path)}")
    here = _recorded_claims(project)
    there = {claim: one for claim, entry in here.items() for one in entry["repeated"] if one["name"] == path.stem}
    verdicts = {claim: Verdicts(one["verdicts"], one["holds"] == "true") for claim, one in there.items()}
    return int(_compare(project, here, verdicts, title))


def check_large(project: Project, jobs: int | None) -> int:
    """Train the experiments that have settings LARGE at these; print each claim's value and verdict there.

    Returns 0 whatever the verdicts are: they hold for other networks than the article speaks of; 1 where a part failed.
    """
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    larger = {
        name: experiment
        for name, experiment in project.experiments.items()
        if hasattr(project.load("experiments", name), "LARGE")
    }
    build = Build(project, Variant("large"), Runner(jobs))
    complete = _train(build, larger)
    said = {
        name: build.runner.guarded(f"findings {name}", build.say, name, complete, {}) for name in _told_by(build, complete)
    }
    if build.runner.report():
        return 1
    there = merged("claim", {name: record["claims"] for name, record in said.items()})
    for claim, entry in sorted(there.items()):
        print(f"{claim}: {entry['verdict']}, {entry['value']} at large settings")
    here = _recorded_claims(project)
    verdicts = {claim: Verdicts(one["verdicts"], here[claim]["verdict"] in one) for claim, one in there.items()}
    _compare(project, here, verdicts, "at large settings")
    return 0


def _train(build: Build, experiments: dict[str, Experiment]) -> dict[str, list[Address]]:
    """Bring results up to date; return the experiments that are complete after it."""
    with only_run(build.project.results / "lock"):
        complete = build.train(experiments)
        build.project.remember_sources()
    return complete


def _told_by(build: Build, complete: dict[str, list[Address]]) -> list[str]:
    """Findings that need no other experiments."""
    return [name for name, finding in build.project.findings.items() if set(finding.experiments) <= set(complete)]


def _outcome(build: Build, complete: dict[str, list[Address]]) -> dict[str, Any]:
    """What a run keeps of facts, by findings module, and of claims, by id."""

    def kept(name: str) -> dict[str, Any]:
        module, results = build.project.load("findings", name), build.results(name, complete)
        replication = build.project.load("evidence", "replication")
        return replication.kept(module.facts(results), module.claims(results))

    found = {name: build.runner.guarded(f"findings {name}", kept, name) for name in _told_by(build, complete)}
    worked = {name: one for name, one in found.items() if one}
    claims = merged("claim", {name: one["claims"] for name, one in worked.items()})
    return {"facts": {name: one["facts"] for name, one in worked.items()}, "claims": dict(sorted(claims.items()))}


def _compare(project: Project, here: dict[str, dict[str, Any]], there: dict[str, Verdicts], where: str) -> bool:
    """Say which verdicts differ, setting by setting; return whether a page asserts one of them.

    «Inconclusive» asserts nothing that other seeds could contradict: it says that these seeds do not agree.
    """
    quoted = _quoted(project)
    changed, contradicted = set(), False
    for claim, other in sorted(there.items()):
        for setting, verdict in here[claim]["verdicts"].items():
            if other.by_setting[setting] == verdict:
                continue
            changed.add(claim)
            asserted = claim in quoted and verdict != "inconclusive" and not other.sentence_holds
            contradicted |= asserted
            name = f"{claim} ({setting})" if setting else claim
            note = "; the article asserts it" if asserted else ""
            print(f"{name}: {verdict}, but {other.by_setting[setting]} {where}{note}")
    print(f"{len(there) - len(changed)} of {len(there)} claims have the same verdicts {where}")
    return contradicted


def _recorded_claims(project: Project) -> dict[str, dict]:
    records = [Records(project).read("finding", name) for name in project.findings]
    return {claim: entry for record in records if record for claim, entry in record["claims"].items()}


def _quoted(project: Project) -> set[str]:
    """Claims that a page quotes by their verdict."""
    return {claim for page in project.docs.rglob("*.md") for claim in QUOTED.findall(page.read_text(encoding="utf-8"))}
