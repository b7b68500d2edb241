"""Do the verdicts hold at other seeds, and at larger settings? Nothing of the article is touched."""

import re

from whybn.pipeline.build import Build, make_figures
from whybn.pipeline.data import VERDICTS, Records, merged
from whybn.pipeline.lock import only_run
from whybn.pipeline.project import Experiment, Project, Variant
from whybn.pipeline.runner import Runner

QUOTED = re.compile(rf"site\.data\.claims\.(\w+)\.(?:{'|'.join(VERDICTS)})\b")


def check_seeds(project: Project, first_seed: int, jobs: int | None) -> int:
    """Compare verdicts at the default seeds and at seeds from ``first_seed`` on.

    Returns 0 where every verdict that the article asserts is the same, 1 where one is not or a part failed.
    """
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    elsewhere = _claims_at(project, Variant(first_seed=first_seed), project.experiments, jobs)
    if elsewhere is None:
        return 1
    return int(_compare(project, elsewhere, f"at seeds from {first_seed}"))


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
    elsewhere = _claims_at(project, Variant("large"), larger, jobs)
    if elsewhere is None:
        return 1
    for claim, entry in sorted(elsewhere.items()):
        print(f"{claim}: {entry['verdict']}, {entry['value']} at large settings")
    _compare(project, elsewhere, "at large settings")
    return 0


def _claims_at(
    project: Project, variant: Variant, experiments: dict[str, Experiment], jobs: int | None
) -> dict[str, dict] | None:
    """The claims of all findings that need no other experiments, by id; None where a part failed."""
    build = Build(project, variant, Runner(jobs))
    with only_run(project.results / "lock"):
        complete = build.train(experiments)
        project.remember_sources()
    said = {
        name: build.runner.guarded(f"findings {name}", build.say, name, complete)
        for name, finding in project.findings.items()
        if set(finding.experiments) <= set(complete)
    }
    if build.runner.report():
        return None
    return merged("claim", {name: record["claims"] for name, record in said.items()})


def _compare(project: Project, elsewhere: dict[str, dict], where: str) -> bool:
    """Say which verdicts differ, setting by setting; return whether a page asserts one of them.

    «Inconclusive» asserts nothing that other seeds could contradict: it says that these seeds do not agree.
    """
    here = {claim: entry for claim, entry in _recorded_claims(project).items() if claim in elsewhere}
    quoted = _quoted(project)
    changed, contradicted = set(), False
    for claim, entry in sorted(here.items()):
        held = entry["verdict"] in elsewhere[claim]  # the sentence is true there, too
        for setting, verdict in entry["verdicts"].items():
            other = elsewhere[claim]["verdicts"][setting]
            if other == verdict:
                continue
            changed.add(claim)
            asserted = claim in quoted and verdict != "inconclusive" and not held
            contradicted |= asserted
            name = f"{claim} ({setting})" if setting else claim
            print(f"{name}: {verdict}, but {other} {where}{'; the article asserts it' if asserted else ''}")
    print(f"{len(here) - len(changed)} of {len(here)} claims have the same verdicts {where}")
    return contradicted


def _recorded_claims(project: Project) -> dict[str, dict]:
    records = [Records(project).read("finding", name) for name in project.findings]
    return {claim: entry for record in records if record for claim, entry in record["claims"].items()}


def _quoted(project: Project) -> set[str]:
    """Claims that a page quotes by their verdict."""
    return {claim for page in project.docs.rglob("*.md") for claim in QUOTED.findall(page.read_text(encoding="utf-8"))}
