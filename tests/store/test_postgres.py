"""What only PostgreSQL has: a second wall, several servers, and connections that die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ackbox.app.bell import Follower
from ackbox.app.call import App, open_app
from ackbox.errors import Conflict, Unavailable
from ackbox.store.engines.postgres_setup import connect
from tests.engines import Post, fresh_database, server, with_database

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(tmp_path: Path) -> str:
    return fresh_database("postgres", tmp_path)


@pytest.fixture
async def posts(url: str) -> AsyncIterator[list[Post]]:
    """Two servers on one database."""
    apps = [await open_app(url) for _ in range(2)]
    key = await apps[0].ensure(workspace="default", operator_key=None)
    assert key is not None
    yield [Post(app, key) for app in apps]
    for app in apps:
        await app.close()


async def numbers(app: App) -> dict[str, int]:
    rows = await app.engine.read(lambda tx: tx.rows("workspace_all"), across=True)
    return {row[1]: row[0] for row in rows}


async def test_the_serving_role_sees_no_row_of_a_workspace_it_did_not_name(
    posts: list[Post], url: str
) -> None:
    await posts[0]("workspace.create", name="other")
    for workspace in ("default", "other"):
        await posts[0](
            "message.send", workspace=workspace, agent="ana", to="bob", body=f"in {workspace}"
        )
    places = await numbers(posts[0].app)
    connection = await connect(url)
    seen = {}
    for setting in ("0", str(places["other"])):
        async with connection.transaction():
            await connection.execute("SELECT set_config('ackbox.ws', $1, true)", setting)
            seen[setting] = [row[0] for row in await connection.fetch("SELECT body FROM message")]
    nothing_set = await connection.fetch("SELECT body FROM message")
    await connection.close()
    assert (seen, nothing_set) == ({"0": [], str(places["other"]): ["in other"]}, [])


def follow(app: App, ws: int) -> asyncio.Event:
    """Return what each ring in a workspace sets."""
    follower = Follower(ws, None, None)
    app.bell.follow(follower)
    return follower.rung


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE message SET body = 'x'",
        "DELETE FROM message",
        "DELETE FROM addressed",
        "UPDATE note SET text = 'x'",
        "UPDATE note SET author = 1",
        "UPDATE note_link SET author = 1",
        "UPDATE note_words SET words = ''",
        "ALTER TABLE message DISABLE ROW LEVEL SECURITY",
        "DROP TABLE message",
    ],
)
async def test_the_serving_role_may_not_change_what_is_written_once(
    posts: list[Post], url: str, statement: str
) -> None:
    connection = await connect(url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_a_row_for_another_workspace_cannot_be_written(posts: list[Post]) -> None:
    await posts[0]("workspace.create", name="other")
    places = await numbers(posts[0].app)

    async def stray(tx: Any) -> None:
        await tx.run("hidden_add", ws=places["other"], reader=1, seq=1)

    with pytest.raises(Unavailable):
        await posts[0].app.engine.write(stray, ws=places["default"])


async def test_every_table_with_a_workspace_has_the_wall(posts: list[Post], url: str) -> None:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("""
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'ws'
        WHERE c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""")
    await connection.close()
    assert [row[0] for row in rows] == []


STRAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "settings": ("workspace_settings", {"settings": "{}"}),
    "a key": (
        "key_add",
        {
            "id": "stray",
            "digest": b"",
            "role": "agent",
            "agent": "ana",
            "may_speak_as": "[]",
            "label": "",
            "now": 0,
            "expires_at": None,
            "dialect": None,
            "proof": None,
        },
    ),
    "a message": ("hidden_add", {"reader": 1, "seq": 1}),
    "a schedule": (
        "schedule_add",
        {
            "id": "stray",
            "seq": 1,
            "cron": "",
            "zone": "",
            "audience": "",
            "subject": None,
            "body": "",
            "intent": "",
            "priority": 3,
            "created_by": "",
            "created_at": 0,
            "next_at": 0,
            "last_at": None,
            "last_error": None,
        },
    ),
}


@pytest.mark.parametrize("what", STRAYS)
async def test_a_transaction_that_goes_across_writes_in_no_other_workspace(
    posts: list[Post], what: str
) -> None:
    await posts[0]("workspace.create", name="other", unknown="refuse")
    places = await numbers(posts[0].app)
    name, columns = STRAYS[what]

    async def stray(tx: Any) -> None:
        await tx.run(name, ws=places["other"], **columns)

    try:
        await posts[0].app.engine.write(stray, ws=places["default"], across=True)
    except Unavailable:
        return
    assert (await posts[0]("workspace.settings", workspace="other")).settings == {
        "unknown": "refuse"
    }
    assert what == "settings", "an update finds no row; an insert is refused"


async def test_the_policies_that_go_across_are_those_that_the_page_names(
    url: str, posts: list[Post]
) -> None:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT tablename, cmd FROM pg_policies WHERE COALESCE(qual, '') || COALESCE(with_check,"
        " '') LIKE '%across%'"
    )
    await connection.close()
    assert sorted(map(tuple, rows)) == [
        ("access_key", "INSERT"),
        ("access_key", "SELECT"),
        ("access_key", "UPDATE"),
        ("database_copy", "INSERT"),
        ("obligation", "SELECT"),
        ("reader", "SELECT"),
        ("schedule", "SELECT"),
        ("search_cursor", "SELECT"),
        ("webhook", "SELECT"),
        ("webhook_out", "SELECT"),
        ("workspace", "INSERT"),
        ("workspace", "SELECT"),
    ]


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
async def test_a_server_that_may_lose_a_message_is_refused(url: str, setting: str) -> None:
    if setting == "synchronous_commit":
        connection = await asyncpg.connect(url)
        await connection.execute(
            f'ALTER DATABASE "{url.split("?")[0].rpartition("/")[2]}" SET synchronous_commit = off'
        )
        await connection.close()
        with pytest.raises(Unavailable, match="synchronous_commit=off"):
            await open_app(url)
        return
    connection = await asyncpg.connect(server())
    try:
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
        await connection.execute("SELECT pg_reload_conf()")
        await _until(connection, setting, "off")
        with pytest.raises(Unavailable, match=f"{setting}=off"):
            await open_app(url)
    finally:
        await connection.execute(f"ALTER SYSTEM RESET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
        await _until(connection, setting, "on")
        await connection.close()


async def _until(connection: Any, setting: str, value: str) -> None:
    """A reload takes effect between statements; ask until it has."""
    while await connection.fetchval("SELECT current_setting($1)", setting) != value:
        await asyncio.sleep(0.005)


async def test_a_send_on_one_server_rings_on_the_other(posts: list[Post]) -> None:
    ws = (await numbers(posts[0].app))["default"]
    rung = follow(posts[1].app, ws)
    await posts[0]("message.send", agent="ana", to="bob", body="hello")
    await asyncio.wait_for(rung.wait(), 20)


async def test_two_servers_marking_one_receipt_lose_no_mark(posts: list[Post]) -> None:
    names = [f"i{n}" for n in range(12)]
    for name in names:
        await posts[0]("agent.check_in", agent="bob", instance=name)
    sent = await posts[0]("message.send", agent="ana", to="bob", body="x")
    await asyncio.gather(
        *(
            posts[n % 2]("receipt.mark", agent="bob", instance=name, mark="read", ids=[sent.id])
            for n, name in enumerate(names)
        )
    )
    status = await posts[0]("message.status", agent="ana", id=sent.id)
    assert sorted(
        each["instance"] for each in status.receipts[0].by if each["mark"] == "read"
    ) == sorted(names)


async def test_one_key_sent_on_both_servers_at_once_stores_one_message(posts: list[Post]) -> None:
    await posts[0]("agent.check_in", agent="ana")
    await posts[0]("agent.check_in", agent="bob")
    for number in range(10):
        sent = await asyncio.gather(
            *(
                post("message.send", agent="ana", to="bob", body="x", idempotency_key=f"k{number}")
                for post in posts
                for _ in range(8)
            )
        )
        assert len({each.id for each in sent}) == 1
    assert len((await posts[0]("inbox.check", agent="bob")).messages) == 10


async def test_of_many_who_claim_one_task_on_two_servers_one_has_it(posts: list[Post]) -> None:
    tasks = [await posts[0]("task.create", agent="ana", title=str(n)) for n in range(5)]
    for task in tasks:
        answers = await asyncio.gather(
            *(posts[n % 2]("task.claim", agent=f"worker-{n}", id=task.id) for n in range(12))
        )
        assert (
            [answer.claimed for answer in answers].count(True),
            len({answer.winner for answer in answers}),
        ) == (1, 1)
    numbers = await asyncio.gather(
        *(posts[n % 2]("task.create", agent="bob", title="x") for n in range(12))
    )
    assert sorted(task.number for task in numbers) == list(range(6, 18))


async def test_one_bad_send_in_a_group_fails_alone(
    posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine each call would read the key first, and they would come in any order.
    monkeypatch.setattr("ackbox.app.callers.KNOWN_FOR_MS", 1_000_000)
    post = posts[0]
    await post("agent.check_in", agent="ana")
    await post("agent.check_in", agent="bob")
    await post("message.send", agent="ana", to="bob", body="first", idempotency_key="k")
    sends = [
        post(
            "message.send",
            agent="ana",
            to="bob",
            body=str(n),
            idempotency_key="k" if n == 3 else None,
        )
        for n in range(6)
    ]
    outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert [type(each) for each in outcomes].count(Conflict) == 1
    assert [letter.body for letter in (await post("inbox.check", agent="bob")).messages] == [
        "first",
        "0",
        "1",
        "2",
        "4",
        "5",
    ]


async def test_many_first_sends_to_one_new_name_make_one_reader(posts: list[Post]) -> None:
    await asyncio.gather(
        *(
            post("message.send", agent=f"a{n}", to="new", body=str(n))
            for n in range(8)
            for post in posts
        )
    )
    assert len((await posts[0]("inbox.check", agent="new")).messages) == 16


async def test_a_reader_with_a_cursor_skips_nothing_while_two_servers_write(
    posts: list[Post],
) -> None:
    for name in ("bob", *(f"w{n}" for n in range(6))):
        await posts[0]("agent.check_in", agent=name)
    cursor = (await posts[0]("event.feed", agent="bob")).cursor

    async def write(number: int) -> list[str]:
        return [
            (
                await posts[number % 2](
                    "message.send", agent=f"w{number}", to="bob", body=str(count)
                )
            ).id
            for count in range(40)
        ]

    writers = [asyncio.create_task(write(number)) for number in range(6)]
    seen: list[str] = []
    while len(seen) < 240:
        page = await posts[1]("event.feed", agent="bob", cursor=cursor, wait_s=20)
        cursor = page.cursor
        seen += [event.id for event in page.events if event.kind == "message.sent"]
    assert sorted(seen) == sorted(id for ids in await asyncio.gather(*writers) for id in ids)


async def test_a_killed_backend_costs_a_call_and_nothing_more(posts: list[Post], url: str) -> None:
    post = posts[0]
    await post("agent.check_in", agent="bob")
    # The driver closes what has died in tasks of its own, and nobody asks how that went.
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, about: (
            None
            if isinstance(about.get("exception"), OSError)
            else loop.default_exception_handler(about)
        )
    )
    admin = await asyncpg.connect(with_database(url, "postgres"))
    stored, refused = [], 0
    for number in range(30):
        if number % 10 == 5:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                url.split("?")[0].rpartition("/")[2],
            )
        for _ in range(5):
            try:
                stored.append(
                    (
                        await post(
                            "message.send",
                            agent="ana",
                            to="bob",
                            body=str(number),
                            idempotency_key=str(number),
                        )
                    ).id
                )
                break
            except Unavailable:
                refused += 1
    await admin.close()
    letters = (await post("inbox.check", agent="bob", limit=200)).messages
    assert ([letter.id for letter in letters], [letter.body for letter in letters]) == (
        stored,
        [str(n) for n in range(30)],
    )
    assert refused <= 15


async def test_a_server_that_could_not_hear_looks_again(posts: list[Post], url: str) -> None:
    ws = (await numbers(posts[0].app))["default"]
    rung = follow(posts[1].app, ws)
    admin = await asyncpg.connect(with_database(url, "postgres"))
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND query LIKE"
        " ANY (ARRAY['LISTEN%', 'SELECT (extract%'])",
        url.split("?")[0].rpartition("/")[2],
    )
    await admin.close()
    await asyncio.wait_for(rung.wait(), 20)
    rung.clear()
    await posts[0]("message.send", agent="ana", to="bob", body="hello")
    await asyncio.wait_for(rung.wait(), 20)
