"""What may be said of figures that are not there yet, to somebody who looks at the article while it is computed."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from whybn.pipeline.data import address, pages
from whybn.pipeline.files import write_changed
from whybn.pipeline.project import Project, Reader
from whybn.pipeline.runner import Runner


class Outlook:
    """A file that says of each figure still to come when that will be, or why it will not."""

    def __init__(self, project: Project, path: Path) -> None:
        """What an earlier run has left in the file goes."""
        self.project, self.path = project, path
        path.unlink(missing_ok=True)
        self.order = reading_order(project)

    def teller(self, runner: Runner, drawn: set[Reader]) -> Callable[[], None]:
        """Return what writes the file anew, from what ``runner`` knows at the time and which figures are ``drawn``."""
        return lambda: self._write(runner, drawn)

    def _write(self, runner: Runner, drawn: set[Reader]) -> None:
        """Say when figures will be drawn, in seconds since 1970, or what has failed."""
        told: dict[str, dict[str, object]] = {}
        for name, figure in self.project.figures.items():
            pieces = [
                f"{needed} · {part}" for needed in figure.experiments for part in self.project.experiments[needed].parts
            ]
            reasons = [runner.failures[piece] for piece in (*pieces, name) if piece in runner.failures]
            if reasons:
                told[name] = {"failed": reasons[0]}
            elif figure not in drawn and runner.progress:
                told[name] = {"at": round(time.time() + runner.progress.until(pieces), 1)}
        write_changed(self.path, json.dumps(told))

    def stopped(self, why: str) -> None:
        """Say of all figures that are not there that they will not come, as the run has ended."""
        write_changed(self.path, json.dumps({name: {"failed": why} for name in self.project.figures}))


def reading_order(project: Project) -> list[str]:
    """Return the experiments in the order in which a reader meets their figures: the opening picture's are the first."""
    text = "".join(pages(project).values())
    shown = sorted(
        (figure for name, figure in project.figures.items() if address(name) in text),
        key=lambda figure: text.index(address(figure.name)),
    )
    return list(dict.fromkeys([name for figure in shown for name in figure.experiments] + list(project.experiments)))
