"""Budget: how much of the event loop one job may use before it moves to a thread.

Statements run on the event loop's thread, where most take microseconds. Work that takes longer, or
that is given more rows than a page, is dropped and begun again in a thread, so that nobody else
waits for it. Explained in docs/why/limits.md, "The event loop".
"""

from __future__ import annotations

import math
from time import perf_counter, thread_time

import apsw

# Of the loop, for one piece of work; a group of writes may use a few times as much.
SECONDS = 0.006
GROUP_SECONDS = 0.015
# Maximum rows of a page; going through more would block others for too long.
ROWS = 2_000
# SQLite's own steps between two looks at the clock: some tenth of a millisecond.
STEPS = 10_000


class Spent(BaseException):
    """Work has used what it may of the event loop.

    Not an Exception: no operation may take it for a fault of its own.
    """


# SQLite's word for the same in the middle of a statement.
SPENT = (Spent, apsw.InterruptError)


class Stopwatch:
    """Whether this thread has worked longer than so many seconds, by half of them at most.

    Reading the clock of the thread's CPU time costs as much as a statement, so it is read only
    after the wall clock shows that the time is over. Time that other processes used does not
    count.
    """

    __slots__ = ("_seconds", "_until_worked", "until")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.until = perf_counter() + seconds
        self._until_worked: float | None = None

    def is_over(self) -> bool:
        if perf_counter() <= self.until:
            return False
        if self._until_worked is None:
            self._until_worked = thread_time() + self._seconds / 2
        return thread_time() > self._until_worked


class Budget:
    """The budget of the work that runs now; without end while none has begun."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._watch: Stopwatch | None = None
        # The watch's own first moment, here too: most statements end before it, and every one asks.
        self.until = math.inf
        self.rows = ROWS
        connection.set_progress_handler(self._is_over, STEPS)

    def begin(self) -> None:
        """Give the work that starts now its share."""
        self._watch = Stopwatch(SECONDS)
        self.until = self._watch.until
        self.rows = ROWS

    def end(self) -> None:
        """Remove the limit for work that continues in a thread."""
        self._watch = None
        self.until = math.inf

    def spend(self, rows: int) -> None:
        """Count what a statement gave. Raises Spent."""
        self.rows -= rows
        if (
            (self.rows < 0 or perf_counter() > self.until)
            and self._watch is not None
            and (self.rows < 0 or self._watch.is_over())
        ):
            raise Spent

    def _is_over(self) -> bool:
        return self._watch is not None and self._watch.is_over()
