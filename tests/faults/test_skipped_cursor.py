"""A reader that keeps its cursor never skips a message.

A cursor over numbers given before the commit does.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import apsw
import asyncpg
import pytest

from tests.engines import fresh_database
from tests.faults.cursors import missed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("engine", "servers", "messages"), [("sqlite", 1, 1200), ("postgres", 2, 1200)]
)
async def test_six_writers_and_a_cursor_that_misses_nothing(
    engine: str, servers: int, messages: int, tmp_path: Path
) -> None:
    url = await asyncio.to_thread(fresh_database, engine, tmp_path)
    assert await missed(url, messages=messages, servers=servers) == 0


async def test_an_identity_column_as_cursor_misses_on_postgres(tmp_path: Path) -> None:
    """The control: a number given before the commit lets a reader pass a message that commits
    late.
    """
    url = await asyncio.to_thread(fresh_database, "postgres", tmp_path)
    late, early, reader = [await asyncpg.connect(url) for _ in range(3)]
    await reader.execute("CREATE TABLE plain (n BIGINT GENERATED ALWAYS AS IDENTITY, body TEXT)")
    slow = late.transaction()
    await slow.start()
    await late.execute("INSERT INTO plain (body) VALUES ('late')")
    await early.execute("INSERT INTO plain (body) VALUES ('early')")
    seen = await reader.fetch("SELECT n, body FROM plain WHERE n > 0 ORDER BY n")
    await slow.commit()
    seen += await reader.fetch("SELECT n, body FROM plain WHERE n > $1 ORDER BY n", seen[-1][0])
    for connection in (late, early, reader):
        await connection.close()
    assert [row[1] for row in seen] == ["early"]


async def test_numbers_handed_out_before_the_transaction_miss_on_sqlite(tmp_path: Path) -> None:
    """The control: two writers take numbers first and commit in the other order."""
    database = apsw.Connection(f"{tmp_path}/plain.db")
    database.execute("CREATE TABLE plain (n INTEGER, body TEXT)")
    first, second = 1, 2
    database.execute("INSERT INTO plain VALUES (?, 'early')", (second,))
    seen = database.execute("SELECT n, body FROM plain WHERE n > 0 ORDER BY n").fetchall()
    database.execute("INSERT INTO plain VALUES (?, 'late')", (first,))
    seen += database.execute(
        "SELECT n, body FROM plain WHERE n > ? ORDER BY n", (seen[-1][0],)
    ).fetchall()
    assert [row[1] for row in seen] == ["early"]
