"""Budget: the time on the event loop that one job may use before it moves to a thread.

Statements run on the event loop's thread, where most take microseconds. Work that takes longer, or
that gets more rows than a page, is rolled back and started again in a thread, so that nobody else
waits for it. Explained in docs/why/limits.md, "The event loop".
"""

from __future__ import annotations

import math
import sys
from time import perf_counter, thread_time

import apsw

# Time on the loop for one piece of work; a group of writes may use a few times as much.
SECONDS = 0.006
GROUP_SECONDS = 0.015
# Maximum rows of a page; processing more would block others for too long.
ROWS = 2_000
# SQLite's steps between two checks of the clock: some tenth of a millisecond.
STEPS = 10_000


class Spent(BaseException):
    """Work has used up its budget of the event loop.

    Not an Exception, so that no operation handles it as an error of its work.
    """


# SQLite's error for the same in the middle of a statement.
SPENT = (Spent, apsw.InterruptError)


class Stopwatch:
    """Detects that this thread has worked longer than a limit, at the latest after one and a half
    times the limit.

    Reading the thread's CPU time costs as much as a statement, so it is read only after the wall
    clock shows that the time is over. The time of other processes does not count.
    """

    __slots__ = ("_seconds", "_until_worked", "until")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.start()

    def start(self) -> float:
        """Start again; returns the wall clock's time at which the limit is over."""
        self.until = perf_counter() + self._seconds
        self._until_worked: float | None = None
        return self.until

    def is_over(self) -> bool:
        if perf_counter() <= self.until:
            return False
        if self._until_worked is None:
            self._until_worked = thread_time() + self._seconds / 2
        return thread_time() > self._until_worked


class Budget:
    """The budget of the current work; unlimited between pieces of work.

    After each statement of the work, its transaction subtracts the rows from `rows`, and calls
    `check` if they are below 0 or the wall clock shows more than `until`: a call for each statement
    would cost as much as a short one.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._watch = Stopwatch(SECONDS)
        self.end()
        connection.set_progress_handler(self._is_over, STEPS)

    def begin(self) -> None:
        """Start the budget of the next work."""
        self.until = self._watch.start()
        self.rows = ROWS

    def end(self) -> None:
        """Remove the limit for work that continues in a thread."""
        self.until = self._watch.until = math.inf
        self.rows = sys.maxsize

    def check(self) -> None:
        """Raise Spent if the rows or the time are used up."""
        if self.rows < 0 or self._watch.is_over():
            raise Spent

    def _is_over(self) -> bool:
        return self._watch.is_over()
