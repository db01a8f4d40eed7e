"""Answers that writes of one group share: asked once, and never older than what the group
itself has written.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from ackbox.app.call import App, open_app
from ackbox.errors import Conflict
from ackbox.store.engines.sqlite_answers import look
from ackbox.store.readers import Arrival
from ackbox.store.sql.statements import load
from ackbox.store.store import Store, find_workspace
from tests.engines import Post, writer_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    app = await open_app(f"sqlite:///{tmp_path}/ackbox.db")
    yield app
    await app.close()


@pytest.fixture
async def post(app: App) -> Post:
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    return Post(app, key)


async def asked_during(app: App, *calls: Any) -> tuple[Counter[str], list[Any]]:
    """Return how often each statement was run, by name, while calls run together, and their
    results.
    """
    names = {statement.sql: name for name, statement in load("sqlite").items()}
    ran: Counter[str] = Counter()
    writer_of(app).trace_v2(
        apsw.SQLITE_TRACE_STMT,
        lambda event: ran.update([names[event["sql"]]] if event["sql"] in names else []),
    )
    try:
        return ran, await asyncio.gather(*calls, return_exceptions=True)
    finally:
        writer_of(app).trace_v2(0)


async def test_what_equal_sends_ask_is_asked_once_for_all_of_them(app: App, post: Post) -> None:
    await post("message.send", agent="ana", to="bob", body="first")
    ran, sent = await asked_during(
        app, *[post("message.send", agent="ana", to="bob", body=str(n)) for n in range(20)]
    )
    assert ran == {
        "workspace_by_number": 1,
        "reader_by_name": 2,
        "agent_names": 1,
        "last_seq": 1,
        "keep_next_seq": 1,
        "message_add": 20,
        "addressed_add": 20,
    }
    assert [one.seq for one in sent] == [*range(sent[0].seq, sent[0].seq + 20)]


async def test_what_one_of_a_group_writes_the_next_of_it_sees(app: App, post: Post) -> None:
    await post("agent.heartbeat", agent="ana")
    everyone = {"agent": "ana", "to": "*", "body": "all"}
    _, (before, bob, carl, after, unread) = await asked_during(
        app,
        post("message.send", **everyone),
        post("agent.heartbeat", agent="bob"),
        post("agent.heartbeat", agent="carl"),
        post("message.send", **everyone),
        post("inbox.check", agent="bob", mark="read"),
    )
    assert (before.recipient_count, after.recipient_count) == (0, 2)
    assert [message.id for message in unread.messages] == [before.id, after.id]
    assert (bob.agent, carl.agent) == ("bob", "carl")


async def test_what_was_undone_is_not_seen_by_the_next(app: App, post: Post) -> None:
    async def number(tx: Any) -> int:
        found = await find_workspace(tx, "default")
        assert found is not None
        return found.ws

    place = await app.engine.read(number, across=True)

    async def come_and_fail(tx: Any) -> None:
        await Store(tx, place).arrive("eve", None, kind="agent", arrival=Arrival(0, 0, 0))
        assert await Store(tx, place).reader("eve") is not None
        raise Conflict("no")

    async def look(tx: Any) -> Any:
        return await Store(tx, place).reader("eve")

    ended = await asyncio.gather(
        app.engine.write(come_and_fail, ws=place),
        app.engine.write(look, ws=place),
        return_exceptions=True,
    )
    assert (type(ended[0]), ended[1]) == (Conflict, None)


async def test_who_arrives_between_two_sends_of_a_group_is_given_the_first_and_has_the_second(
    app: App, post: Post
) -> None:
    await post("agent.heartbeat", agent="ana")
    send = {"agent": "ana", "to": "*"}
    _, (first, _, second) = await asked_during(
        app,
        post("message.send", **send, body="1"),
        post("agent.heartbeat", agent="bob"),
        post("message.send", **send, body="2"),
    )
    assert [message.body for message in (await post("inbox.check", agent="bob")).messages] == [
        "1",
        "2",
    ]
    # Between them stands the line of the feed that bob is new.
    assert second.seq == first.seq + 2


@pytest.mark.parametrize("fails", [True, False])
async def test_numbers_of_a_write_that_was_undone_are_given_again(
    app: App, post: Post, fails: bool
) -> None:
    await post("agent.heartbeat", agent="ana")

    async def send_and_fail(tx: Any) -> None:
        found = await find_workspace(tx, "default")
        assert found is not None
        await Store(tx, found.ws).take_seq(5)
        raise Conflict("no")

    async def nothing(tx: Any) -> None:
        pass

    sends = [post("message.send", agent="ana", to="bob", body=str(n)) for n in range(2)]
    failed = app.engine.write(send_and_fail if fails else nothing, across=True)
    _, (first, _, second) = await asked_during(app, sends[0], failed, sends[1])
    third = await post("message.send", agent="ana", to="bob", body="3")
    assert [second.seq - first.seq, third.seq - second.seq] == [1, 1]


async def test_what_a_statement_touches_is_known_to_the_column_and_through_triggers(
    app: App,
) -> None:
    statements = load("sqlite")
    take, add, index, label = (
        look(writer_of(app), statements[name])
        for name in ("take_seq", "message_add", "search_add", "workspace_settings")
    )
    workspace, last, found = (
        look(writer_of(app), statements[name])
        for name in ("workspace_by_number", "last_seq", "search_page")
    )
    assert [set(each.changes) for each in (take, add, index)] == [
        {("workspace", "next_seq")},
        {("message", "")},
        {("search_entry", ""), ("search_place", ""), ("search", "")},
    ]
    spoiled = [
        [write.spoils(answer) for answer in (workspace, last, found)]
        for write in (take, add, index, label)
    ]
    assert spoiled == [
        [False, True, False],
        [False, False, True],
        [False, False, True],
        [True, False, False],
    ]


async def test_every_statement_that_writes_says_what_it_changes_and_none_that_reads_does(
    app: App,
) -> None:
    known = {name: look(writer_of(app), statement) for name, statement in load("sqlite").items()}
    assert {name for name, each in known.items() if each.changes} == {
        name for name, statement in load("sqlite").items() if statement.is_write
    }
