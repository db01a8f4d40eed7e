"""Jobs on PostgreSQL: statements as requests to the driver of the work, and writes with their
futures.

postgres.py decides when they run. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ackbox.store.engine import Row, Work

T = TypeVar("T")


class Ask:
    """One statement that a coroutine waits for; its driver sends the rows."""

    __slots__ = ("name", "parameters")

    def __init__(self, name: str, parameters: list[dict[str, Any]]) -> None:
        self.name = name
        self.parameters = parameters

    def __await__(self) -> Generator[Ask, list[Row], list[Row]]:
        return (yield self)


class PostgresTransaction:
    """Statements as requests to the driver of the work."""

    def __init__(self, *, writable: bool) -> None:
        self.writable = writable

    async def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        return await Ask(name, [parameters])

    async def run(self, name: str, /, **parameters: Any) -> None:
        await Ask(name, [parameters])

    async def run_many(self, name: str, parameters: Sequence[dict[str, Any]], /) -> None:
        if parameters:
            await Ask(name, list(parameters))


class Job:
    """One write: its work, and the future of its caller."""

    __slots__ = ("coroutine", "error", "future", "has_written", "result", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.coroutine: Coroutine[Any, Any, Any]
        self.restart()

    def restart(self) -> None:
        self.coroutine = self.work(PostgresTransaction(writable=True))  # type: ignore[assignment]  # every work is an async def
        self.result: Any = None
        self.error: BaseException | None = None
        self.has_written = False

    def step(self, rows: list[Row] | None) -> Ask | None:
        """Advance to the next statement; null at the end, when the job holds the result or
        error.
        """
        try:
            return self.coroutine.send(rows)  # type: ignore[no-any-return]  # a work awaits only its transaction
        except StopIteration as done:
            self.result = done.value
        except Exception as error:  # its caller gets the error with the results of the group
            self.error = error
        return None

    def answer(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


@dataclass(frozen=True, slots=True)
class Ended(Generic[T]):
    """The end of a piece of work, with its result."""

    result: T


def step(generator: Generator[Ask, list[Row] | None, T], rows: list[Row] | None) -> Ask | Ended[T]:
    """Advance to the next statement, or to the end."""
    try:
        return generator.send(rows)
    except StopIteration as done:
        return Ended(done.value)
