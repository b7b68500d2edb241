"""Telling a person how far the work is."""

import contextlib
import sys
import threading
import time
from collections.abc import Collection, Iterator

# A piece that takes so many times its budget, and at least so many seconds, is called by its name.
TIMES_OVER = 10
AT_LEAST = 60.0


class Progress:
    """One line when a piece of work ends; on a terminal also a last line that counts down meanwhile.

    Time left comes from the budgets of what is not done, scaled by how the pieces done so far kept to theirs. A piece
    that exceeds its budget many times over is named once: it may never end.
    """

    def __init__(self, budgets: dict[str, float], workers: int) -> None:
        """``budgets`` in core-seconds, one for each piece by its name, in the order in which they are begun."""
        self._waiting = list(budgets.items())
        self._open = dict(budgets)  # not finished yet
        self._running: dict[str, tuple[float, float]] = {}  # by name: when it was begun, and from when on it is named
        self.total = len(budgets)
        self.done = 0
        self._workers = workers
        self._budget_left = sum(budgets.values())
        self._budget_done = 0.0
        self._seconds_done = 0.0
        self._marked = time.monotonic()
        self._live = sys.stdout.isatty()
        self._print = threading.Lock()
        for _ in range(workers):
            self._begin()

    def _begin(self) -> None:
        """Take the next piece for begun: a worker that is free takes it at once."""
        if self._waiting:
            name, budget = self._waiting.pop(0)
            now = time.monotonic()
            self._running[name] = now, now + max(TIMES_OVER * budget, AT_LEAST)

    def finished(self, name: str, budget: float, seconds: float, note: str = "") -> None:
        """Count and print one piece; ``seconds`` is how long it took by the clock."""
        with self._print:
            self.done += 1
            self._running.pop(name, None)
            self._open.pop(name, None)
            self._begin()
            self._budget_left -= budget
            self._budget_done += budget
            self._seconds_done += seconds
            self._marked = time.monotonic()
            width = len(str(self.total))
            line = f"[{self.done:{width}}/{self.total}] {name:<36} {seconds:6.1f} s"
            left = f", {self._left()}" if self.done < self.total and not self._live else ""
            self._show(line + note + left + "\n")

    def _name_overdue(self) -> None:
        for name, (begun, overdue) in self._running.items():
            now = time.monotonic()
            if now > overdue:
                self._running[name] = begun, float("inf")
                took = spoken(now - begun)
                self._show(f"{name} has taken {took}, many times its budget; it may never end, and Ctrl-C keeps the rest\n")

    def until(self, names: Collection[str]) -> float:
        """Return the seconds after which the last of these pieces will be done; 0 where all are."""
        upto, last = 0.0, 0.0
        for name, budget in self._open.items():
            upto += budget
            last = upto if name in names else last
        return self._seconds(last)

    def _seconds(self, budget: float) -> float:
        """Return how long so many core-seconds will take by the clock."""
        pace = self._seconds_done / self._budget_done if self._budget_done else 1.0
        return budget * pace / self._workers

    def _left(self) -> str:
        passed = time.monotonic() - self._marked
        return f"about {spoken(max(self._seconds(self._budget_left) - passed, 1.0))} left"

    def _show(self, text: str) -> None:
        sys.stdout.write(("\r\x1b[K" if self._live else "") + text)
        sys.stdout.flush()

    @contextlib.contextmanager
    def live(self) -> Iterator[None]:
        """Name what is overdue, and keep the last line of a terminal up to date, while the block runs."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(1.0):
                with self._print:
                    self._name_overdue()
                    if self._live:
                        self._show(f"{self.done} of {self.total} done, {self._left()}")

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            if self._live:
                self._show("")


def spoken(seconds: float) -> str:
    """Return a duration such as ``40 s`` or ``2 min 10 s``."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
