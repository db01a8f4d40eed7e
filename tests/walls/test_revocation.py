"""A key that has ended: the next call is refused, and a wait under it stops within a
second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ackbox.app.call import App, open_app
from ackbox.errors import BadKey
from tests.engines import Post, fresh_database

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000
WAITS: dict[str, dict[str, Any]] = {
    "inbox.wait": {"wait_s": 50},
    "event.feed": {"wait_s": 50, "cursor": "?"},
    "message.ask": {"wait_s": 50, "to": "bob", "body": "x"},
}
# A second, and what a busy machine adds.
SOON_S = 1.5


class Clock:
    """Milliseconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def timed(database: str) -> AsyncIterator[tuple[Post, Clock]]:
    clock = Clock()
    app = await open_app(database, clock=clock)
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    yield Post(app, key), clock
    await app.close()


async def start_waiting(app: App, key: str, name: str) -> asyncio.Task[Any]:
    """Start a long poll and return once it waits."""
    params = dict(WAITS[name])
    await app.call("inbox.check", {}, credential=key)
    if "cursor" in params:
        params["cursor"] = (await app.call("event.feed", {}, credential=key)).cursor
    waiting = asyncio.create_task(app.call(name, params, credential=key))
    while not app.bell.waiting:
        await asyncio.sleep(0.005)
    return waiting


async def ends_soon(waiting: asyncio.Task[Any]) -> str:
    start = asyncio.get_running_loop().time()
    with pytest.raises(BadKey) as refused:
        await waiting
    assert asyncio.get_running_loop().time() - start <= SOON_S
    return refused.value.message


@pytest.mark.parametrize("name", WAITS)
async def test_revoking_a_key_refuses_the_next_call_and_ends_a_wait(
    timed: tuple[Post, Clock], name: str
) -> None:
    post, _ = timed
    made = await post("key.create", name="ana")
    waiting = await start_waiting(post.app, made.key, name)
    await post("key.revoke", id=made.id)
    with pytest.raises(BadKey, match=r"This key has been revoked\."):
        await post.app.call("agent.whoami", {}, credential=made.key)
    assert await ends_soon(waiting) == "This key has been revoked."
    assert post.app.bell.waiting == 0


@pytest.mark.parametrize("name", WAITS)
async def test_a_key_that_expires_refuses_the_next_call_and_ends_a_wait(
    timed: tuple[Post, Clock], name: str
) -> None:
    post, clock = timed
    made = await post("key.create", name="ana", expires_in_days=1)
    clock.now += DAY_MS - 1
    waiting = await start_waiting(post.app, made.key, name)
    clock.now += 1
    with pytest.raises(BadKey, match=r"This key has expired\."):
        await post.app.call("agent.whoami", {}, credential=made.key)
    assert await ends_soon(waiting) == "This key has expired."


# Not event.feed: within the half second that a server remembers a key, it may still be handed the
# news of its end.
@pytest.mark.parametrize("name", ["inbox.wait", "message.ask"])
async def test_a_key_revoked_on_another_server_of_the_database_ends_a_wait(
    anyio_backend: str, name: str, tmp_path: Any
) -> None:
    url = await asyncio.to_thread(fresh_database, "postgres", tmp_path)
    here, there = await open_app(url), await open_app(url)
    try:
        key = await here.ensure(workspace="default", operator_key=None)
        made = await here.call("key.create", {"name": "ana"}, credential=key)
        waiting = await start_waiting(there, made.key, name)
        await here.call("key.revoke", {"id": made.id}, credential=key)
        assert await ends_soon(waiting) == "This key has been revoked."
    finally:
        await here.close()
        await there.close()


@pytest.mark.parametrize("name", ["inbox.wait", "event.feed"])
async def test_what_a_look_finds_after_the_end_of_its_key_is_not_given_out_nor_marked(
    timed: tuple[Post, Clock], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, _ = timed
    made = await post("key.create", name="ana")
    waiting = await start_waiting(post.app, made.key, name)
    # As on a busy machine, where the key was found good just before it ended.
    monkeypatch.setattr(post.app._callers, "forget", lambda: None)
    await post("key.revoke", id=made.id)
    await post("message.send", agent="bob", to="ana", body="late")
    assert await ends_soon(waiting) == "This key has been revoked."
    monkeypatch.undo()
    left = await post("inbox.check", agent="ana", state="pending")
    assert [each.body for each in left.messages] == ["late"]
