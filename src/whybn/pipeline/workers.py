"""Running independent tasks on all cores, one thread each: results do not depend on how many there are.

Nothing here names joblib's backend: ``with joblib.parallel_config(backend="dask"): ...`` around a build takes
the same tasks to a cluster.
"""

import contextlib
import functools
import gc
import os
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import joblib
import threadpoolctl

from whybn.pipeline.errors import FAILURES, PipelineError

# For the workers' memory, where it is glibc's (2.35 or newer): large pages, and freed blocks are kept. Every training step
# asks for the same blocks again; fetched anew from the system, page by page, they cost a fifth of the time.
MEMORY = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1000000000"


@dataclass(frozen=True)
class Task:
    """A call of a module-level function; ``budget`` in core-seconds, ``src`` a folder to import from.

    Tasks of one ``group`` need the same compiled code.
    """

    name: str
    group: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    budget: float
    src: str


@dataclass(frozen=True)
class Failure:
    """An exception, as text that can travel between processes."""

    error: str
    notes: tuple[str, ...]
    trace: str


@dataclass(frozen=True)
class Outcome:
    """What became of a task: ``value`` or ``failure``; ``seconds`` by the clock."""

    value: Any
    failure: Failure | None
    seconds: float


def cores() -> int:
    """Return how many tasks joblib's backend can do at once: one on each core that this process, or its cluster, has."""
    return joblib.effective_n_jobs(-1)


def biggest_first(tasks: list[Task], workers: int) -> list[Task]:
    """Order tasks so that no long one begins when the others are done.

    The workers begin with different groups: one group would compile its code as often as there are workers.
    """
    ordered = sorted(tasks, key=lambda task: -task.budget)
    biggest: dict[str, Task] = {}
    for task in ordered:
        biggest.setdefault(task.group, task)
    begin = list(biggest.values())[:workers]
    return begin + [task for task in ordered if task not in begin]


def run_tasks(tasks: list[Task], jobs: int) -> Iterator[tuple[Task, Outcome]]:
    """Run tasks in their order, and give each outcome as it comes.

    Closing the iterator, or Ctrl-C, stops the workers at once. Raises PipelineError where a worker dies.
    """
    # joblib's tracker of shared resources is a process of its own; after Ctrl-C it would warn of what it cleans up.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
    os.environ.setdefault("GLIBC_TUNABLES", MEMORY)
    # joblib starts a worker anew that keeps much memory, as they are told to here, and warns as if that were a fault.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs")
    here = socket.gethostname(), os.getpid()
    calls = (joblib.delayed(_attempt)(index, task, *here) for index, task in enumerate(tasks))
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
    with _ctrl_c_unheard():
        outcomes = parallel(calls)  # and with it begin the workers
    try:
        for index, outcome in outcomes:
            yield tasks[index], outcome
    except RuntimeError as error:
        raise PipelineError(f"a worker process died (out of memory?): {error}; finished parts are kept") from error
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # closing early cancels the rest, as is wanted
            outcomes.close()


@contextlib.contextmanager
def _ctrl_c_unheard() -> Iterator[None]:
    """Ignore Ctrl-C for a moment, as every process that begins in it then does: others it strikes amid their imports."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def single_threaded() -> contextlib.AbstractContextManager[Any]:
    """Hold every numerical library that is loaded by now to one thread."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
    return threadpoolctl.threadpool_limits(limits=1)


def _attempt(index: int, task: Task, host: str, parent: int) -> tuple[int, Outcome]:
    """Run one task in a worker; an exception is an outcome like any other."""
    if os.getpid() != parent:
        _settle_in(host, parent)
    if task.src not in sys.path:
        sys.path.insert(0, task.src)
    value, failure = None, None
    began = time.perf_counter()
    try:
        value = task.function(*task.arguments)
    except FAILURES as error:  # whatever it is, it is reported and the other tasks go on
        failure = describe(error)
    return index, Outcome(value, failure, time.perf_counter() - began)


@functools.cache
def _settle_in(host: str, parent: int) -> None:
    """Leave Ctrl-C to the run that this worker process serves, and end when that run is gone; once is enough.

    A worker that was never given a task ends by itself, minutes later. One that is not this run's child, such
    as a cluster's, is left alone.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if host == socket.gethostname() and not _alive(parent):
        os._exit(1)
    if os.getppid() == parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        # A compiler makes many objects; looking for dead ones a hundred times less often saves a tenth of its time.
        gc.set_threshold(100_000)


def _end_with(parent: int) -> None:
    """End this process soon after its parent was killed, which leaves no time to stop the workers."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def describe(error: BaseException) -> Failure:
    """Put an exception into words, without this module's own frames."""
    trace = "".join(traceback.format_exception(type(error), error, _beyond_here(error.__traceback__)))
    first = "".join(traceback.format_exception_only(type(error), error)).splitlines()[0]
    return Failure(first, tuple(getattr(error, "__notes__", ())), trace)


def _beyond_here(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and frames.tb_next is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    return frames
