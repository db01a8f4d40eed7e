"""The number of round trips to PostgreSQL of the hot calls, for short and long pages and lists."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ackbox.app.call import open_app
from ackbox.store.engines.postgres import PostgresEngine
from tests.engines import Post, lent_database

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with lent_database("postgres", tmp_path) as url:
        yield url


@pytest.fixture
async def post(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    # A server knows a key for half a second; on a slow machine a test would count its reading.
    monkeypatch.setattr("ackbox.app.callers.KNOWN_FOR_MS", 1_000_000)
    app = await open_app(url)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    post = Post(app, key)
    for name in ("ana", "bob", "cy"):
        await post("agent.check_in", agent=name)
    await post("agent.check_in", agent="bob", instance="laptop")
    # What runs beside the calls would be counted too.
    await app._background.stop()
    yield post
    await app.close()


Count = Callable[[Awaitable[Any]], Awaitable[int]]


@pytest.fixture
def count(post: Post) -> Count:
    """Return a function that counts the round trips of one call, BEGIN and COMMIT included."""

    async def counted(call: Awaitable[Any]) -> int:
        assert isinstance(post.app.engine, PostgresEngine) and post.app.engine._pool is not None
        seen: list[str] = []
        for connection in post.app.engine._pool.idle:
            connection.add_query_logger(lambda record: seen.append(record.query))
        await call
        return sum("pg_notify" not in text for text in seen)

    return counted


async def send(post: Post, many: int, **params: Any) -> list[str]:
    return [
        (await post("message.send", agent="ana", to="bob", body=f"{n}", **params)).id
        for n in range(many)
    ]


async def warm(post: Post) -> None:
    """Do each once: the driver looks up types, and the caller's key is read."""
    await post("message.send", agent="ana", to="bob", body="x", idempotency_key="first")
    ids = await send(post, 3)
    await post("message.send", agent="bob", to="ana", body="x", parent=ids[0])
    await post("receipt.mark", agent="bob", ids=ids, mark="read")
    await post("inbox.check", agent="bob", mark="read")


async def test_a_send_takes_four_statements(post: Post, count: Count) -> None:
    await warm(post)
    plain = await count(post("message.send", agent="ana", to="bob", body="one"))
    many = await count(
        post("message.send", agent="ana", to=["bob", "cy"], body="two", idempotency_key="k")
    )
    everyone = await count(post("message.send", agent="ana", to="*", body="three"))
    assert (plain, many, everyone) == (4, 4, 4)


async def test_a_reply_takes_six(post: Post, count: Count) -> None:
    await warm(post)
    (question,) = await send(post, 1, expects_reply_by="2h")
    assert (
        await count(post("message.send", agent="bob", to="ana", body="yes", parent=question)) <= 6
    )


@pytest.mark.parametrize("mark", ["none", "delivered", "read"])
@pytest.mark.parametrize("caller", [{}, {"instance": "laptop"}], ids=["agent", "instance"])
async def test_a_check_takes_six_statements_whatever_the_page(
    post: Post, count: Count, mark: str, caller: dict[str, str]
) -> None:
    await warm(post)
    found = []
    for many in (1, 60):
        await send(post, many)
        await post("message.send", agent="ana", to="*", body="all")
        check = post("inbox.check", agent="bob", mark=mark, limit=50, **caller)
        found.append(await count(check))
    assert max(found) <= 6, found


@pytest.mark.parametrize("mark", ["read", "acknowledged", "archived", "unread"])
@pytest.mark.parametrize("caller", [{}, {"instance": "laptop"}], ids=["agent", "instance"])
async def test_a_mark_of_any_list_takes_six_statements(
    post: Post, count: Count, mark: str, caller: dict[str, str]
) -> None:
    await warm(post)
    found = []
    for many in (1, 60):
        ids = await send(post, many)
        everyone = await post("message.send", agent="ana", to="*", body="all")
        if mark == "unread":
            await post("receipt.mark", agent="bob", ids=ids, mark="read", **caller)
        marked = post("receipt.mark", agent="bob", ids=[*ids, everyone.id], mark=mark, **caller)
        found.append(await count(marked))
    assert max(found) <= 6, found
