"""Do the verdicts hold at other seeds? All is trained again there; nothing of the article is touched."""

import re

from whybn.pipeline.build import Build, make_figures
from whybn.pipeline.data import VERDICTS, Records, merged
from whybn.pipeline.lock import only_run
from whybn.pipeline.project import Project, Variant
from whybn.pipeline.runner import Runner

QUOTED = re.compile(rf"site\.data\.claims\.(\w+)\.({'|'.join(VERDICTS)})\b")


def check_seeds(project: Project, first_seed: int, jobs: int | None) -> int:
    """Compare verdicts at the default seeds and at seeds from ``first_seed`` on.

    Returns 0 where every verdict that the article asserts is the same, 1 where one is not or a part failed.
    """
    status = make_figures(project, Variant(), None, jobs)
    if status:
        return status
    elsewhere = _verdicts_at(project, first_seed, jobs)
    if elsewhere is None:
        return 1
    here = _recorded_verdicts(project)
    asserted = _asserted(project)
    changed = {claim for claim in here if elsewhere.get(claim) != here[claim]}
    for claim in sorted(changed):
        quoted = "; the article asserts it" if claim in asserted else ""
        print(f"{claim}: {here[claim]}, but {elsewhere.get(claim)} at seeds from {first_seed}{quoted}")
    print(f"{len(here) - len(changed)} of {len(here)} verdicts are the same at seeds from {first_seed}")
    return 1 if changed & asserted else 0


def _verdicts_at(project: Project, first_seed: int, jobs: int | None) -> dict[str, str] | None:
    build = Build(project, Variant(first_seed=first_seed), Runner(jobs))
    with only_run(project.results / "lock"):
        complete = build.train(project.experiments)
        project.remember_sources()
    said = {
        name: build.runner.guarded(f"findings {name}", build.say, name, complete)
        for name, finding in project.findings.items()
        if set(finding.experiments) <= set(complete)
    }
    if build.runner.report():
        return None
    by_module = {name: record["claims"] for name, record in said.items()}
    return {claim: entry["verdict"] for claim, entry in merged("claim", by_module).items()}


def _recorded_verdicts(project: Project) -> dict[str, str]:
    records = [Records(project).read("finding", name) for name in project.findings]
    return {
        claim: entry["verdict"] for record in records if record for claim, entry in record["claims"].items()
    }


def _asserted(project: Project) -> set[str]:
    """Claims whose verdict a page quotes, and so asserts.

    «Inconclusive» asserts nothing that other seeds could contradict: it says that these seeds do not agree.
    """
    quoted = [quote for page in project.docs.rglob("*.md") for quote in QUOTED.findall(page.read_text(encoding="utf-8"))]
    return {claim for claim, verdict in quoted if verdict != "inconclusive"}
