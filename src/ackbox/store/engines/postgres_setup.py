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


async def connect(*arguments: Any, **options: Any) -> Any:
    """Return a connection that acts as the role without rights over the schema, where there is
    one.
    """
    connection = await asyncpg.connect(*arguments, **options)
    try:
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
    connection = await asyncpg.connect(url, timeout=10)
    try:
        facts = await _check(connection)
        # Several servers may start at once; one of them migrates.
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        async with connection.transaction():
            await _migrate(connection)
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
        return facts
    finally:
        await connection.close()


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
