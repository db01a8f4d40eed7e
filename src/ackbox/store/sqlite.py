"""SQLite: one writer with group commit, readers on their own connections.

All waiting writes run in one BEGIN IMMEDIATE transaction, are committed once, and are then
answered. When one fails that has written, all run again with a savepoint each. Statements run
on the event loop's thread, where nothing contends for the interpreter; the commit, which waits
for the disk, runs in a thread of its own.
Work is a coroutine that awaits only its transaction; here such a coroutine never suspends, so
it is driven to its end at once. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec

from ackbox.errors import AckboxError, Unavailable
from ackbox.private import make_directory, open_private, tighten_file
from ackbox.store.copying import copy_sqlite, fresh_file
from ackbox.store.engine import Work
from ackbox.store.migrate import migrations
from ackbox.store.sqlite_transaction import GroupTransaction, SqliteTransaction
from ackbox.store.statements import load

T = TypeVar("T")
# A group of so many holds the event loop for some ten milliseconds.
MOST_TOGETHER = 128
BUSY_MS = 10_000
_FILL = {"int": "INTEGER", "strict": "STRICT", "narrow": "STRICT, WITHOUT ROWID", "blob": "BLOB"}


def drive(work: Awaitable[T]) -> T:
    """Run a coroutine that never suspends to its end."""
    coroutine = work.__await__()
    try:
        next(coroutine)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("an operation awaited something other than its store")


class _Job:
    __slots__ = ("error", "future", "result", "work", "writable")

    def __init__(self, work: Work[Any], loop: asyncio.AbstractEventLoop, writable: bool) -> None:
        self.work = work
        self.writable = writable
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, tx: SqliteTransaction) -> None:
        """Do the work, perhaps once more; its result or error is kept."""
        self.error = None
        tx.writable = self.writable
        try:
            self.result = drive(self.work(tx))
        except Exception as error:  # one bad write fails alone; it is raised to its own caller
            self.error = error

    def answer(self) -> None:
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class _Group(msgspec.Struct, frozen=True):
    """Writes that commit together; `is_run` when only the commit is left to do."""

    loop: asyncio.AbstractEventLoop
    jobs: list[_Job]
    is_run: bool


class SqliteEngine:
    """One SQLite file, owned by this process."""

    name = "sqlite"

    def __init__(self, path: str) -> None:
        self.path = path
        self._statements = load("sqlite")
        self._waiting: list[_Job] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._groups: queue.SimpleQueue[_Group | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._spare: queue.SimpleQueue[apsw.Connection] = queue.SimpleQueue()
        self._broken: apsw.Error | None = None

    async def open(self) -> None:
        if not is_safe(linked_version()):
            raise Unavailable(f"SQLite {linked_version()} can damage a database.", hint="pip install --upgrade apsw")
        try:
            self._open()
        except Unavailable as error:
            raise Unavailable(f"{self.path} cannot be used as a database: {error.message}", hint=error.hint) from None
        except (apsw.Error, OSError) as error:
            raise Unavailable(f"{self.path} cannot be used as a database: {error}.",
                              hint="Look at the file, its directory and the room on the disk, or name another with --database.") from None
        self._thread = threading.Thread(target=self._serve, name="ackbox-writer", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        if self.path != ":memory:":
            self._make_file(Path(self.path))
        self._writer = self._connect()
        self._execute = self._writer.cursor().execute
        self._migrate()
        self._assert_durable()
        self._write_tx = GroupTransaction(self._writer, self._statements)
        if self.path != ":memory:":
            self._near = self._connect(reader=True)
            self._near_execute = self._near.cursor().execute
            self._near_tx = SqliteTransaction(self._near, self._statements, writable=False)
        self._writer.set_busy_timeout(0)

    def _make_file(self, path: Path) -> None:
        """Make the file for its owner alone; what SQLite puts next to it takes its permissions from it."""
        make_directory(path.parent)
        os.close(open_private(path, os.O_CREAT | os.O_RDWR))
        for suffix in ("-wal", "-shm", "-journal"):
            tighten_file(path.with_name(path.name + suffix))

    async def close(self) -> None:
        if self._thread is None:
            return
        thread, self._thread = self._thread, None
        await self._idle.wait()
        self._groups.put(None)
        await asyncio.to_thread(thread.join)
        while not self._spare.empty():
            self._spare.get().close()
        if self.path != ":memory:":
            self._near.close()
        self._writer.close()

    async def read(self, work: Work[T], *, slow: bool = False, ws: int | None = None, across: bool = False) -> T:
        if self.path == ":memory:":
            return await self._submit(work, writable=False)
        if slow:
            return await asyncio.to_thread(self._read_far, work)
        # A deferred transaction gives one consistent view for all statements of the work.
        self._near_execute("BEGIN")
        try:
            return drive(work(self._near_tx))
        finally:
            self._near_execute("COMMIT")

    def _read_far(self, work: Work[T]) -> T:
        try:
            connection = self._spare.get_nowait()
        except queue.Empty:
            connection = self._connect(reader=True)
        try:
            with connection:
                result = drive(work(SqliteTransaction(connection, self._statements, writable=False)))
            return result
        finally:
            self._spare.put(connection)

    def write(self, work: Work[T], *, ws: int | None = None, across: bool = False) -> Awaitable[T]:
        return self._submit(work, writable=True)

    async def _submit(self, work: Work[T], *, writable: bool) -> T:
        if self._thread is None or self._broken is not None:
            raise Unavailable("The store is closed.", hint="Start the server again.")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, writable)
        self._waiting.append(job)
        if self._idle.is_set():
            self._idle.clear()
            # Whatever else arrives in this turn of the loop joins the group; nobody waits longer than that.
            loop.call_soon(self._start_group, loop)
        result: T = await job.future
        return result

    async def listen(self, hear: Callable[[str], None]) -> None:
        """Nobody else opens this file, so there is nobody to hear."""

    async def tell(self, text: str) -> None:
        """Nobody else opens this file, so there is nobody to tell."""

    async def backup(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(copy_sqlite, self.path, fresh_file(path), self._statements["workspace_all"].sql)

    def facts(self) -> dict[str, Any]:
        return {"engine": "sqlite", "version": apsw.sqlite_lib_version(), "path": self.path, "synchronous": "FULL"}

    def _connect(self, *, reader: bool = False) -> apsw.Connection:
        # Without a lock of its own: a connection is used by one thread at a time, here and in the thread that commits.
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOMUTEX
        connection = apsw.Connection(self.path, flags=flags, statementcachesize=200)
        connection.set_busy_timeout(BUSY_MS)
        # One plan for each statement: without this SQLite plans again for every new value bound to a range or a limit.
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
                   "cache_size=-32000", "wal_autocheckpoint=4000"]
        if reader:
            pragmas.append("query_only=ON")
        for pragma in pragmas:
            connection.pragma(*pragma.split("="))
        return connection

    def _migrate(self) -> None:
        with self._writer:
            self._writer.execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
            done = {row[0] for row in self._writer.execute("SELECT number FROM migration")}
            for migration in migrations("sqlite"):
                if migration.number not in done:
                    for _ in self._writer.execute(migration.fill(_FILL), can_cache=False):
                        pass
                    self._writer.execute("INSERT INTO migration VALUES (?, ?)", (migration.number, migration.name))

    def _assert_durable(self) -> None:
        level = self._writer.pragma("synchronous")
        if level != 2:
            raise Unavailable(f"SQLite runs with synchronous={level}; ackbox needs FULL (2).", hint="Report this.")

    def _start_group(self, loop: asyncio.AbstractEventLoop) -> None:
        jobs, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
        if not jobs:
            self._idle.set()
            return
        try:
            self._groups.put(_Group(loop, jobs, self._run_together(jobs)))
        except apsw.Error as error:
            self._roll_back(jobs, error)
            self._end_group(_Group(loop, jobs, False))

    def _end_group(self, group: _Group) -> None:
        for job in group.jobs:
            job.answer()
        group.loop.call_soon(self._start_group, group.loop)

    def _run_together(self, jobs: list[_Job]) -> bool:
        """Run all jobs in one transaction, still to be committed; false when another process is writing just now."""
        if self._broken is not None:
            raise self._broken
        for run in (self._run_each, self._run_apart):
            try:
                self._execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                return False
            try:
                if run(jobs):
                    self._write_tx.settle()
                    break
            finally:
                self._write_tx.forget()
            if self._writer.in_transaction:
                self._execute("ROLLBACK")
        return True

    def _run_each(self, jobs: list[_Job]) -> bool:
        """Run jobs one after the other; false when one failed that has written, or has lost the transaction of all.

        A savepoint for each would copy every page that its job touches; most that fail do so before they write.
        """
        changes, tx = self._writer.total_changes, self._write_tx
        for job in jobs:
            before = changes() + tx.taken
            job.run(tx)
            if job.error is not None and (changes() + tx.taken != before or not self._writer.in_transaction):
                return False
        return True

    def _run_apart(self, jobs: list[_Job]) -> bool:
        """Run jobs so that each can be undone alone."""
        for job in jobs:
            self._execute("SAVEPOINT job")
            job.run(self._write_tx)
            if isinstance(job.error, apsw.Error) and not self._writer.in_transaction:
                raise job.error
            if job.error is None:
                self._write_tx.settle()
            else:
                self._execute("ROLLBACK TO job")
                self._write_tx.forget()
            self._execute("RELEASE job")
        return True

    def _serve(self) -> None:
        while (group := self._groups.get()) is not None:
            try:
                if not group.is_run:
                    self._run_patiently(group.jobs)
                self._execute("COMMIT")
            except apsw.Error as error:
                self._roll_back(group.jobs, error)
            # When the loop that asked has closed, what it asked for is stored all the same.
            with suppress(RuntimeError):
                group.loop.call_soon_threadsafe(self._end_group, group)

    def _run_patiently(self, jobs: list[_Job]) -> None:
        """Run the jobs here, where waiting for another process holds up nobody else."""
        self._writer.set_busy_timeout(BUSY_MS)
        try:
            if not self._run_together(jobs):
                raise apsw.BusyError("another process has been writing for too long")
        finally:
            self._writer.set_busy_timeout(0)

    def _roll_back(self, jobs: list[_Job], error: apsw.Error) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        for job in jobs:
            if not isinstance(job.error, AckboxError):
                job.error = Unavailable("The store could not write.", hint=_advice(error), retry_after_s=1)
        if isinstance(error, apsw.IOError):
            # After a failed fsync nobody knows what is on disk; only a fresh start can tell.
            self._broken = error


def _advice(error: apsw.Error) -> str:
    if isinstance(error, apsw.FullError):
        return "The disk is full; free some room. Nothing of this was stored."
    return f"Nothing of this was stored; try again ({type(error).__name__})."


# Write-ahead logs of older versions can be damaged when two connections reset them at once.
SAFE = (3, 51, 3)


def linked_version() -> str:
    """Return the version of SQLite that this program carries."""
    return apsw.sqlite_lib_version()


def is_safe(version: str) -> bool:
    """Whether a version of SQLite keeps its write-ahead log whole."""
    return tuple(map(int, version.split("."))) >= SAFE
