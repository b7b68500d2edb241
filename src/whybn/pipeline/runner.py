"""Doing a run's work with progress, and keeping account of what went wrong."""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from whybn.pipeline.errors import FAILURES, PipelineError
from whybn.pipeline.progress import Progress, spoken

if TYPE_CHECKING:
    from whybn.pipeline.workers import Failure, Outcome, Task


class Runner:
    """Runs tasks; a failure becomes a problem, reported at the end, and the rest goes on."""

    def __init__(self, jobs: int | None = None) -> None:
        """``jobs`` is the number of workers, None for one on each core."""
        self._jobs = jobs
        self.problems: list[str] = []
        self.failures: dict[str, str] = {}  # by what failed, in one line
        self.progress: Progress | None = None  # of the tasks at hand
        self.begun: Callable[[], None] = lambda: None  # called when it is there

    def run(self, what: str, tasks: "list[Task]", *, in_order: bool = False) -> "Iterator[tuple[Task, Outcome, int]]":
        """Run tasks on workers, the biggest first or ``in_order``.

        Gives each that worked, its outcome and the number of workers.
        """
        from whybn.pipeline.workers import biggest_first, cores, run_tasks

        workers = min(self._workers(cores()), len(tasks))
        ordered = tasks if in_order else biggest_first(tasks, workers)
        budgets = {task.name: task.budget for task in ordered}
        estimate = spoken(max(*budgets.values(), sum(budgets.values()) / workers))
        print(f"{what}: {len(tasks)} to do, {workers} at a time, budget about {estimate}", flush=True)
        self.progress = progress = Progress(budgets, workers)
        self.begun()
        with progress.live():
            for task, outcome in run_tasks(ordered, workers):
                if outcome.failure:
                    self._failed(task.name, outcome.failure)
                else:
                    yield task, outcome, workers
                # Only now, as the caller has stored it by now: what is printed stays true after Ctrl-C.
                note = "  failed" if outcome.failure else ""
                progress.finished(task.name, task.budget, outcome.seconds, note)

    def _workers(self, limit: int) -> int:
        """More workers than cores would only wait for one another."""
        if self._jobs is None or self._jobs <= limit:
            return self._jobs or limit
        print(f"JOBS={self._jobs}: there are {limit} cores, so {limit} at a time")
        self._jobs = limit
        return limit

    def guarded(self, what: str, call: Callable[..., Any], *arguments: Any) -> Any:
        """Call and return what comes back, None where an exception did."""
        try:
            return call(*arguments)
        except PipelineError as error:
            self.failures[what] = f"{what}: {error}"
            self.problems.append(self.failures[what])
        except FAILURES as error:  # whatever it is, it is reported and the rest goes on
            from whybn.pipeline.workers import describe

            self._failed(what, describe(error))
        return None

    def report(self) -> int:
        """Print the problems; return the exit status."""
        for problem in self.problems:
            print(f"error: {problem}", file=sys.stderr)
        return 1 if self.problems else 0

    def _failed(self, what: str, failure: "Failure") -> None:
        print(failure.trace, file=sys.stderr, flush=True)
        self.failures[what] = f"{what}: {failure.error}"
        self.problems.append(": ".join([*(failure.notes or [what]), failure.error]))
