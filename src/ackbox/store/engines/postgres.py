"""PostgreSQL: a pool of connections, and one writer with group commit for each workspace.

Waiting writes of a workspace run in one transaction. Writes that only append, such as sends, run in
lockstep: each advances until it waits for a statement, and equal statements of all of them take one
round trip. All other writes run alone under the workspace's lock, so that two servers never change
the same data at the same time. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import asyncpg

from ackbox.errors import AckboxError, Invalid, Unavailable
from ackbox.store.copying import copy_postgres, fresh_file
from ackbox.store.engine import Row, Work
from ackbox.store.engines.fairness import Threads
from ackbox.store.engines.postgres_batch import Batches
from ackbox.store.engines.postgres_job import Ask, Ended, Job, PostgresTransaction, step
from ackbox.store.engines.postgres_setup import connect, prepare_database
from ackbox.store.sql.statements import load

T = TypeVar("T")
MAX_TOGETHER = 512
CHANNEL = "ackbox"
# Work that gets more rows at once continues in a thread, where it does not block the event loop.
NEAR_ROWS = 500
FAR_STEPS = 2
# A notification holds at most 8,000 bytes.
MAX_TEXTS = 50
# Statements that add rows which nothing else in the group can read; every other write runs alone.
APPENDS = frozenset(
    {
        "take_seq",
        "message_add",
        "addressed_add",
        "obligation_add",
        "idempotency_add",
        "event_add",
    }
)
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
)


class _Undo(Exception):
    """A group cannot continue together; it is rolled back and its jobs run alone."""


class PostgresEngine:
    """One PostgreSQL database, shared by any number of servers."""

    name = "postgres"

    def __init__(self, url: str, *, together: bool = True, connections: int = 16) -> None:
        self._url = url
        self._together = together
        self._most_connections = connections
        self._statements = load("postgres")
        self._batches = Batches(self._statements)
        self._pool: asyncpg.Pool[Any] | None = None
        self._waiting: dict[int | None, deque[Job]] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._far = Threads(FAR_STEPS)
        self._listening: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._untold: set[str] = set()
        self._facts: dict[str, Any] = {}

    async def open(self) -> None:
        try:
            self._facts = await prepare_database(self._url)
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=self._most_connections,
                connect=connect,
                reset=_leave,
                command_timeout=60,
                statement_cache_size=500,
            )
        except (
            *LOST,
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
        ) as error:
            raise Unavailable(
                f"PostgreSQL does not answer: {error}.",
                hint="Check the database URL and that the server runs.",
            ) from None
        except ValueError:
            # The error's text may quote a part of the password, which asyncpg misreads if it
            # contains a colon or a slash.
            raise Invalid(
                "This database URL cannot be read.",
                hint=(
                    "Use postgresql://user@host/name; write %3A for a colon in the password and %2F"
                    " for a slash."
                ),
            ) from None

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        for task in (self._listening, self._telling):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._writers:
            await asyncio.wait(self._writers)
        if pool is not None:
            await pool.close()

    async def read(
        self, work: Work[T], *, slow: bool = False, ws: int | None = None, across: bool = False
    ) -> T:
        for is_last in (False, True):
            try:
                async with self._connection() as connection:
                    return await self._read_on(connection, work, ws, across)
            except LOST as error:
                # A connection that died while idle fails at its first use; a read can be repeated.
                if is_last:
                    raise _unavailable(error) from None
                await self._forget_connections()
        raise AssertionError

    async def _read_on(self, connection: Any, work: Work[T], ws: int | None, across: bool) -> T:
        await connection.execute(
            f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_walls(ws, across)}"
        )
        try:
            return await self._drive(connection, work(PostgresTransaction(writable=False)))
        finally:
            if not connection.is_closed():
                await connection.execute("COMMIT")

    async def _drive(self, connection: Any, coroutine: Awaitable[T]) -> T:
        """Run work to its end, one statement after the other.

        Work that processes many rows does so in a thread.
        """
        generator = coroutine.__await__()
        rows: list[Row] | None = None
        while True:
            is_far = rows is not None and len(rows) > NEAR_ROWS
            ask = (
                await self._far.run(None, partial(step, generator, rows))
                if is_far
                else step(generator, rows)
            )
            if isinstance(ask, Ended):
                return ask.result
            try:
                rows = await self._batches.one(connection, ask.name, ask.parameters)
            except BaseException:
                generator.close()
                raise

    async def write(
        self, work: Work[T], *, slow: bool = False, ws: int | None = None, across: bool = False
    ) -> T:
        if self._pool is None:
            raise Unavailable("The store is closed.", hint="Start the server again.")
        job = Job(work)
        place = None if across else ws
        waiting = self._waiting.get(place)
        if waiting is not None:
            waiting.append(job)
        else:
            self._waiting[place] = deque([job])
            task = asyncio.create_task(self._serve(place, ws))
            self._writers.add(task)
            task.add_done_callback(self._writers.discard)
        result: T = await job.future
        return result

    async def _serve(self, place: int | None, ws: int | None) -> None:
        """Write the waiting jobs of one workspace, group after group, until none waits."""
        waiting = self._waiting[place]
        while waiting:
            group = [waiting.popleft() for _ in range(min(len(waiting), MAX_TOGETHER))]
            try:
                await self._commit_somewhere(group, ws, across=place is None)
            except BaseException as error:
                for job in group:
                    job.coroutine.close()
                    job.error = _unavailable(error)
            for job in group:
                job.answer()
            if not waiting:
                # Callers that just got their result may write again at once; those writes join the
                # next group instead of starting a task each.
                await asyncio.sleep(0)
        del self._waiting[place]

    async def _commit_somewhere(self, group: list[Job], ws: int | None, *, across: bool) -> None:
        begin = f"BEGIN; {_walls(ws, across)}"
        for is_last in (False, True):
            async with self._connection() as connection:
                try:
                    await connection.execute(begin)
                except LOST:
                    # It died while idle, before it received anything of this group: try another
                    # connection.
                    connection.terminate()
                    if is_last:
                        raise
                    await self._forget_connections()
                    continue
                await self._commit_together(connection, group, ws, begin)
                return

    async def _commit_together(
        self, connection: Any, group: list[Job], ws: int | None, begin: str
    ) -> None:
        alone = group
        if self._together and len(group) > 1:
            try:
                alone = await self._lockstep(connection, group)
            except (_Undo, asyncpg.PostgresError) as error:
                if isinstance(error, LOST):
                    raise
                await connection.execute(f"ROLLBACK; {begin}")
                for job in group:
                    job.coroutine.close()
                    job.restart()
        if alone:
            await self._one_by_one(connection, alone, ws)
        await connection.execute("COMMIT")

    async def _lockstep(self, connection: Any, group: list[Job]) -> list[Job]:
        """Run jobs side by side; returns those that must run alone.

        Raises _Undo if a job failed after it had written.
        """
        alone: list[Job] = []
        asks: dict[Job, Ask] = {}

        def leave(job: Job) -> None:
            if job.has_written:
                raise _Undo
            job.coroutine.close()
            job.restart()
            alone.append(job)

        def go_on(job: Job, rows: list[Row] | None) -> None:
            if rows is not None and len(rows) > NEAR_ROWS:
                leave(job)
                return
            ask = job.step(rows)
            if ask is None:
                if job.error is not None and job.has_written:
                    raise _Undo
                return
            if self._statements[ask.name].is_write:
                if ask.name not in APPENDS:
                    leave(job)
                    return
                job.has_written = True
            asks[job] = ask

        for job in group:
            go_on(job, None)
        while asks:
            # The counter comes last: its row stays locked until the commit, and other servers wait
            # for it.
            names = {ask.name for ask in asks.values()}
            names = names - {"take_seq"} or names
            ready = {job: ask for job, ask in asks.items() if ask.name in names}
            asks = {job: ask for job, ask in asks.items() if ask.name not in names}
            for name in sorted(names):
                jobs = [job for job, ask in ready.items() if ask.name == name]
                answers = await self._batches.many(
                    connection, name, [ready[job].parameters for job in jobs]
                )
                for job, rows in zip(jobs, answers, strict=True):
                    go_on(job, rows)
        return alone

    async def _one_by_one(self, connection: Any, jobs: list[Job], ws: int | None) -> None:
        if ws is not None:
            await self._batches.one(connection, "workspace_lock", [{"ws": ws}])
        for job in jobs:
            await connection.execute("SAVEPOINT job")
            try:
                job.result = await self._drive(connection, job.coroutine)
                await connection.execute("RELEASE job")
            except LOST:
                raise
            except Exception as error:  # one bad write fails alone; its caller gets the error
                job.error = (
                    _unavailable(error) if isinstance(error, asyncpg.PostgresError) else error
                )
                await connection.execute("ROLLBACK TO job")

    async def _forget_connections(self) -> None:
        """Expire all connections: when one has died, the others may have died too.

        The pool opens each again on demand.
        """
        if self._pool is not None:
            await self._pool.expire_connections()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        """Lend a connection; a connection that is lost meanwhile is closed and never lent again."""
        if self._pool is None:
            raise Unavailable("The store is closed.", hint="Start the server again.")
        async with self._pool.acquire(timeout=10) as connection:
            try:
                yield connection
            except LOST:
                # The server announces its shutdown before it ends; until then the connection looks
                # alive.
                connection.terminate()
                raise

    async def listen(self, hear: Callable[[str], None]) -> None:
        ready = asyncio.Event()
        self._listening = asyncio.create_task(self._listen_on(hear, ready))
        await ready.wait()

    async def _listen_on(self, hear: Callable[[str], None], ready: asyncio.Event) -> None:
        """Listen to other servers on a separate connection.

        After a lost connection all waiters read again.
        """
        wait_s = 0.1
        while True:
            with suppress(*LOST, asyncpg.PostgresError):
                connection = await connect(self._url, timeout=10)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                await connection.add_listener(
                    CHANNEL, lambda _, __, ___, texts: _hear_each(hear, texts)
                )
                if ready.is_set():
                    hear("*")
                ready.set()
                wait_s = 0.1
                try:
                    await gone.wait()
                finally:
                    connection.terminate()
            ready.set()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 5.0)

    async def tell(self, text: str) -> None:
        self._untold.add(text)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        """Send the collected texts in one notification; a lost one costs time, never a message."""
        while self._untold:
            texts, self._untold = (
                sorted(self._untold)[:MAX_TEXTS],
                set(sorted(self._untold)[MAX_TEXTS:]),
            )
            with suppress(*LOST, asyncpg.PostgresError, Unavailable, TimeoutError):
                async with self._connection() as connection:
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, ",".join(texts))

    async def backup(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(copy_postgres, self._url, fresh_file(path))

    def facts(self) -> dict[str, Any]:
        return {"engine": "postgres", **self._facts}


def _hear_each(hear: Callable[[str], None], texts: str) -> None:
    for text in texts.split(","):
        hear(text)


def _walls(ws: int | None, across: bool) -> str:
    """Return the settings that row-level security reads, for this transaction only."""
    seen = "on" if across or ws is None else "off"
    return (
        f"SELECT set_config('ackbox.ws', '{ws or 0:d}', true), set_config('ackbox.across',"
        f" '{seen}', true)"
    )


def _unavailable(error: BaseException) -> AckboxError:
    if isinstance(error, AckboxError):
        return error
    return Unavailable(
        "The store could not write.",
        hint=f"Nothing of this is known to be stored; try again ({type(error).__name__}).",
        retry_after_s=1,
    )


async def _leave(connection: Any) -> None:
    """Reset nothing: no state outlives a transaction here."""
