"""From what is stale to pictures: results, findings, data files, figures, in this order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from whybn.pipeline import machine_code, replications
from whybn.pipeline.data import Records, compose, findings_record
from whybn.pipeline.errors import PipelineError
from whybn.pipeline.files import checksum, holds, remove_partials, write_bytes
from whybn.pipeline.ledger import print_ledger
from whybn.pipeline.lock import only_run
from whybn.pipeline.outlook import Outlook
from whybn.pipeline.project import Experiment, Project, Reader, Variant
from whybn.pipeline.prune import prune
from whybn.pipeline.runner import Runner
from whybn.pipeline.store import DAMAGED, PRESENT, Address, Store

if TYPE_CHECKING:
    from whybn.pipeline.workers import Task

# A figure takes about this long; only the time left that is shown depends on it.
DRAWING_BUDGET = 1.0


@dataclass(frozen=True)
class Scope:
    """What a run is asked to bring up to date."""

    experiments: dict[str, Experiment]
    findings: dict[str, Reader]
    figures: dict[str, Reader]


@dataclass
class Build:
    """What one run does, step by step, for one variant of the settings."""

    project: Project
    variant: Variant
    runner: Runner

    def __post_init__(self) -> None:
        """Results and records lie in the project's store."""
        self.store = Store(self.project.results)
        self.records = Records(self.project)
        self.training = False  # while workers are busy with it
        self.told: set[Reader] = set()  # findings and figures that this run has seen to

    def scope(self, figure: str | None) -> Scope:
        """Return everything, or one figure and what it needs."""
        project = self.project
        if figure is None:
            return Scope(project.experiments, project.findings, project.figures)
        wanted = project.figure(figure)
        experiments = {name: project.experiments[name] for name in wanted.experiments}
        findings = {name: one for name, one in project.findings.items() if set(one.experiments) <= set(experiments)}
        return Scope(experiments, findings, {figure: wanted})

    def addresses(self, experiment: Experiment) -> list[Address]:
        """Where the results of an experiment's parts lie."""
        return [
            Address(
                experiment.name,
                part,
                self.variant.label,
                self.project.result_key(experiment, part, self.variant),
            )
            for part in experiment.parts
        ]

    def train(self, experiments: dict[str, Experiment]) -> dict[str, list[Address]]:
        """Compute the parts that are missing; return the experiments that are complete after it."""
        (complete,) = self.completing(experiments)
        return complete

    def completing(
        self, experiments: dict[str, Experiment], order: list[str] | None = None
    ) -> Iterator[dict[str, list[Address]]]:
        """Compute the parts that are missing, and give the experiments that are complete after it.

        With an ``order`` of experiments, parts are computed in it, and what is complete is also given before the first
        part and after each.
        """
        addresses = {name: self.addresses(experiment) for name, experiment in experiments.items()}
        states = {address: self.store.state(address) for parts in addresses.values() for address in parts}
        for address, state in states.items():
            if state == DAMAGED:
                print(f"the stored result {_name(address)} is damaged; computing it again")
        stale = [address for address, state in states.items() if state != PRESENT]
        done = set(states) - set(stale)

        def complete() -> dict[str, list[Address]]:
            return {name: parts for name, parts in addresses.items() if set(parts) <= done}

        if stale and order is not None:
            yield complete()
            stale.sort(key=lambda address: order.index(address.experiment))
        for address in self._train_parts(stale, in_order=order is not None) if stale else ():
            done.add(address)
            if order is not None:
                yield complete()
        yield complete()

    def _train_parts(self, stale: list[Address], *, in_order: bool) -> Iterator[Address]:
        """Compute and store parts; give each that worked."""
        from whybn.pipeline.tasks import train

        tasks = {self._training(train, address): address for address in stale}
        machine_code.distrust(self.project)
        self.training = True
        try:
            for task, outcome, workers in self.runner.run("training", list(tasks), in_order=in_order):
                made = outcome.value
                about = {"core_seconds": made.core_seconds, "date": _now(), "workers": workers}
                address = tasks[task]
                how = self.project.arithmetic(self.project.experiments[address.experiment])
                about |= {"settings": made.settings, **({"arithmetic": how} if how else {})}
                self.store.write(address, made.arrays, about)
                yield address
        finally:
            self.training = False
            machine_code.remember(self.project)

    def _training(self, train: Callable[..., Any], address: Address) -> "Task":
        from whybn.pipeline.workers import Task

        experiment = self.project.experiments[address.experiment]
        module = f"{self.project.package}.experiments.{experiment.name}"
        whole = experiment.large_budget if self.variant.size == "large" else experiment.budget
        part, budget = (module, address.part, self.variant), whole / len(experiment.parts)
        return Task(_name(address), experiment.name, train, part, budget, str(self.project.src))

    def note_experiments(self, complete: dict[str, list[Address]]) -> None:
        """Record what the methods page says of each experiment."""
        for name, parts in complete.items():
            sidecars = [self.store.sidecar(address) for address in parts]
            seconds = sum(sidecar["core_seconds"] for sidecar in sidecars)
            self.records.write("experiment", name, {"seconds": f"{seconds:.1f}", "settings": sidecars[0]["settings"]})

    def find(self, findings: dict[str, Reader], complete: dict[str, list[Address]]) -> None:
        """Bring the records of findings up to date, each from the results it reads and from what is kept of other runs."""
        evidence = self.project.home / "evidence" / "record.py"
        beside = [self.project.sources.digest(evidence), replications.digest(self.project)]
        runs = {} if self.variant.quick else replications.read(self.project)
        for name, finding in findings.items():
            key = self.project.reader_key(finding, self.variant, *beside)
            known = self.records.read("finding", name)
            if known is None or known["key"] != key:
                record = self.runner.guarded(f"findings {name}", self.say, name, complete, runs)
                if record is not None:
                    self.records.write("finding", name, {"key": key, **record})

    def say(self, name: str, complete: dict[str, list[Address]], runs: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Return what one findings module makes of the results, beside the kept ``runs`` elsewhere."""
        return findings_record(self.project, name, self.results(name, complete), runs, quick=self.variant.quick)

    def results(self, name: str, complete: dict[str, list[Address]]) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the results that one findings module reads."""
        from whybn.pipeline.tasks import read_all

        reads = self.project.findings[name].experiments
        return read_all(self.store, {needed: complete[needed] for needed in reads})

    def check_alts(self, figures: dict[str, Reader]) -> None:
        """A figure that no findings module describes cannot be put on a page.

        A module without a record, as after the first run for one figure, may describe those that it names.
        """
        described: set[str] = set()
        for name, finding in self.project.findings.items():
            record = self.records.read("finding", name)
            described.update(record["alts"] if record else self.project.sources.file(finding.path).strings)
        for name in sorted(set(figures) - described):
            self.runner.problems.append(NO_TEXT.format(name=name))

    def check_named(self, figure: str | None) -> None:
        """Raise PipelineError, before anything is trained for it, where no findings module so much as names a figure."""
        findings = self.project.findings.values()
        if figure and not any(figure in self.project.sources.file(finding.path).strings for finding in findings):
            raise PipelineError(NO_TEXT.format(name=figure))

    def note_formulas(self) -> None:
        """Bring the record of displayed formulas up to date, where the project has any."""
        path = self.project.home / "evidence" / "formulas.py"
        if not path.is_file():
            return
        from importlib.metadata import version

        key = f"{self.project.sources.digest(path)} {version('latex2mathml')}"
        known = self.records.read("formulas", "all")
        if known is None or known["key"] != key:
            mathml = self.runner.guarded("formulas", lambda: self.project.load("evidence", "formulas").mathml())
            if mathml is not None:
                self.records.write("formulas", "all", {"key": key, "mathml": mathml})

    def draw(self, figures: dict[str, Reader], complete: dict[str, list[Address]]) -> None:
        """Draw the figures whose files are not what their key says."""
        keys = {name: self.project.figure_key(figure, self.variant) for name, figure in figures.items()}
        stale = {name: key for name, key in keys.items() if not self._drawn(name, key)}
        if stale:
            self._draw_stale(stale, complete)

    def _drawn(self, name: str, key: str) -> bool:
        record = self.records.read("figure", name)
        if record is None or record["key"] != key:
            return False
        files = {self.project.pictures / file: digest for file, digest in record["files"].items()}
        return all(holds(path, digest) for path, digest in files.items())

    def _draw_stale(self, keys: dict[str, str], complete: dict[str, list[Address]]) -> None:
        from whybn.pipeline.tasks import draw
        from whybn.pipeline.workers import Task

        project = self.project
        tasks = {}
        for name in keys:
            figure = project.figures[name]
            results = {needed: complete[needed] for needed in figure.experiments}
            style = f"{project.package}.drawing.style"
            arguments = (figure.path, style, results, self.store, self.variant.quick)
            tasks[name] = Task(name, name, draw, arguments, DRAWING_BUDGET, str(project.src))
        for name, made in self._drawings(tasks):
            self.records.write("figure", name, {"key": keys[name], "files": self._put(made)})

    def _drawings(self, tasks: "dict[str, Task]") -> Iterator[tuple[str, dict[str, bytes | None]]]:
        """Run drawing tasks on workers, or, while these are busy training, here; give what each has made."""
        if not self.training:
            for task, outcome, _ in self.runner.run("drawing", list(tasks.values())):
                yield task.name, outcome.value
            return
        self.project.load("drawing", "style")
        for name, task in tasks.items():
            made = self.runner.guarded(name, task.function, *task.arguments)
            if made is not None:
                yield name, made

    def _put(self, files: dict[str, bytes | None]) -> dict[str, str]:
        """Write a figure's files, remove those that it may not have; return the checksums of the others."""
        for name, content in files.items():
            path = self.project.pictures / name
            if content is None:
                path.unlink(missing_ok=True)
            else:
                write_bytes(path, content)
        return {name: checksum(content) for name, content in files.items() if content is not None}

    def tell(self, scope: Scope, complete: dict[str, list[Address]]) -> None:
        """Bring findings, data files and figures up to date as far as results are complete, each once a run."""

        def ready(readers: dict[str, Reader]) -> dict[str, Reader]:
            return {
                name: one for name, one in readers.items() if one not in self.told and set(one.experiments) <= set(complete)
            }

        findings, figures = ready(scope.findings), ready(scope.figures)
        if self.training and not findings and not figures:
            return
        self.told.update(findings.values(), figures.values())
        self.note_experiments(complete)
        self.find(findings, complete)
        compose(self.project, self.records)
        self.draw(figures, complete)

    def name_left_out(self, scope: Scope) -> None:
        """Name the findings and figures whose results are not there."""
        left = {"findings {}: left as they were": scope.findings, "figure {}: left as it was": scope.figures}
        for what, readers in left.items():
            names = [name for name, one in readers.items() if one not in self.told]
            self.runner.problems += [f"{what.format(name)}, for want of results" for name in names]

    def remove_orphans(self) -> None:
        """Remove what figure scripts drew that are gone, where it still is what they drew."""
        for name in self.records.names("figure"):
            if name not in self.project.figures:
                record = self.records.read("figure", name) or {"files": {}}
                for file, digest in record["files"].items():
                    path = self.project.pictures / file
                    if holds(path, digest):
                        path.unlink()
                self.records.remove("figure", name)
                print(f"figure {name} has no script any more; its files are removed")


NO_TEXT = "figure {name}: no findings module gives it a text in alts(): write one in src/whybn/findings"


def make_figures(
    project: Project, variant: Variant, figure: str | None, jobs: int | None, outlook: Outlook | None = None
) -> int:
    """Bring results, findings, data files and figures up to date; return the exit status.

    With an ``outlook``, as where the article is being read meanwhile, all of it follows each experiment as it is done,
    in the order in which a reader meets them, and the outlook tells of what is still to come.
    """
    build = Build(project, variant, Runner(jobs))
    scope = build.scope(figure)
    build.check_named(figure)
    with only_run(project.results / "lock"):
        remove_partials(project.results, project.data, project.pictures)
        build.note_formulas()
        say = outlook.teller(build.runner, build.told) if outlook else lambda: None
        build.runner.begun = say
        complete: dict[str, list[Address]] = {}
        for complete in build.completing(scope.experiments, outlook and outlook.order):
            build.tell(scope, complete)
            say()
        build.name_left_out(scope)
        build.check_alts(scope.figures)
        if figure is None:
            build.remove_orphans()
            prune(project, build.store, [address for parts in complete.values() for address in parts])
        project.remember_sources()
    print_ledger(project, build.records)
    return build.runner.report()


def _name(address: Address) -> str:
    return f"{address.experiment} · {address.part}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
