"""Jobs on PostgreSQL: statements as requests to the driver of the work, and writes with their
futures.

postgres.py and postgres_group.py decide when they run. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from ackbox.store.engine import Joins, Queries, Row, Work, Writes
from ackbox.store.engines.postgres_batch import Batches, Parameters, Query

T = TypeVar("T")
Answers = dict[Query, Sequence[Row]]


class Ask:
    """Queries that a coroutine waits for; its driver sends the rows of each."""

    __slots__ = ("queries",)

    def __init__(self, queries: list[Query]) -> None:
        self.queries = queries

    def __await__(self) -> Generator[Ask, Answers, Answers]:
        return (yield self)


class Tell:
    """One statement that changes something; its driver sends its rows."""

    __slots__ = ("name", "parameters")

    def __init__(self, name: str, parameters: Sequence[Parameters]) -> None:
        self.name = name
        self.parameters = parameters

    def __await__(self) -> Generator[Tell, list[Row], list[Row]]:
        return (yield self)


class Append:
    """Writes that may share a statement with those of other jobs, and the numbers that they take.

    `of` names the agents whose marks they change. Its driver sends the first number.
    """

    __slots__ = ("many", "of", "writes", "ws")

    def __init__(
        self, ws: int, many: int, writes: Callable[[int], Writes], of: frozenset[int]
    ) -> None:
        self.ws, self.many, self.writes, self.of = ws, many, writes, of

    def __await__(self) -> Generator[Append, int, int]:
        return (yield self)


Wish = Ask | Tell | Append


class PostgresTransaction:
    """Statements as requests to the driver of the work.

    A query has one answer until the work writes, and those that are foreseen come together.
    """

    looks_ahead = True

    def __init__(self, batches: Batches, *, writable: bool) -> None:
        self.writable = writable
        self._batches = batches
        self._answers: Answers = {}

    async def ahead(self, queries: Callable[[], Queries]) -> None:
        wanted = dict.fromkeys(
            self._batches.query(name, parameters) for name, parameters in queries()
        )
        missing = [query for query in wanted if query not in self._answers]
        if missing:
            self._answers.update(await Ask(missing))

    async def rows(self, name: str, /, **parameters: Any) -> Sequence[Row]:
        if self._batches.is_write(name):
            self._answers.clear()
            return await Tell(name, [parameters])
        query = self._batches.query(name, parameters)
        found = self._answers.get(query)
        if found is None:
            self._answers.update(await Ask([query]))
            found = self._answers[query]
        return found

    async def run(self, name: str, /, **parameters: Any) -> None:
        self._answers.clear()
        await Tell(name, [parameters])

    async def run_many(self, name: str, parameters: Sequence[dict[str, Any]], /) -> None:
        if parameters:
            self._answers.clear()
            await Tell(name, list(parameters))

    async def append(
        self,
        ws: int,
        many: int,
        writes: Callable[[int], Writes],
        /,
        *,
        of: frozenset[int] = frozenset(),
    ) -> int:
        self._answers.clear()
        return await Append(ws, many, writes, of)


class Job:
    """One write: its work, and the future of its caller."""

    def __init__(self, work: Work[Any], batches: Batches, joins: Joins) -> None:
        self._work = work
        self._batches = batches
        self.joins = joins
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.restart()

    def restart(self) -> None:
        """Forget what was done: the work begins anew."""
        transaction = PostgresTransaction(self._batches, writable=True)
        # Every work is an async def.
        self.coroutine = cast("Coroutine[Wish, Any, Any]", self._work(transaction))
        self.result: Any = None
        self.error: BaseException | None = None
        self.has_written = False

    def step(self, answer: Any) -> Wish | None:
        """Advance to the next wish; null at the end, when the job holds the result or error."""
        try:
            return self.coroutine.send(answer)
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


def step(generator: Generator[Wish, Any, T], answer: Any) -> Wish | Ended[T]:
    """Advance to the next wish, or to the end."""
    try:
        return generator.send(answer)
    except StopIteration as done:
        return Ended(done.value)


def size_of(answers: Answers) -> int:
    """Return how many rows there are in some answers."""
    return sum(map(len, answers.values()))
