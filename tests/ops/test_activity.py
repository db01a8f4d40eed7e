"""Looking before one declares, and looking back: who claims what, and what happened."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import BadCursor, NotFound
from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def claims(post: Post, **of: Any) -> list[tuple[str, list[str], list[str]]]:
    return [
        (each.agent, each.areas, each.files)
        for each in (await post("session.conflicts", **of)).conflicts
    ]


async def test_a_reader_is_told_who_works_on_the_same_and_nothing_is_declared(
    post: Post, clock: Clock
) -> None:
    ana = await post("session.start", agent="ana", area="docs", files=["src/a.py"], ttl_s=600)
    await post("session.start", agent="bob", area="docs", ttl_s=60)
    before = (await post("event.list")).events
    assert await claims(post, area="docs") == [("ana", ["docs"], []), ("bob", ["docs"], [])]
    assert await claims(post, session=ana.token, area="docs", files=["src/"]) == [
        ("bob", ["docs"], [])
    ]
    assert await claims(post, agent="bob", files=["src/"]) == [("ana", [], ["src/a.py"])]
    assert [await claims(post), await claims(post, area="else")] == [[], []]
    assert (await post("event.list")).events == before
    clock.pass_s(60)
    assert await claims(post, area="docs") == [("ana", ["docs"], [])]
    await post("session.end", session=ana.token)
    with pytest.raises(NotFound, match="There is no such session, or it has ended"):
        await claims(post, session=ana.token, area="docs")


async def test_what_happened_is_told_newest_first_and_goes_on_from_a_cursor(post: Post) -> None:
    await post("agent.check_in", agent="ana")
    sent = await post("message.send", agent="bob", to="ana", body="x")
    await post("session.start", agent="ana")
    whole = (await post("event.list", limit=200)).events
    assert [event.seq for event in whole] == sorted((event.seq for event in whole), reverse=True)
    assert whole == list(reversed((await post("event.feed", cursor="start", limit=200)).events))
    assert [
        (event.kind, event.agent, event.id) for event in whole if event.kind == "message.sent"
    ] == [("message.sent", "bob", sent.id)]
    first = await post("event.list", limit=2)
    rest = await post("event.list", limit=200, cursor=first.cursor)
    assert ([*first.events, *rest.events], rest.cursor) == (whole, None)
    assert (await post("event.list", of="bob")).events == [
        event for event in whole if event.agent == "bob"
    ]
    assert (await post("event.list", of="nobody")).events == []
    with pytest.raises(BadCursor):
        await post("event.list", of="bob", cursor=first.cursor)


async def test_in_a_private_workspace_only_what_concerns_the_caller_is_told(post: Post) -> None:
    await post("workspace.create", name="quiet", mode="private")
    made = {
        name: await post("key.create", workspace="quiet", kind="agent", name=name)
        for name in ("ana", "bob", "cy")
    }
    ana, bob, cy = (Post(post.app, made[name].key) for name in ("ana", "bob", "cy"))
    for one in (ana, bob, cy):
        await one("agent.check_in")
    await ana("message.send", to="bob", body="x")
    kinds = [[event.kind for event in (await one("event.list")).events] for one in (ana, bob, cy)]
    assert kinds == [
        ["message.sent", "agent.checked_in", "agent.registered"],
        ["message.sent", "agent.checked_in", "agent.registered"],
        ["agent.checked_in", "agent.registered"],
    ]
    assert (await cy("event.list", of="ana")).events == []


async def test_events_are_narrowed_to_kinds_and_some_are_skipped(post: Post) -> None:
    for agent in ("ana", "bob", "eve"):
        await post("session.start", agent=agent)
        await post("message.send", agent=agent, to="*", body="x")
    kinds = ["session.started", "message.sent"]
    whole = [each for each in (await post("event.list", limit=200)).events if each.kind in kinds]
    assert (await post("event.list", kinds=kinds, limit=200)).events == whole
    assert (await post("event.list", kinds=kinds, skip=2, limit=3)).events == whole[2:5]
    first = await post("event.list", kinds=kinds, skip=1, limit=2)
    rest = await post("event.list", kinds=kinds, limit=200, cursor=first.cursor)
    assert ([*first.events, *rest.events], rest.cursor) == (whole[1:], None)
    assert (await post("event.list", kinds=["nothing"])).events == []
    assert (await post("event.list", skip=10_000)).events == []
    with pytest.raises(BadCursor):
        await post("event.list", cursor=first.cursor)
