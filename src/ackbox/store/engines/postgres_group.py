"""Groups of jobs on PostgreSQL: side by side in one transaction, or one alone to its end.

Transactions, locks and connections are in postgres.py. Explained in docs/why/storage.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any, TypeVar

from ackbox.store.engines.fairness import Threads
from ackbox.store.engines.postgres_batch import FIRST, Batches, Parameters
from ackbox.store.engines.postgres_job import Append, Ask, Ended, Job, Wish, size_of, step

T = TypeVar("T")
# Work that gets more rows at once continues in a thread, where it does not block the event loop.
NEAR_ROWS = 500
FAR_STEPS = 2


class Undo(Exception):
    """A group cannot continue together; it is rolled back and its jobs run alone."""


class Driver:
    """Runs work statement by statement."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._far = Threads(FAR_STEPS)

    async def drive(self, connection: Any, coroutine: Awaitable[T]) -> T:
        """Run work to its end, one statement after the other.

        Work that processes many rows does so in a thread.
        """
        generator = coroutine.__await__()
        answer: Any = None
        while True:
            is_far = isinstance(answer, dict) and size_of(answer) > NEAR_ROWS
            wish = (
                await self._far.run(None, partial(step, generator, answer))
                if is_far
                else step(generator, answer)
            )
            if isinstance(wish, Ended):
                return wish.result
            try:
                answer = await self._grant(connection, wish)
            except BaseException:
                generator.close()
                raise

    async def _grant(self, connection: Any, wish: Wish) -> Any:
        if isinstance(wish, Ask):
            return await self._batches.ask(connection, wish.queries)
        if isinstance(wish, Append):
            writes = wish.writes(FIRST)
            return await self._batches.write(connection, wish.ws, wish.many, writes)
        return await self._batches.run(connection, wish.name, wish.parameters)


class Lockstep:
    """Jobs of one workspace side by side: each advances until it waits, then one statement serves
    all that wait for an answer, or for a number.

    `is_locked`: no other server changes marks in this workspace meanwhile.
    """

    def __init__(self, batches: Batches, connection: Any, ws: int, *, is_locked: bool) -> None:
        self._batches, self._connection, self._ws = batches, connection, ws
        self._is_locked = is_locked
        self._wishes: dict[Job, Wish] = {}
        # What all have read is from before the group: of two jobs that change the marks of one
        # agent, the second must not see half of what the first wrote.
        self._marking: dict[int, Job] = {}
        self.alone: list[Job] = []

    async def run(self, jobs: Sequence[Job]) -> None:
        """Run jobs to their ends; those that must run alone are in `alone` then.

        Raises Undo if a job failed after it had written.
        """
        for job in jobs:
            self._go_on(job, None)
        while self._wishes:
            asking = {job: wish for job, wish in self._wishes.items() if isinstance(wish, Ask)}
            if asking:
                await self._ask(asking)
            else:
                await self._append()

    def _leave(self, job: Job) -> None:
        if job.has_written:
            raise Undo
        self._wishes.pop(job, None)
        job.coroutine.close()
        job.restart()
        self.alone.append(job)

    def _go_on(self, job: Job, answer: Any) -> None:
        self._wishes.pop(job, None)
        if isinstance(answer, dict) and size_of(answer) > NEAR_ROWS:
            self._leave(job)
            return
        wish = job.step(answer)
        if wish is None:
            if job.error is not None and job.has_written:
                raise Undo
        elif isinstance(wish, Ask) or (
            isinstance(wish, Append) and wish.ws == self._ws and (self._is_locked or not wish.of)
        ):
            self._wishes[job] = wish
        else:
            self._leave(job)

    async def _ask(self, asking: dict[Job, Ask]) -> None:
        queries = list(dict.fromkeys(each for ask in asking.values() for each in ask.queries))
        answers = await self._batches.ask(self._connection, queries)
        for job, ask in asking.items():
            self._go_on(job, {query: answers[query] for query in ask.queries})

    async def _append(self) -> None:
        """Write for all: one statement, in which the counter moves once."""
        many, firsts = 0, dict[Job, int]()
        writes: list[tuple[str, Sequence[Parameters]]] = []
        for job, wish in list(self._wishes.items()):
            assert isinstance(wish, Append)
            if any(self._marking.setdefault(agent, job) is not job for agent in wish.of):
                self._leave(job)
                continue
            firsts[job] = many
            writes += wish.writes(FIRST + many)
            many += wish.many
        for job in firsts:
            job.has_written = True
        first = await self._batches.write(self._connection, self._ws, many, writes)
        for job, offset in firsts.items():
            self._go_on(job, first + offset)
