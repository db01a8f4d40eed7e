"""Totals: the count of a mailbox is the same each time, with and without remembered totals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000


async def total(post: Post, agent: str, **params: Any) -> int:
    return int((await post("inbox.check", agent=agent, **params)).total)


async def test_a_total_that_was_asked_for_before_counts_what_came_since(post: Post) -> None:
    for name, more in (("ana", {}), ("bob", {}), ("bob", {"instance": "a"})):
        await post("agent.heartbeat", agent=name, **more)
    found = []
    for to in ("bob", "bob/a", "*", "ana", "bob,ana", "bob"):
        await post("message.send", agent="ana", to=to, body="x")
        found.append(
            [
                await total(post, "ana"),
                await total(post, "bob"),
                await total(post, "bob", instance="a"),
            ]
        )
    assert found == [[0, 1, 1], [0, 2, 2], [0, 3, 3], [1, 3, 3], [2, 4, 4], [2, 5, 5]]
    assert sorted(known.total for known in post.app._totals._known.values()) == [2, 5, 5]
    # Marking takes nothing out of it for any caller: a check that marks is a write.
    await post("inbox.check", agent="bob", mark="read")
    assert [
        await total(post, "bob"),
        await total(post, "bob", mark="read"),
        (await post("mailbox.list", agent="ana", of="bob")).total,
    ] == [5, 5, 5]


async def test_post_that_expires_leaves_a_total_that_was_asked_for_before(
    post: Post, clock: Clock
) -> None:
    found = []
    for days in (None, 1, None):
        await post(
            "message.send",
            agent="ana",
            to="bob",
            body="x",
            **({"expires_in_days": days} if days else {}),
        )
        found.append(await total(post, "bob"))
    clock.now += 2 * DAY_MS
    found.append(await total(post, "bob"))
    await post("message.send", agent="ana", to="bob", body="x")
    found.append(await total(post, "bob"))
    clock.now -= 2 * DAY_MS
    found.append(await total(post, "bob"))
    assert found == [1, 2, 3, 2, 3, 4]


async def test_post_that_waited_for_a_name_is_in_the_total_of_who_comes(post: Post) -> None:
    await post("message.send", agent="ana", to="zoe", body="x")
    before = (await post("mailbox.list", agent="ana", of="zoe")).total
    await post("message.send", agent="ana", to="user", body="x")
    key = (await post("key.create", name="zoe", kind="human")).key
    came = (await post.app.call("inbox.check", {}, credential=key)).total
    await post("message.send", agent="ana", to="zoe", body="x")
    assert (before, came, (await post.app.call("inbox.check", {}, credential=key)).total) == (
        1,
        2,
        3,
    )
