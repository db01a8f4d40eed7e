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
from ackbox.store.engines.postgres_listen import CHANNEL, ECHO_S, LOST, Listener
from ackbox.store.engines.postgres_pool import Connections
from ackbox.store.engines.postgres_setup import connect, prepare_database
from ackbox.store.sql.statements import PARAMETER, load

T = TypeVar("T")
MAX_TOGETHER = 512
# A notification holds at most 8,000 bytes.
MAX_TEXTS = 50
# Maximum connections of one server, besides the one that listens.
MAX_CONNECTIONS = 16
# How long a statement may take, opening a connection, and the check whether the server is ready.
PATIENCE_S = 15.0
CONNECT_S = 5.0
CHECK_S = 1.5
OVERDUE = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)


class PostgresEngine:
    """One PostgreSQL database, shared by any number of servers."""

    name = "postgres"

    def __init__(
        self,
        url: str,
        *,
        together: bool = True,
        connections: int = MAX_CONNECTIONS,
        patience_s: float = PATIENCE_S,
        echo_s: float = ECHO_S,
    ) -> None:
        """`connections` is the maximum besides the one that listens; `patience_s` is how long a
        statement may take, `echo_s` how often the server notifies itself.
        """
        self._echo_s = echo_s
        self._url = url
        self._patience_s = patience_s
        self._together = together
        self._most_connections = connections
        statements = load("postgres")
        self._batches = Batches(statements)
        self._driver = Driver(self._batches)
        self._lock = statements["workspace_lock"].sql
        self._pool: Connections | None = None
        self._listener: Listener | None = None
        self._waiting: dict[int | None, deque[Job]] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._untold: set[str] = set()
        self._facts: dict[str, Any] = {}

    async def open(self) -> None:
        try:
            self._facts = await prepare_database(self._url)
            pool = Connections(self._connect, self._most_connections)
            async with pool.lend():
                self._pool = pool
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

    async def _connect(self) -> Any:
        return await connect(
            self._url,
            patience_s=self._patience_s,
            timeout=min(CONNECT_S, self._patience_s),
            statement_cache_size=500,
        )

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
            except OVERDUE as error:
                raise _unread(error) from None
            except LOST as error:
                # A connection that died while idle fails at its first use; a read can be repeated.
                if is_last:
                    raise _unread(error) from None
                self._forget_connections()
        raise AssertionError

    async def _read_on(self, connection: Any, work: Work[T], ws: int | None, across: bool) -> T:
        await connection.execute(
            f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_walls(ws, across)}"
        )
        try:
            tx = PostgresTransaction(self._batches, writable=False)
            result = await self._driver.drive(connection, work(tx))
        except Exception as error:
            # On a database that does not answer, this would wait as long again.
            if not isinstance(error, TimeoutError) and not connection.is_closed():
                await connection.execute("COMMIT")
            raise
        await connection.execute("COMMIT")
        return result

    async def write(
        self,
        work: Work[T],
        *,
        slow: bool = False,
        ws: int | None = None,
        across: bool = False,
        joins: Joins = "alone",
    ) -> T:
        self._refuse_silence()
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
                except LOST as error:
                    if isinstance(error, TimeoutError):
                        raise
                    # It died while idle, before it received anything of this group: try another
                    # connection.
                    connection.terminate()
                    if is_last:
                        raise
                    self._forget_connections()
                    continue
                yield connection
                return

    def _forget_connections(self) -> None:
        if self._pool is not None:
            self._pool.forget()

    def _refuse_silence(self) -> Connections:
        """Return the connections. Raises Unavailable when the store is closed or PostgreSQL has
        stopped answering: nothing would come of waiting for it.
        """
        if self._pool is None:
            raise Unavailable("The store is closed.", hint="Start the server again.")
        if self._listener is not None and self._listener.is_silent:
            raise _silent()
        return self._pool

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        """Lend a connection; a connection that is lost meanwhile is closed and never lent again."""
        async with self._refuse_silence().lend() as connection:
            try:
                yield connection
            except LOST:
                # The server announces its shutdown before it ends; until then the connection looks
                # alive.
                connection.terminate()
                raise

    async def listen(self, hear: Callable[[str], None]) -> None:
        self._listener = listener = Listener(self._connect, hear, echo_s=self._echo_s)
        self._listening = asyncio.create_task(listener.run())
        await listener.ready.wait()

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
        try:
            async with asyncio.timeout(CHECK_S):
                await self.read(_ping, across=True)
        except TimeoutError:
            raise _silent() from None

    async def backup(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(copy_postgres, self._url, fresh_file(path))

    def facts(self) -> dict[str, Any]:
        return {"engine": "postgres", **self._facts}

    @property
    def skew_ms(self) -> int | None:
        return None if self._listener is None else self._listener.skew_ms


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


def _silent() -> Unavailable:
    return Unavailable(
        "PostgreSQL does not answer.",
        hint="Try again soon. Check that PostgreSQL runs and is not overloaded.",
        retry_after_s=2,
    )


def _unread(error: BaseException) -> AckboxError:
    """Return the error of a read that was not over in time, or whose connection was lost."""
    if isinstance(error, TimeoutError):
        return _silent()
    if isinstance(error, asyncpg.QueryCanceledError | asyncpg.LockNotAvailableError):
        return Unavailable(
            "PostgreSQL took too long to answer.",
            hint="Try again later, or ask for less.",
            retry_after_s=2,
        )
    return _unavailable(error)


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
