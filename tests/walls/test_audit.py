"""A claimed name that is refused is written into the feed: which key, which name, never what it
wanted to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ackbox.app.call import open_app
from ackbox.app.limits import Limits
from tests.engines import Post
from tests.walls.places import refusal

pytestmark = pytest.mark.anyio


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def timed(database: str) -> AsyncIterator[tuple[Post, Clock]]:
    clock = Clock()
    app = await open_app(database, limits=Limits(clock=clock))
    key = await app.ensure(workspace="default", operator_key=None)
    assert key is not None
    yield Post(app, key), clock
    await app.close()


async def test_a_refused_name_is_told_in_the_feed_once_a_second_and_without_the_message(
    timed: tuple[Post, Clock],
) -> None:
    post, clock = timed
    made = await post("key.create", name="ana")
    start = (await post("event.feed")).cursor
    for claimed in ("bob", "carl", "dora"):
        await refusal(
            post.app,
            made.key,
            "message.send",
            {"agent": claimed, "to": "eve", "subject": "CANARY", "body": "CANARY"},
        )
    clock.now += 1
    await post.app.call(
        "message.send_many",
        {"messages": [{"agent": "fred", "to": "eve", "body": "CANARY"}] * 3},
        credential=made.key,
    )
    events = (await post("event.feed", cursor=start)).events
    assert [(each.kind, each.agent, each.details) for each in events] == [
        ("agent.refused", None, {"key": made.id, "claimed": "bob", "operation": "message.send"}),
        ("agent.refused", None, {"key": made.id, "claimed": "fred", "operation": "message.send"}),
    ]


async def test_who_waits_for_events_is_woken_by_a_refused_name(timed: tuple[Post, Clock]) -> None:
    post, _ = timed
    made = await post("key.create", name="ana")
    cursor = (await post("event.feed")).cursor
    waiting = asyncio.create_task(post("event.feed", cursor=cursor, wait_s=30))
    await refusal(post.app, made.key, "inbox.check", {"agent": "bob"})
    assert [each.kind for each in (await waiting).events] == ["agent.refused"]
