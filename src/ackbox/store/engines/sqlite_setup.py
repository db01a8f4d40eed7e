"""Setting up SQLite: the file, its connections, the schema, and a check that durable means durable.

Explained in docs/why/storage.md.
"""

from __future__ import annotations

import os
from pathlib import Path

import apsw

from ackbox.errors import Unavailable
from ackbox.private import make_directory, open_private, tighten_file
from ackbox.store.sql.migrate import migrations, missing_migrations

BUSY_MS = 10_000
_FILL = {"int": "INTEGER", "strict": "STRICT", "narrow": "STRICT, WITHOUT ROWID", "blob": "BLOB"}
# In older versions, two connections that reset the write-ahead log at once can damage it.
SAFE = (3, 51, 3)


def linked_version() -> str:
    """Return the version of SQLite in this program."""
    return apsw.sqlite_lib_version()


def is_safe(version: str) -> bool:
    """Whether a version of SQLite cannot damage its write-ahead log."""
    return tuple(map(int, version.split("."))) >= SAFE


def make_file(path: Path) -> None:
    """Create the file, accessible only to its owner.

    The files that SQLite creates next to it inherit its permissions.
    """
    os.close(open_private(path, os.O_CREAT | os.O_RDWR))
    for suffix in ("-wal", "-shm", "-journal"):
        tighten_file(path.with_name(path.name + suffix))


def make_place(path: Path) -> None:
    """Create the directory of the file, accessible only to its owner."""
    make_directory(path.parent)


def connect(path: str, *, reader: bool = False) -> apsw.Connection:
    """Return a connection that syncs each commit; one of a reader cannot write."""
    # Without SQLite's mutex: only one thread uses a connection at a time, here and in the
    # thread that commits.
    flags = (
        apsw.SQLITE_OPEN_READWRITE
        | apsw.SQLITE_OPEN_CREATE
        | apsw.SQLITE_OPEN_URI
        | apsw.SQLITE_OPEN_NOMUTEX
    )
    connection = apsw.Connection(path, flags=flags, statementcachesize=200)
    connection.set_busy_timeout(BUSY_MS)
    # One plan for each statement: otherwise SQLite plans again for every new value bound to a
    # range or a limit.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    pragmas = [
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32000",
        "wal_autocheckpoint=4000",
    ]
    if reader:
        pragmas.append("query_only=ON")
    for pragma in pragmas:
        connection.pragma(*pragma.split("="))
    return connection


def migrate(writer: apsw.Connection) -> None:
    """Bring the schema up to date. Raises Unavailable when it is newer than this program."""
    with writer:
        writer.execute(
            "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT"
            " NULL) STRICT"
        )
        if "hash" not in {row[1] for row in writer.pragma("table_info", "migration") or ()}:
            writer.execute("ALTER TABLE migration ADD COLUMN hash TEXT")
        done = list(writer.execute("SELECT number, name, hash FROM migration"))
        for migration in missing_migrations("sqlite", done):
            for _ in writer.execute(migration.fill(_FILL), can_cache=False):
                pass
            writer.execute(
                "INSERT INTO migration (number, name) VALUES (?, ?)",
                (migration.number, migration.name),
            )
        writer.executemany(
            "UPDATE migration SET hash = ? WHERE number = ? AND hash IS NULL",
            [(migration.hash, migration.number) for migration in migrations("sqlite")],
        )


def assert_durable(writer: apsw.Connection) -> None:
    """Raise Unavailable when a commit is not synced."""
    level = writer.pragma("synchronous")
    if level != 2:
        raise Unavailable(
            f"SQLite runs with synchronous={level}; ackbox needs FULL (2).", hint="Report this."
        )
