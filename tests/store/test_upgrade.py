"""Databases of older and newer versions: each released schema is upgraded and read, and what this
program does not know is refused.

tools/make_golden.py writes the databases of a release.
"""

from __future__ import annotations

import asyncio
import lzma
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import pytest

from ackbox.app.call import open_app
from ackbox.errors import Conflict, Unavailable
from ackbox.store.sql.migrate import migrations
from tests.engines import ENGINES, Post, fresh_database

pytestmark = pytest.mark.anyio

GOLDEN = Path(__file__).parent / "golden"
RELEASES = sorted(path.stem for path in GOLDEN.glob("*.migrations"))


async def golden(version: str, engine: str, where: Path) -> str:
    """Return the URL of the database that a release left behind."""
    url = await asyncio.to_thread(fresh_database, engine, where, template="template0")
    if engine == "sqlite":
        file = Path(url.removeprefix("sqlite:///"))
        file.write_bytes(lzma.decompress((GOLDEN / f"{version}.db.xz").read_bytes()))
        file.chmod(0o600)
        return url
    connection = await asyncpg.connect(url)
    await connection.execute((GOLDEN / f"{version}.sql").read_text("utf-8"))
    await connection.close()
    return url


async def execute(url: str, sql: str) -> None:
    """Change a database without ackbox."""
    if url.startswith("sqlite"):
        database = apsw.Connection(url.removeprefix("sqlite:///"))
        database.execute(sql)
        database.close()
        return
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def kept(url: str) -> list[Any]:
    """Return the migrations that a database keeps."""
    sql = "SELECT number, name, hash FROM migration ORDER BY number"
    if url.startswith("sqlite"):
        return list(apsw.Connection(url.removeprefix("sqlite:///")).execute(sql))
    connection = await asyncpg.connect(url)
    try:
        return list(map(tuple, await connection.fetch(sql)))
    finally:
        await connection.close()


async def seen(post: Post, workspace: str) -> Any:
    """Return what the agents of a workspace see of the golden data."""
    ana, bob = ({"workspace": workspace, "agent": name} for name in ("ana", "bob"))
    history = await post("message.history", workspace=workspace)
    inbox = await post("inbox.check", **bob)
    found = await post("message.search", **ana, query="green")
    tasks = await post("task.list", **ana)
    notes = await post("note.search", **ana, query="green")
    return (
        [(each.sender, each.body) for each in history.messages if each.type == "direct"],
        [each.body for each in inbox.messages if each.type == "direct"],
        sorted(each.body for each in found.messages if each.type == "direct"),
        [(each.title, each.status) for each in tasks.tasks],
        [each.text for each in notes.notes],
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("version", RELEASES)
async def test_the_database_of_a_release_is_upgraded_and_says_what_it_said(
    version: str, engine: str, tmp_path: Path
) -> None:
    app = await open_app(await golden(version, engine, tmp_path))
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    post = Post(app, key)
    expected = (
        [("bob", "It is."), ("ana", "A second one."), ("ana", "Is it green?")],
        ["A second one."],
        ["Is it green?"],
        [("Paint it", "open")],
        ["Green is #0a0."],
    )
    assert [await seen(post, name) for name in ("default", "shop")] == [expected] * 2
    await app.close()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("version", RELEASES)
async def test_a_key_of_a_release_is_recognised_with_its_content_and_no_other(
    version: str, engine: str, tmp_path: Path
) -> None:
    app = await open_app(await golden(version, engine, tmp_path))
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    post = Post(app, key)
    ana = {"workspace": "shop", "agent": "ana"}
    first: dict[str, Any] = {
        "to": "bob",
        "body": "Is it green?",
        "idempotency_key": "k1",
        "priority": 4,
    }
    task = {"title": "Paint it", "to": "bob", "idempotency_key": "k3"}
    again = await post("message.send", **ana, **first)
    answer = await post(
        "message.send",
        workspace="shop",
        agent="bob",
        to="ana",
        parent=again.id,
        body="It is.",
        idempotency_key="k2",
    )
    made = await post("task.create", **ana, **task)
    assert (again.duplicate, answer.duplicate, made.duplicate) == (True, True, True)
    others: list[dict[str, Any]] = [
        {"body": "Is it red?"},
        {"priority": 3},
        {"reroute": True, "expects_reply_by": "2h"},
    ]
    for other in others:
        with pytest.raises(Conflict):
            await post("message.send", **ana, **{**first, **other})
    with pytest.raises(Conflict):
        await post("task.create", **ana, **{**task, "priority": 1})
    await app.close()


async def test_each_migration_is_kept_with_its_hash(database: str) -> None:
    app = await open_app(database)
    engine = app.engine.name
    await app.close()
    assert await kept(database) == [
        (each.number, each.name, each.hash) for each in migrations(engine)
    ]


CHANGES = {
    "newer": (
        "INSERT INTO migration (number, name) VALUES (9001, 'later')",
        "The schema has the migration 9001_later, and this ackbox ends at",
        "Start that newer version again, or restore the backup from before it with this one."
        " Nothing was changed.",
    ),
    "edited": (
        "UPDATE migration SET hash = 'another' WHERE number = 1",
        "The schema was made with another text of the migration 0001_spine than the one in this"
        " ackbox.",
        "Install a released version of ackbox that is at least as new as the one before, with"
        " unchanged files. Nothing was changed.",
    ),
    "renumbered": (
        "UPDATE migration SET name = 'other' WHERE number = 1",
        "The schema was made with another text of the migration 0001_other than the one in this"
        " ackbox.",
        "Install a released version of ackbox that is at least as new as the one before, with"
        " unchanged files. Nothing was changed.",
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("change", CHANGES)
async def test_a_schema_that_this_program_did_not_make_is_refused_and_left_alone(
    engine: str, change: str, tmp_path: Path
) -> None:
    sql, message, hint = CHANGES[change]
    url = await golden(RELEASES[0], engine, tmp_path)
    await (await open_app(url)).close()
    await execute(url, sql)
    # A migration that is missing must not run before the refusal.
    last = max(each.number for each in migrations(engine))
    await execute(url, f"DELETE FROM migration WHERE number = {last}")
    before = await kept(url)
    with pytest.raises(Unavailable) as refused:
        await open_app(url)
    assert (message in refused.value.message, refused.value.hint) == (True, hint)
    assert await kept(url) == before
