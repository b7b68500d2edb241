"""What each experiment cost when it was last trained, beside what it may cost."""

from whybn.pipeline.data import Records
from whybn.pipeline.project import Project


def print_ledger(project: Project, records: Records) -> None:
    """Print a line for each experiment that has been trained, in core-seconds."""
    width = max(map(len, project.experiments), default=0)
    print(f"{'experiment':<{width}}  core-seconds  budget")
    for name, experiment in project.experiments.items():
        record = records.read("experiment", name)
        if record:
            over = "  over budget" if float(record["seconds"]) > experiment.budget else ""
            print(f"{name:<{width}}  {record['seconds']:>12}  {experiment.budget:>6g}{over}")
