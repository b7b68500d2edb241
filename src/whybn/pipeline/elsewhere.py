"""Do facts and verdicts hold at other seeds, on other machines and at larger settings? ``replications/`` keeps it."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from whybn.pipeline import replications
from whybn.pipeline.build import Build, make_figures
from whybn.pipeline.data import VERDICTS, Records, merged
from whybn.pipeline.errors import UsageError
from whybn.pipeline.kept_form import APART
from whybn.pipeline.lock import only_run
from whybn.pipeline.project import Experiment, Project, Variant
from whybn.pipeline.runner import Runner
from whybn.pipeline.store import Address

QUOTED = re.compile(rf"site\.data\.claims\.(\w+)\.(?:{'|'.join(VERDICTS)})\b")


class Verdicts(NamedTuple):
    """Those of one claim elsewhere, and whether what the article says of it is true there, too."""

    by_setting: dict[str, str]
    sentence_holds: bool


@dataclass(frozen=True)
class Elsewhere:
    """A run that is kept: its settings, the name of its file, what the ledger calls it, and what is trained."""

    variant: Variant
    name: str
    title: str
    experiments: dict[str, Experiment]


def check_seeds(project: Project, first_seed: int, jobs: int | None) -> int:
    """Measure everything again at seeds from ``first_seed`` on, keep the outcome and let the article follow it.

    Returns 0 where every verdict that the article asserts is the same, 1 where one is not or a part failed.
    Raises UsageError where the two sets, or this set and that of a kept run, might share seeds.
    """
    if first_seed < APART:
        raise UsageError(f"--first-seed must be at least {APART}: the seeds before it are the article's own")
    for other in replications.sharing(project, first_seed):
        raise UsageError(f"--first-seed {first_seed} may share seeds with {other}; begin at least {APART} away from it")
    variant, title = Variant(first_seed=first_seed), f"at seeds from {first_seed:,} on"
    run = Elsewhere(variant, f"seeds-{first_seed}", title, _repeatable(project))
    return _measured(project, run, jobs, asserted_is_wrong=1)


def keep_own(project: Project, words: str, jobs: int | None) -> int:
    """Keep what this computer makes of the article's own seeds; ``words`` say what is different here.

    Two processors round differently, and where training is unstable the smallest difference grows. Raises UsageError where
    no name of a file can be made of ``words``.
    """
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if not name or name.startswith("seeds-") or name == "large":
        raise UsageError(f"KEEP says in words what is different here, such as 'on an M3'; '{words}' does not do for a file")
    run = Elsewhere(Variant(), name, f"at the same seeds, {words}", _repeatable(project))
    return _measured(project, run, jobs, asserted_is_wrong=0)


def check_large(project: Project, jobs: int | None) -> int:
    """Train the experiments that have settings LARGE at these, and keep the outcome.

    Returns 0 whatever the verdicts are: they hold for other networks than the article speaks of; 1 where a part failed.
    """
    larger = {name: experiment for name, experiment in _repeatable(project).items() if experiment.large_budget is not None}
    if not larger:
        raise UsageError("no experiment has settings LARGE with a LARGE_BUDGET")
    return _measured(project, Elsewhere(Variant("large"), "large", "at larger settings", larger), jobs, asserted_is_wrong=0)


def _repeatable(project: Project) -> dict[str, Experiment]:
    """Return the experiments that other settings can confirm: times of one machine say nothing of those of another."""
    return {name: experiment for name, experiment in project.experiments.items() if not experiment.timed}


def _measured(project: Project, run: Elsewhere, jobs: int | None, *, asserted_is_wrong: int) -> int:
    """Bring the article up to date, train elsewhere, keep what came out and say which verdicts differ from the article's.

    A run that is stopped goes on where it was. What findings cannot be made of is left out, and said. Returns
    ``asserted_is_wrong`` where a verdict differs that a page asserts.
    """
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    build = Build(project, run.variant, Runner(jobs))
    complete = _train(build, run.experiments)
    if build.runner.report():
        return 1
    outcome = _outcome(build, complete)
    date = max(build.store.sidecar(address)["date"] for parts in complete.values() for address in parts)
    if run.variant.size == "large":
        outcome = {"larger": _larger(build, complete), **outcome}
    path = replications.write(project, run.name, run.title, run.variant, date, run.experiments.values(), outcome)
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    print(f"kept in {project.place(path)}")
    if run.variant == Variant():  # here the article tells these very results; the ledger of another computer compares them
        return build.runner.report()
    here = _recorded_claims(project)
    there = {claim: one for claim, entry in here.items() for one in entry["repeated"] if one["name"] == path.stem}
    verdicts = {claim: Verdicts(one["verdicts"], one["holds"] == "true") for claim, one in there.items()}
    contradicted = _compare(project, here, verdicts, run.title)
    return build.runner.report() or (asserted_is_wrong if contradicted else 0)


def _train(build: Build, experiments: dict[str, Experiment]) -> dict[str, list[Address]]:
    """Bring results up to date; return the experiments that are complete after it."""
    with only_run(build.project.results / "lock"):
        complete = build.train(experiments)
        build.project.remember_sources()
    return complete


def _larger(build: Build, complete: dict[str, list[Address]]) -> dict[str, dict[str, str]]:
    """Return, by experiment and setting, in what these settings differ from the article's, as readers see them."""
    found = {}
    for name, (first, *_) in complete.items():
        usual = build.records.read("experiment", name)["settings"]
        there = build.store.sidecar(first)["settings"]
        found[name] = {one["name"]: one["value"] for one in there if one not in usual}
    return found


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
