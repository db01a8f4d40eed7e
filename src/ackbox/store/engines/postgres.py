"""PostgreSQL: a pool of connections, and one writer with group commit for each workspace.

Waiting writes of a workspace run in one transaction. Writes that only append, such as sends, and
those that mark messages run in lockstep; all other writes run alone under the workspace's lock, so
that two servers never change the same data at the same time. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg

from ackbox.errors import AckboxError, Invalid, Unavailable
from ackbox.store.copying import copy_postgres, fresh_file
from ackbox.store.engine import Joins, Transaction, Work
from ackbox.store.engines.postgres_batch import Batches
from ackbox.store.engines.postgres_group import Driver, Lockstep, Undo
from ackbox.store.engines.postgres_job import Job, PostgresTransaction
from ackbox.store.engines.postgres_setup import connect, prepare_database
from ackbox.store.sql.statements import PARAMETER, load

T = TypeVar("T")
MAX_TOGETHER = 512
CHANNEL = "ackbox"
# A notification holds at most 8,000 bytes.
MAX_TEXTS = 50
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
)


class PostgresEngine:
    """One PostgreSQL database, shared by any number of servers."""

    name = "postgres"

    def __init__(self, url: str, *, together: bool = True, connections: int = 16) -> None:
        self._url = url
        self._together = together
        self._most_connections = connections
        statements = load("postgres")
        self._batches = Batches(statements)
        self._driver = Driver(self._batches)
        self._lock = statements["workspace_lock"].sql
        self._pool: asyncpg.Pool[Any] | None = None
        self._waiting: dict[int | None, deque[Job]] = {}
        self._writers: set[asyncio.Task[None]] = set()
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
            tx = PostgresTransaction(self._batches, writable=False)
            return await self._driver.drive(connection, work(tx))
        finally:
            if not connection.is_closed():
                await connection.execute("COMMIT")

    async def write(
        self,
        work: Work[T],
        *,
        slow: bool = False,
        ws: int | None = None,
        across: bool = False,
        joins: Joins = "alone",
    ) -> T:
        if self._pool is None:
            raise Unavailable("The store is closed.", hint="Start the server again.")
        job = Job(work, self._batches, joins)
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
        most = MAX_TOGETHER if self._together else 1
        while waiting:
            group = [waiting.popleft() for _ in range(min(len(waiting), most))]
            try:
                await self._commit(group, ws, across=place is None)
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

    async def _commit(self, group: list[Job], ws: int | None, *, across: bool) -> None:
        """Commit first what can be done side by side, then what must be done alone."""
        shared, alone = [], group
        if ws is not None and not across:
            shared = [job for job in group if job.joins != "alone"]
            alone = [job for job in group if job.joins == "alone"]
            if len(shared) == 1 and shared[0].joins == "marks":
                shared, alone = [], group
        if shared and ws is not None:
            left = await self._commit_shared(shared, ws)
            for job in shared:
                if job not in left:
                    job.answer()
            alone = left + alone
        if alone:
            await self._commit_alone(alone, ws, across=across)

    async def _commit_shared(self, jobs: list[Job], ws: int) -> list[Job]:
        """Commit jobs that run in lockstep, and return those that must run alone."""
        # Sends of several servers exclude each other only when they take their numbers.
        is_locked = any(job.joins == "marks" for job in jobs)
        begin = f"BEGIN; {_walls(ws, across=False)}{_only_marker(ws) if is_locked else ''}"
        async with self._begun(begin) as connection:
            group = Lockstep(self._batches, connection, ws, is_locked=is_locked)
            try:
                await group.run(jobs)
            except (Undo, asyncpg.PostgresError) as error:
                if isinstance(error, LOST):
                    raise
                await connection.execute("ROLLBACK")
                for job in jobs:
                    job.coroutine.close()
                    job.restart()
                return jobs
            await connection.execute("COMMIT")
            return group.alone

    async def _commit_alone(self, jobs: list[Job], ws: int | None, *, across: bool) -> None:
        """Commit jobs that run one after the other under the workspace's lock."""
        begin = f"BEGIN; {_walls(ws, across)}"
        if ws is not None:
            begin += f"{_only_marker(ws)}; {PARAMETER.sub(str(int(ws)), self._lock)}"
        async with self._begun(begin) as connection:
            if len(jobs) > 1:
                await self._one_by_one(connection, jobs)
            else:
                await self._one(connection, jobs[0])
            await connection.execute("COMMIT" if jobs[1:] or jobs[0].error is None else "ROLLBACK")

    async def _one_by_one(self, connection: Any, jobs: list[Job]) -> None:
        for job in jobs:
            await connection.execute("SAVEPOINT job")
            await self._one(connection, job)
            await connection.execute("ROLLBACK TO job" if job.error else "RELEASE job")

    async def _one(self, connection: Any, job: Job) -> None:
        try:
            job.result = await self._driver.drive(connection, job.coroutine)
        except LOST:
            raise
        except Exception as error:  # one bad write fails alone; its caller gets the error
            job.error = _unavailable(error) if isinstance(error, asyncpg.PostgresError) else error

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncIterator[Any]:
        """Lend a connection on which a transaction has begun."""
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
                yield connection
                return

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

    async def check(self) -> None:
        await self.read(_ping)

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


def _only_marker(ws: int) -> str:
    """Return the statement that waits until no other server changes marks in a workspace.

    Always before the lock of the counter, which every write takes last.
    """
    return f"; SELECT pg_advisory_xact_lock({ws:d})"


def _unavailable(error: BaseException) -> AckboxError:
    if isinstance(error, AckboxError):
        return error
    return Unavailable(
        "The store could not write.",
        hint=f"Nothing of this is known to be stored; try again ({type(error).__name__}).",
        retry_after_s=1,
    )


async def _ping(tx: Transaction) -> None:
    await tx.rows("workspace_any")


async def _leave(connection: Any) -> None:
    """Reset nothing: no state outlives a transaction here."""
