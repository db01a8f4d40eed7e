"""SQLite: one writer with group commit, readers on their own connections.

Waiting writes, taken from all workspaces in turn, run in one BEGIN IMMEDIATE transaction, are
committed together, and then get their results. If one fails after it has written, all run again
with a savepoint each. Statements run on the event loop's thread, where nothing contends for the
interpreter; the commit, which waits for the disk, runs in a separate thread. Work that holds the
loop too long is rolled back and started again in a thread.

Work is a coroutine that awaits only its transaction. Here such a coroutine never suspends, so it
runs to its end at once. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import apsw

from ackbox.errors import AckboxError, Unavailable
from ackbox.store.copying import copy_sqlite, fresh_file
from ackbox.store.damage import DAMAGE, RESTORE, Damaged
from ackbox.store.engine import Joins, Transaction, Work
from ackbox.store.engines.fairness import FairQueue, Threads
from ackbox.store.engines.sqlite_budget import GROUP_SECONDS, SPENT, Stopwatch
from ackbox.store.engines.sqlite_job import Group, Job, drive
from ackbox.store.engines.sqlite_lock import FileLock
from ackbox.store.engines.sqlite_setup import (
    BUSY_MS,
    assert_durable,
    connect,
    is_safe,
    linked_version,
    make_file,
    make_place,
    migrate,
)
from ackbox.store.engines.sqlite_transaction import (
    GroupTransaction,
    NearTransaction,
    SqliteTransaction,
)
from ackbox.store.sql.statements import load

T = TypeVar("T")
# A group of this size holds the event loop for some ten milliseconds.
MAX_TOGETHER = 128
# Number of concurrent reads that hold the loop too long: each takes turns with the loop for the
# interpreter.
FAR_READS = 2


class SqliteEngine:
    """One SQLite file, owned by this process."""

    name = "sqlite"
    skew_ms: int | None = None

    def __init__(self, path: str, *, share_answers: bool = True) -> None:
        """`share_answers=False` is for the test that compares both ways."""
        self.path = path
        self._share_answers = share_answers
        self._statements = load("sqlite")
        self._waiting: FairQueue[Job] = FairQueue()
        # Writes that hold the loop too long; between two of them, others get a turn.
        self._far_waiting: FairQueue[Job] = FairQueue()
        self._was_far = False
        self._far = Threads(FAR_READS)
        self._idle = asyncio.Event()
        self._idle.set()
        self._groups: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._spare: queue.SimpleQueue[apsw.Connection] = queue.SimpleQueue()
        self._broken: apsw.Error | None = None
        self._damaged = False
        self._lock: FileLock | None = None

    async def open(self) -> None:
        if not is_safe(linked_version()):
            raise Unavailable(
                f"SQLite {linked_version()} can damage a database.",
                hint="pip install --upgrade apsw",
            )
        try:
            self._open()
        except BaseException as error:
            self._let_go()
            raise self._unusable(error) from None
        self._thread = threading.Thread(target=self._serve, name="ackbox-writer", daemon=True)
        self._thread.start()

    def _unusable(self, error: BaseException) -> BaseException:
        if isinstance(error, Unavailable):
            return Unavailable(
                f"{self.path} cannot be used as a database: {error.message}", hint=error.hint
            )
        if isinstance(error, apsw.Error | OSError):
            return Unavailable(
                f"{self.path} cannot be used as a database: {error}.",
                hint=RESTORE
                if isinstance(error, apsw.CorruptError)
                else (
                    "Check the file, its directory and the free disk space, or name "
                    "another file with --database."
                ),
            )
        return error

    def _let_go(self) -> None:
        """Let another process open the file."""
        if self._lock is not None:
            self._lock.release()

    def _open(self) -> None:
        if self.path != ":memory:":
            make_place(Path(self.path))
            self._lock = FileLock(self.path)
            make_file(Path(self.path))
        self._writer = connect(self.path)
        self._execute = self._writer.cursor().execute
        migrate(self._writer)
        assert_durable(self._writer)
        self._write_tx = GroupTransaction(
            self._writer, self._statements, share_answers=self._share_answers
        )
        if self.path != ":memory:":
            self._near = connect(self.path, reader=True)
            self._near_execute = self._near.cursor().execute
            self._near_tx = NearTransaction(self._near, self._statements)
        self._writer.set_busy_timeout(0)

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
        self._let_go()

    async def read(
        self, work: Work[T], *, slow: bool = False, ws: int | None = None, across: bool = False
    ) -> T:
        if self.path == ":memory:":
            return await self._submit(work, ws, writable=False, slow=slow)
        try:
            if not slow:
                try:
                    return self._read_near(work)
                except SPENT:
                    pass  # started again in a thread, without the limit
            return await self._far.run(ws, lambda: self._read_far(work))
        except DAMAGE as error:
            raise self._found_damage(error) from None

    def _read_near(self, work: Work[T]) -> T:
        # A deferred transaction provides one consistent view for all statements of the work.
        self._near_execute("BEGIN")
        self._near_tx.budget.begin()
        try:
            return drive(work(self._near_tx))
        finally:
            self._near_tx.budget.end()
            self._near_execute("COMMIT")

    def _read_far(self, work: Work[T]) -> T:
        try:
            connection = self._spare.get_nowait()
        except queue.Empty:
            connection = connect(self.path, reader=True)
        try:
            with connection:
                result = drive(
                    work(SqliteTransaction(connection, self._statements, writable=False))
                )
            return result
        finally:
            self._spare.put(connection)

    def write(
        self,
        work: Work[T],
        *,
        slow: bool = False,
        ws: int | None = None,
        across: bool = False,
        joins: Joins = "alone",
    ) -> Awaitable[T]:
        return self._submit(work, ws, writable=True, slow=slow)

    async def _submit(self, work: Work[T], ws: int | None, *, writable: bool, slow: bool) -> T:
        if self._thread is None or self._broken is not None:
            raise self._closed()
        if self._damaged and writable:
            raise Damaged()
        loop = asyncio.get_running_loop()
        job = Job(work, loop, ws, writable)
        (self._far_waiting if slow or ws in self._far_waiting else self._waiting).put(ws, job)
        if self._idle.is_set():
            self._idle.clear()
            # Writes that arrive in this turn of the loop join the group; no write waits longer.
            loop.call_soon(self._start_group, loop)
        try:
            result: T = await job.future
        except DAMAGE as error:
            raise self._found_damage(error) from None
        return result

    def _closed(self) -> Unavailable:
        return Unavailable("The store is closed.", hint="Start the server again.")

    def _found_damage(self, error: apsw.Error) -> Damaged:
        """Store nothing from now on: new rows on damaged pages are lost with them."""
        if not self._damaged:
            self._damaged = True
            logging.getLogger(__name__).critical(
                "%s is damaged (%s). %s", self.path, type(error).__name__, RESTORE
            )
        return Damaged()

    async def check(self) -> None:
        if self._damaged:
            raise Damaged()
        if self._thread is None or self._broken is not None:
            raise self._closed()
        await self.read(_ping)

    async def listen(self, hear: Callable[[str], None]) -> None:
        """Do nothing: no other server opens this file."""

    async def tell(self, text: str) -> None:
        """Do nothing: no other server opens this file."""

    async def backup(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(
            copy_sqlite, self.path, fresh_file(path), self._statements["workspace_all"].sql
        )

    def facts(self) -> dict[str, Any]:
        return {
            "engine": "sqlite",
            "version": apsw.sqlite_lib_version(),
            "path": self.path,
            "synchronous": "FULL",
        }

    def _start_group(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._far_waiting and not (self._was_far and self._waiting):
            self._was_far = True
            self._groups.put(Group(loop, self._far_waiting.take_of_next(MAX_TOGETHER), False))
            return
        self._was_far = False
        group = Group(loop, self._waiting.take(MAX_TOGETHER) if self._waiting else [], False)
        if not group.jobs:
            self._idle.set()
            return
        try:
            self._run_near(group)
            self._groups.put(group)
        except apsw.Error as error:
            self._roll_back(group.jobs, error)
            self._end_group(group)

    def _end_group(self, group: Group) -> None:
        for ws, jobs in group.take_cut().items():
            self._wait_again(ws, jobs, is_far=True)
        for job in group.jobs:
            job.answer()
        group.loop.call_soon(self._start_group, group.loop)

    def _run_near(self, group: Group) -> None:
        """Run as many jobs as the loop has time for in one transaction, without the commit; the
        others wait for the next one.

        The thread runs them if another process is writing now, or if one of them must be undone
        alone.
        """
        if self._broken is not None:
            raise self._broken
        try:
            self._execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            return
        try:
            group.is_run = self._attempt(lambda: self._run_each(group, is_near=True))
            group.is_apart = not group.is_run
        finally:
            for ws, jobs in group.take_cut().items():
                self._wait_again(ws, jobs, is_far=any(job.is_spent for job in jobs))

    def _wait_again(self, ws: int | None, jobs: list[Job], *, is_far: bool) -> None:
        """Queue jobs before the others of their workspace.

        If one was too long, `is_far` moves all jobs of the workspace, so that its writes keep their
        order.
        """
        if is_far:
            self._far_waiting.put_back(ws, jobs + self._waiting.take_all_of(ws))
        else:
            self._waiting.put_back(ws, jobs)

    def _run_together(self, group: Group) -> bool:
        """Run all jobs in one transaction, without the commit.

        Returns false if another process has been writing for too long.
        """
        if self._broken is not None:
            raise self._broken
        for run in (
            lambda: self._run_each(group, is_near=False),
            lambda: self._run_apart(group.jobs),
        )[group.is_apart :]:
            try:
                self._execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                return False
            if self._attempt(run):
                break
        return True

    def _attempt(self, run: Callable[[], bool]) -> bool:
        """Run jobs in the open transaction; false if it was rolled back."""
        try:
            if run():
                self._write_tx.settle()
                return True
        finally:
            self._write_tx.forget()
        if self._writer.in_transaction:
            self._execute("ROLLBACK")
        return False

    def _run_each(self, group: Group, *, is_near: bool) -> bool:
        """Run jobs one after the other; false if one failed after it had written, or lost the
        transaction of all.

        A savepoint for each would copy every page that its job touches; most jobs that fail do so
        before they write. Jobs without time left are removed from the group; after a job that was
        too long for the loop, so are the later jobs of its workspace.
        """
        changes, tx, watch = self._writer.total_changes, self._write_tx, Stopwatch(GROUP_SECONDS)
        jobs, far = list(group.jobs), set[int | None]()
        group.jobs.clear()
        for place, job in enumerate(jobs):
            if (place and perf_counter() > watch.until and watch.is_over()) or job.ws in far:
                group.cut.append(job)
                continue
            before = changes() + tx.taken
            if is_near:
                tx.budget.begin()
            job.run(tx)
            tx.budget.end()
            if job.is_spent:
                far.add(job.ws)
            (group.cut if job.is_spent else group.jobs).append(job)
            has_failed = job.is_spent or job.error is not None
            if has_failed and (changes() + tx.taken != before or not self._writer.in_transaction):
                group.jobs.extend(each for each in jobs[place + 1 :] if each.ws not in far)
                group.cut.extend(each for each in jobs[place + 1 :] if each.ws in far)
                return False
        return True

    def _run_apart(self, jobs: list[Job]) -> bool:
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
                    self._run_patiently(group)
                self._execute("COMMIT")
            except apsw.Error as error:
                self._roll_back(group.jobs, error)
            # If the caller's loop has closed, the writes are stored all the same.
            with suppress(RuntimeError):
                group.loop.call_soon_threadsafe(self._end_group, group)

    def _run_patiently(self, group: Group) -> None:
        """Run the jobs in this thread, where waiting for another process blocks nobody else."""
        self._writer.set_busy_timeout(BUSY_MS)
        try:
            if not self._run_together(group):
                raise apsw.BusyError("another process has been writing for too long")
        finally:
            self._writer.set_busy_timeout(0)

    def _roll_back(self, jobs: list[Job], error: apsw.Error) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        if isinstance(error, DAMAGE):
            self._found_damage(error)
        for job in jobs:
            if self._damaged:
                job.error = Damaged()
            elif not isinstance(job.error, AckboxError):
                job.error = Unavailable(
                    "The store could not write.", hint=_advice(error), retry_after_s=1
                )
        if isinstance(error, apsw.IOError):
            # After a failed fsync the state on disk is unknown until a restart.
            self._broken = error


async def _ping(tx: Transaction) -> None:
    await tx.rows("workspace_any")


def _advice(error: apsw.Error) -> str:
    if isinstance(error, apsw.FullError):
        return "The disk is full; free some space. Nothing was stored."
    return f"Nothing was stored; try again ({type(error).__name__})."
