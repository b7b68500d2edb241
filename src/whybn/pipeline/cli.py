"""The command line."""

import argparse
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from whybn.pipeline.build import make_figures
from whybn.pipeline.data import Records
from whybn.pipeline.errors import PipelineError, UsageError
from whybn.pipeline.ledger import print_ledger
from whybn.pipeline.project import Project, Variant

STOPPED = 130
PATIENCE = 5  # seconds after Ctrl-C in which everything may be put in order


def main(project: Project, arguments: list[str]) -> int:
    """Run a command and return its exit status: 0, 1 for a failure, 2 for bad usage. After Ctrl-C the process ends."""
    interrupts: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        """Raise once. Another Ctrl-C would strike what joblib calls to end the workers, and they would stay."""
        interrupts.append(number)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, lambda *_: _leave())
        signal.alarm(PATIENCE)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        options = _parser().parse_args(arguments)
        return options.command(project, options)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (Exception, KeyboardInterrupt) as error:
        # Ctrl-C reaches the workers, too: a worker that it ends while starting may be what is noticed first.
        if interrupts:
            print("\nstopped; what was finished is kept, and the next run goes on from there", file=sys.stderr)
            _leave()
        if not isinstance(error, PipelineError):
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, before)


def _leave() -> NoReturn:
    """End at once: an orderly exit would wait for workers, and these end by themselves when their run is gone."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STOPPED)


def _figures(project: Project, options: argparse.Namespace) -> int:
    jobs = None if options.jobs is None else _count("JOBS", options.jobs, least=1)
    elsewhere = [options.first_seed is not None, options.large, options.keep is not None]
    if not any(elsewhere):
        return make_figures(project, Variant("quick" if options.quick else "full"), options.figure, jobs)
    if options.quick or options.figure:
        raise UsageError("--first-seed, --large and --keep are about all claims; leave out --quick and --figure")
    if sum(elsewhere) > 1:
        raise UsageError("--first-seed, --large and --keep are three runs; give one of them")
    from whybn.pipeline.elsewhere import check_large, check_seeds, keep_own

    if options.keep is not None:
        return keep_own(project, options.keep, jobs)
    if options.large:
        return check_large(project, jobs)
    return check_seeds(project, _count("--first-seed", options.first_seed, least=0), jobs)


def _serve(project: Project, options: argparse.Namespace) -> int:
    from whybn.pipeline.serving import serve

    jobs = None if options.jobs is None else _count("JOBS", options.jobs, least=1)
    variant = Variant("quick" if options.quick else "full")
    return serve(project, variant, options.figure, jobs, _count("--port", options.port, least=0))


def _ledger(project: Project, _options: argparse.Namespace) -> int:
    print_ledger(project, Records(project))
    return 0


def _count(name: str, text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise UsageError(f"{name} must be a whole number of at least {least}, not '{text}'")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m whybn")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ledger = commands.add_parser("ledger", help="print what the experiments took when they were last trained")
    ledger.set_defaults(command=_ledger)
    figures = commands.add_parser("figures", help="compute and draw what is stale")
    figures.set_defaults(command=_figures)
    serving = commands.add_parser("serve", help="show the article, and compute and draw what is stale meanwhile")
    serving.set_defaults(command=_serve)
    serving.add_argument("--port", metavar="N", default="8000", help="of this machine (default: 8000)")
    for command in (figures, serving):
        command.add_argument("--figure", metavar="NAME", help="only this figure and what it needs")
        command.add_argument("--quick", action="store_true", help="fewer seeds and steps; no verdict is checked")
        command.add_argument("--jobs", metavar="N", help="worker processes (default: one for each core)")
    figures.add_argument("--first-seed", metavar="N", help="measure everything again at other seeds")
    figures.add_argument("--large", action="store_true", help="measure everything again at larger settings")
    figures.add_argument("--keep", metavar="WORDS", help="keep what this computer measured; WORDS say what differs here")
    return parser
