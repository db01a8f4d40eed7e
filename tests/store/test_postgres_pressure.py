"""PostgreSQL under pressure: no connection left, a database that hangs, a connection on which
nothing comes any more, and clocks that differ.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from ackbox.app.bell import Follower
from ackbox.app.call import App
from ackbox.errors import Unavailable
from ackbox.store.engine import Engine
from ackbox.store.engines.postgres import PostgresEngine
from ackbox.store.engines.postgres_listen import Listener
from ackbox.store.engines.postgres_pool import Connections
from ackbox.store.engines.postgres_setup import connect
from ackbox.store.open_engine import make_engine
from tests.engines import Post, fresh_database

pytestmark = pytest.mark.anyio


def engine_of(app: App) -> PostgresEngine:
    """Return the engine of an app, to look at its parts."""
    assert isinstance(app.engine, PostgresEngine)
    return app.engine


def pool_of(engine: Engine) -> Connections:
    """Return the pool of an open engine."""
    assert isinstance(engine, PostgresEngine) and engine._pool is not None
    return engine._pool


@pytest.fixture
def url(tmp_path: Path) -> str:
    return fresh_database("postgres", tmp_path)


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Post]:
    """Open a server of its own on the database, called as its operator."""
    app = App(PostgresEngine(url, **options))
    await app.open()
    try:
        key = await app.ensure(workspace="default", operator_key=None, label=str(id(app)))
        assert key is not None
        yield Post(app, key)
    finally:
        await app.close()


@asynccontextmanager
async def limited(url: str, most: int) -> AsyncIterator[str]:
    """Give the URL of a role that has few connections, on the same database."""
    name = f"limited_{os.urandom(4).hex()}"
    admin = await asyncpg.connect(url)
    await admin.execute(
        f"CREATE ROLE {name} LOGIN CONNECTION LIMIT {most} IN ROLE ackbox_app;"
        f" GRANT ackbox_app TO {name}"
    )
    parts = urlsplit(url)
    try:
        yield parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}").geturl()
    finally:
        await admin.execute(
            f"SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = '{name}'"
        )
        await admin.execute(f"DROP ROLE {name}")
        await admin.close()


async def test_when_postgresql_is_full_calls_wait_for_a_connection_of_their_own_server(
    url: str,
) -> None:
    async with limited(url, 3) as few:
        pool = Connections(lambda: connect(few), 16)

        async def ask(number: int) -> int:
            async with pool.lend() as connection:
                return int(await connection.fetchval("SELECT $1::int", number))

        assert await asyncio.gather(*map(ask, range(60))) == list(range(60))
        assert len(pool.idle) == 3
        await pool.close()


async def test_waiting_for_a_connection_ends_and_says_when_to_come_back(url: str) -> None:
    async with limited(url, 1) as few:
        pool = Connections(lambda: connect(few), 2, wait_s=0.1)
        async with pool.lend():
            with pytest.raises(Unavailable) as refused:
                async with pool.lend():
                    pass
        async with pool.lend() as connection:
            assert await connection.fetchval("SELECT 1") == 1
        await pool.close()
    assert (refused.value.message, refused.value.retry_after_s) == (
        "The database has no connection left for this server.",
        1,
    )


async def test_a_caller_that_stops_waiting_leaves_the_connection_to_the_next(url: str) -> None:
    pool = Connections(lambda: connect(url), 1)
    async with pool.lend() as first:
        waits = [asyncio.create_task(take(pool)) for _ in range(2)]
        while len(pool._waiting) < 2:
            await asyncio.sleep(0)
    # It has just been given the connection, and did not run since.
    waits[0].cancel()
    async with asyncio.timeout(5):
        assert await waits[1] == 1
    assert (waits[0].cancelled(), pool.idle) == (True, [first])
    await pool.close()


async def take(pool: Connections) -> int:
    async with pool.lend() as connection:
        return int(await connection.fetchval("SELECT 1"))


async def test_a_connection_whose_statement_was_given_up_is_not_lent_again(url: str) -> None:
    pool = Connections(lambda: connect(url), 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), pool.lend() as connection:
            await connection.execute("SELECT pg_sleep(20)")
    with pytest.raises(ZeroDivisionError):
        async with pool.lend() as open_one:
            await open_one.execute("BEGIN")
            raise ZeroDivisionError
    assert (connection.is_closed(), open_one.is_closed(), await take(pool)) == (True, True, 1)
    await pool.close()


def processes(of: int) -> list[int]:
    """Return a process and its children."""
    found = [of]
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == of:
                found.append(int(path.parent.name))
    return found


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Let processes hang."""
    try:
        tell(pids, signal.SIGSTOP)
        yield
    finally:
        tell(pids, signal.SIGCONT)


def tell(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to the processes that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


async def refusal(call: Any, within_s: float) -> str:
    """Return what a call is refused with, and check that this took no longer."""
    began = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        await call
    assert time.monotonic() - began < within_s
    assert refused.value.retry_after_s is not None
    return refused.value.message


async def test_a_database_that_hangs_is_told_within_two_seconds_and_serves_again_afterwards(
    url: str,
) -> None:
    async with opened(url, patience_s=2.5, echo_s=0.3) as post:
        admin = await asyncpg.connect(url)
        postmaster = int(
            await admin.fetchval("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
        )
        await admin.close()
        with stopped(processes(postmaster)):
            ready = refusal(post.app.check(), 2)
            send = refusal(post("message.send", agent="ana", to="bob", body="x"), 9)
            read = refusal(post("message.history", agent="ana"), 9)
            told = await asyncio.gather(ready, send, read)
            # The next one does not wait at all once the server knows.
            listener = engine_of(post.app)._listener
            assert listener is not None
            while not listener.is_silent:
                await asyncio.sleep(0.01)
            at_once = await refusal(post("message.history", agent="ana"), 0.3)
        assert (told[0], told[2], at_once) == ("PostgreSQL does not answer.",) * 3
        assert told[1] in ("PostgreSQL does not answer.", "The store could not write.")
        while listener.is_silent:
            await asyncio.sleep(0.01)
        await post.app.check()
        await post("message.send", agent="ana", to="bob", body="again")


async def test_a_listening_connection_on_which_nothing_comes_is_opened_again_and_rings(
    url: str,
) -> None:
    async with opened(url, echo_s=0.3) as post, opened(url) as other:
        ws = (await post.app.engine.read(lambda tx: tx.rows("workspace_all"), across=True))[0][0]
        follower = post.app.bell.follow(Follower(ws, None, None))
        admin = await asyncpg.connect(url)
        pid = await admin.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE"
            " '%extract(epoch%' ORDER BY backend_start LIMIT 1"
        )
        with stopped([pid]):
            follower.rung.clear()
            await other("message.send", agent="ana", to="bob", body="hello")
            began = time.monotonic()
            await asyncio.wait_for(follower.rung.wait(), 5)
            assert time.monotonic() - began < 5
            follower.rung.clear()
            await other("message.send", agent="ana", to="bob", body="hello")
            await asyncio.wait_for(follower.rung.wait(), 5)
        await admin.close()


async def test_a_statement_and_a_wait_for_a_lock_end_and_another_workspace_goes_on(
    url: str,
) -> None:
    async with opened(url, patience_s=0.6) as post:
        await post("workspace.create", name="other")
        admin = await asyncpg.connect(url)
        async with admin.transaction():
            await admin.execute("SELECT * FROM workspace WHERE name = 'default' FOR UPDATE")
            held = refusal(post("message.send", agent="ana", to="bob", body="x"), 5)
            free = post("message.send", workspace="other", agent="ana", to="bob", body="x")
            assert (await asyncio.gather(held, free))[0] == "The store could not write."
        await admin.close()
        await post("message.send", agent="ana", to="bob", body="x")
        pool = pool_of(post.app.engine)
        with pytest.raises(asyncpg.QueryCanceledError):
            async with pool.lend() as connection:
                await connection.execute("SELECT pg_sleep(20)")


async def test_a_clock_that_differs_from_the_databases_is_measured_and_logged_once(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(
        lambda: connect(url), lambda text: None, clock=lambda: time.time() + 3600, echo_s=0.01
    )
    with caplog.at_level(logging.WARNING):
        running = asyncio.create_task(listener.run())
        while listener.skew_ms is None:
            await asyncio.sleep(0.01)
        running.cancel()
    assert abs(listener.skew_ms - 3_600_000) < 1000
    assert [record.getMessage()[:49] for record in caplog.records] == [
        "the clock of this server is 3600.0 s ahead of tha"
    ]


async def test_the_status_says_how_far_the_clocks_are_apart(url: str) -> None:
    async with opened(url, echo_s=0.05) as post:
        while post.app.engine.skew_ms is None:
            await asyncio.sleep(0.01)
        assert abs((await post("server.status")).clock_skew_ms) < 1000


async def test_the_number_of_connections_is_a_setting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACKBOX_DATABASE_CONNECTIONS", "2")
    engine = make_engine(url)
    await engine.open()
    try:
        pool = pool_of(engine)
        await asyncio.gather(*(take(pool) for _ in range(9)))
        assert len(pool.idle) == 2
    finally:
        await engine.close()
