"""What each experiment cost when it was last trained, beside what it may cost."""

from whybn.pipeline.data import Records
from whybn.pipeline.project import Project

TOTAL = 360.0  # core-seconds for everything from nothing: three minutes on two cores


def print_ledger(project: Project, records: Records) -> None:
    """Print a line for each experiment that has been trained, in core-seconds, and one for all together."""
    known = {name: records.read("experiment", name) for name in project.experiments}
    spent = {name: float(record["seconds"]) for name, record in known.items() if record}
    rows = [(name, seconds, project.experiments[name].budget) for name, seconds in spent.items()]
    width = max(map(len, project.experiments), default=0)
    print(f"{'experiment':<{width}}  core-seconds  budget")
    for name, seconds, budget in [*rows, ("together", sum(spent.values()), TOTAL)]:
        over = "  over budget" if seconds > budget else ""
        print(f"{name:<{width}}  {seconds:>12.1f}  {budget:>6g}{over}")
