"""Telling a person how far the work is."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator


class Progress:
    """One line when a piece of work ends; on a terminal also a last line that counts down meanwhile.

    Time left comes from the budgets of what is not done, scaled by how the pieces done so far kept to theirs.
    """

    def __init__(self, budgets: list[float], workers: int) -> None:
        """``budgets`` in core-seconds, one for each piece."""
        self.total = len(budgets)
        self.done = 0
        self._workers = workers
        self._budget_left = sum(budgets)
        self._budget_done = 0.0
        self._seconds_done = 0.0
        self._marked = time.monotonic()
        self._live = sys.stdout.isatty()
        self._print = threading.Lock()

    def finished(self, name: str, budget: float, seconds: float, note: str = "") -> None:
        """Count and print one piece; ``seconds`` is how long it took by the clock."""
        with self._print:
            self.done += 1
            self._budget_left -= budget
            self._budget_done += budget
            self._seconds_done += seconds
            self._marked = time.monotonic()
            width = len(str(self.total))
            line = f"[{self.done:{width}}/{self.total}] {name:<36} {seconds:6.1f} s"
            left = f", {self._left()}" if self.done < self.total and not self._live else ""
            self._show(line + note + left + "\n")

    def _left(self) -> str:
        pace = self._seconds_done / self._budget_done if self._budget_done else 1.0
        passed = time.monotonic() - self._marked
        return f"about {spoken(max(self._budget_left * pace / self._workers - passed, 1.0))} left"

    def _show(self, text: str) -> None:
        sys.stdout.write(("\r\x1b[K" if self._live else "") + text)
        sys.stdout.flush()

    @contextlib.contextmanager
    def live(self) -> Iterator[None]:
        """Keep the last line of a terminal up to date while the block runs."""
        over = threading.Event()

        def count_down() -> None:
            while not over.wait(1.0):
                with self._print:
                    self._show(f"{self.done} of {self.total} done, {self._left()}")

        thread = threading.Thread(target=count_down, daemon=True)
        if self._live:
            thread.start()
        try:
            yield
        finally:
            over.set()
            if self._live:
                thread.join()
                self._show("")


def spoken(seconds: float) -> str:
    """Return a duration such as ``40 s`` or ``2 min 10 s``."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
