"""Setting up PostgreSQL: the schema, the role that serves, and a check that durability is enabled.

Explained in docs/howto/use-postgresql.md.
"""

from __future__ import annotations

from typing import Any

import asyncpg

from ackbox.errors import Unavailable
from ackbox.store.sql.migrate import migrations, missing_migrations

OLDEST = 140_000
ROLE = "ackbox_app"
_FILL = {"int": "BIGINT", "strict": "", "narrow": "", "blob": "BYTEA"}
_LOCK = 7_717_001
OWN_PID = "SELECT pg_backend_pid()"


async def connect(url: str, *, patience_s: float = 15, **options: Any) -> Any:
    """Return a connection that acts as the role without rights over the schema, where there is
    one.

    PostgreSQL ends a statement after `patience_s`, and one that waits for a lock sooner; a database
    that does not answer at all is given up a little later. It notices a server that has vanished.
    """
    limit_ms = int(patience_s * 1000)
    connection = await asyncpg.connect(url, command_timeout=patience_s * 1.1, **options)
    try:
        await connection.execute(
            f"SET statement_timeout = {limit_ms}; SET lock_timeout = {limit_ms * 2 // 3};"
            " SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;"
            " SET tcp_keepalives_count = 3"
        )
        if await connection.fetchval(
            "SELECT count(*) FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid,"
            " 'MEMBER')",
            ROLE,
        ):
            await connection.execute(f"SET ROLE {ROLE}")
    except BaseException:
        connection.terminate()
        raise
    return connection


async def prepare_database(url: str) -> dict[str, Any]:
    """Check the server, migrate the schema, and return the facts for the banner."""
    connection = await asyncpg.connect(url, timeout=10, statement_cache_size=0)
    try:
        await _refuse_shared(connection, url)
        facts = await _check(connection)
        # Several servers may start at once; one of them migrates.
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        async with connection.transaction():
            await _migrate(connection)
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
        return facts
    finally:
        await connection.close()


async def _refuse_shared(connection: Any, url: str) -> None:
    """Raise Unavailable behind a pooler that lends a connection for one transaction only, such as
    PgBouncer in transaction mode: notifications, the role and locks of a start need a session.
    """
    pid = await connection.fetchval(OWN_PID)
    # A pooler names another process than the one that answers.
    if pid == connection.get_server_pid():
        return
    other = await asyncpg.connect(url, timeout=10, statement_cache_size=0)
    try:
        is_shared = await other.fetchval(OWN_PID) == pid
    finally:
        await other.close()
    if is_shared:
        raise Unavailable(
            "The database URL leads to a pooler in transaction mode, where notifications between"
            " servers get lost.",
            hint=(
                "Connect to PostgreSQL directly, or set `pool_mode = session` for this database."
                " ackbox pools its connections itself: ACKBOX_DATABASE_CONNECTIONS."
            ),
        )


async def _check(connection: Any) -> dict[str, Any]:
    settings = dict(
        await connection.fetch(
            "SELECT name, setting FROM pg_settings WHERE name IN ('server_version',"
            " 'server_version_num', 'fsync', 'synchronous_commit', 'full_page_writes')"
        )
    )
    if int(settings["server_version_num"]) < OLDEST:
        raise Unavailable(
            f"PostgreSQL {settings['server_version']} is too old.", hint="Use 14 or newer."
        )
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if settings[name] == "off":
            raise Unavailable(
                f"PostgreSQL runs with {name}=off, so a stored message may be lost.",
                hint=f"Set {name} to on; ackbox promises it.",
            )
    return {
        "version": settings["server_version"],
        "fsync": settings["fsync"],
        "synchronous": settings["synchronous_commit"],
    }


async def _migrate(connection: Any) -> None:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL);"
        " ALTER TABLE migration ADD COLUMN IF NOT EXISTS hash TEXT"
    )
    done = await connection.fetch("SELECT number, name, hash FROM migration")
    for migration in missing_migrations("postgres", map(tuple, done)):
        await connection.execute(migration.fill(_FILL))
        await connection.execute(
            "INSERT INTO migration (number, name) VALUES ($1, $2)", migration.number, migration.name
        )
    await connection.executemany(
        "UPDATE migration SET hash = $2 WHERE number = $1 AND hash IS NULL",
        [(migration.number, migration.hash) for migration in migrations("postgres")],
    )
