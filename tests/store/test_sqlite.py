"""What only SQLite has to promise: other programs may open the file as well, and its disk may
be full.
"""

from __future__ import annotations

import asyncio
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from ackbox.app.call import open_app
from ackbox.errors import Conflict, Unavailable
from ackbox.store.engine import Transaction
from ackbox.store.store import add_workspace, every_workspace
from tests.engines import Post, writer_of

pytestmark = pytest.mark.anyio

# A process of its own: within one process two copies of SQLite do not see each other's locks.
OTHER_PROGRAM = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
"""


async def test_a_write_waits_for_another_program_and_reads_go_on(tmp_path: Path) -> None:
    app = await open_app(f"sqlite:///{tmp_path}/ackbox.db")
    key = await app.ensure(workspace="default", operator_key=None)
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROGRAM, str(tmp_path / "ackbox.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdin is not None and other.stdout is not None
    assert other.stdout.readline() == b"locked\n"

    sending = asyncio.create_task(
        app.call("message.send", {"agent": "ana", "to": "bob", "body": "hi"}, credential=key)
    )
    answers = [await app.call("message.history", {}, credential=key) for _ in range(20)]
    # The whole group may still be on its way to the writer; give it turns of the loop enough to be
    # done, if it could.
    waited = not (await asyncio.wait([sending], timeout=0.2))[0]
    other.communicate(b"\n")
    sent = await sending
    history = await app.call("message.history", {}, credential=key)

    assert [answer.messages for answer in answers] == [[]] * 20
    assert waited
    assert [message.id for message in history.messages] == [sent.id]
    await app.close()


@pytest.mark.parametrize(("writes_first", "runs"), [(False, [1, 1, 1]), (True, [2, 2, 1])])
async def test_a_write_that_fails_undoes_itself_alone_and_others_run_again_only_when_it_had_written(
    tmp_path: Path,
    writes_first: bool,
    runs: list[int],
) -> None:
    app = await open_app(f"sqlite:///{tmp_path}/ackbox.db")
    await app.ensure(workspace="default", operator_key=None)
    ran = [0, 0, 0]

    async def add(tx: Transaction, number: int) -> int:
        ran[number] += 1
        if number != 1 or writes_first:
            await add_workspace(tx, name=f"w{number}", mode="open", settings={}, now=0)
        if number == 1:
            raise Conflict("no")
        return number

    asked = [
        app.engine.write(functools.partial(add, number=number), across=True) for number in range(3)
    ]
    first, refused, last = await asyncio.gather(*asked, return_exceptions=True)
    names = [row.name for row in await app.engine.read(every_workspace, across=True)]
    await app.close()

    assert (first, type(refused), last) == (0, Conflict, 2)
    assert names == ["default", "w0", "w2"]
    assert ran == runs


async def test_a_sign_of_life_that_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    app = await open_app(f"sqlite:///{tmp_path}/ackbox.db")
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    post = Post(app, key)
    await post("agent.heartbeat", agent="ana")
    app.clock = lambda: 1_900_000_000_000
    await post("inbox.check", agent="ana")
    writer = writer_of(app)
    writer.pragma("query_only", True)
    with pytest.raises(Unavailable):
        await app._background.flush()
    writer.pragma("query_only", False)
    await app.close()
    again = await open_app(f"sqlite:///{tmp_path}/ackbox.db")
    assert [each.last_seen for each in (await Post(again, key)("agent.list")).agents] == [
        "2030-03-17T17:46:40.000Z"
    ]
    await again.close()


async def test_a_full_disk_refuses_sends_and_lets_searches_read(tmp_path: Path) -> None:
    app = await open_app(f"sqlite:///{tmp_path}/full.db")
    try:
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        post = Post(app, key)
        await post("message.send", agent="ana", to="bob", body="green")
        await post("message.search", agent="ana", query="green")
        writer = writer_of(app)
        writer.pragma("max_page_count", writer.pragma("page_count"))
        for _ in range(3):
            with pytest.raises(Unavailable) as refused:
                await post("message.send", agent="ana", to="bob", body="x" * 50_000)
            assert refused.value.hint == "The disk is full; free some space. Nothing was stored."
        assert [
            message.body
            for message in (await post("message.search", agent="ana", query="green")).messages
        ] == ["green"]
        writer.pragma("max_page_count", 1 << 30)
        await post("message.send", agent="ana", to="bob", body="x" * 50_000)
        assert (await post("mailbox.list", agent="ana", of="bob")).total == 2
    finally:
        await app.close()
