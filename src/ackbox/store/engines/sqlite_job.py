"""Jobs: the work for SQLite, the futures of its callers, and groups that commit together.

sqlite.py decides when they run. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import msgspec

from ackbox.store.engine import Work
from ackbox.store.engines.sqlite_budget import SPENT
from ackbox.store.engines.sqlite_transaction import SqliteTransaction

T = TypeVar("T")


def drive(work: Awaitable[T]) -> T:
    """Run a coroutine that never suspends to its end."""
    coroutine = work.__await__()
    try:
        next(coroutine)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("an operation awaited something other than its store")


class Job:
    __slots__ = ("error", "future", "is_spent", "result", "work", "writable", "ws")

    def __init__(
        self, work: Work[Any], loop: asyncio.AbstractEventLoop, ws: int | None, writable: bool
    ) -> None:
        self.work = work
        self.ws = ws
        # Whether it has used up its budget of the loop; its result is void then.
        self.is_spent = False
        self.writable = writable
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, tx: SqliteTransaction) -> None:
        """Run the work, perhaps again, and keep its result or error."""
        self.error = None
        self.is_spent = False
        tx.writable = self.writable
        try:
            self.result = drive(self.work(tx))
        except SPENT:
            self.is_spent = True
        except Exception as error:  # one bad write fails alone; its caller gets the error
            self.error = error

    def answer(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Group(msgspec.Struct):
    """Writes that commit together; `is_run` if only the commit remains."""

    loop: asyncio.AbstractEventLoop
    jobs: list[Job]
    is_run: bool
    # Whether one of them failed after it had written, so that each must run with a savepoint.
    is_apart: bool = False
    # Jobs without time left: they wait again.
    cut: list[Job] = msgspec.field(default_factory=list)

    def take_cut(self) -> dict[int | None, list[Job]]:
        """Take the jobs that wait again, by workspace."""
        found: dict[int | None, list[Job]] = {}
        for job in self.cut:
            found.setdefault(job.ws, []).append(job)
        self.cut.clear()
        return found
