"""Long polls: rung for what they wait for, alive while they wait, and never without a look."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def start(post: Post, agent: str, **params: Any) -> asyncio.Task[Any]:
    """Start a wait and return once it waits."""
    before = post.app.bell.waiting
    waiting = asyncio.create_task(post("inbox.wait", agent=agent, wait_s=50, **params))
    while post.app.bell.waiting == before:
        await asyncio.sleep(0.005)
    return waiting


def count_looks(post: Post, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with each read of a workspace."""
    read, looks = post.app.engine.read, list[int]()

    async def counted(*given: Any, **named: Any) -> Any:
        if named.get("ws") is not None:
            looks.append(named["ws"])
        return await read(*given, **named)

    monkeypatch.setattr(post.app.engine, "read", counted)
    return looks


async def test_a_message_makes_only_its_recipient_look(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post("agent.check_in", agent="ana")
    waits = [await start(post, f"w{number}") for number in range(8)]
    looks = count_looks(post, monkeypatch)
    await post("message.send", agent="ana", to="w3", body="hello")
    assert [letter.body for letter in (await waits[3]).messages] == ["hello"]
    assert (len(looks), post.app.bell.waiting) == (1, 7)
    await post("message.send", agent="ana", to="*", body="all")
    others = await asyncio.gather(*waits[:3], *waits[4:])
    assert [each.messages[-1].body for each in others] == ["all"] * 7


async def test_a_message_that_becomes_unread_ends_a_wait(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="hello")
    await post("receipt.mark", agent="bob", ids=[sent.id], mark="read")
    waiting = await start(post, "bob")
    await post("receipt.mark", agent="bob", ids=[sent.id], mark="unread")
    assert [letter.id for letter in (await waiting).messages] == [sent.id]


async def test_a_mark_ends_a_wait_for_what_is_acknowledged(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="hello")
    waiting = await start(post, "bob", state="acknowledged")
    await post("receipt.mark", agent="bob", ids=[sent.id], mark="acknowledged")
    assert [letter.id for letter in (await waiting).messages] == [sent.id]


async def test_a_wait_looks_although_its_ring_was_lost(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.app.waiting.LOOK_AGAIN_S", 0.2)
    waiting = await start(post, "bob")
    monkeypatch.setattr(post.app._notifier, "ring", lambda *_: None)
    await post("message.send", agent="ana", to="bob", body="hello")
    assert [letter.body for letter in (await waiting).messages] == ["hello"]


async def test_a_reply_to_somebody_else_ends_the_wait_of_who_asked(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    asking = asyncio.create_task(
        post("message.ask", agent="ana", to="bob", body="ready?", wait_s=50)
    )
    question = (await post("inbox.wait", agent="bob", wait_s=50)).messages[0]
    while not post.app.bell.waiting:
        await asyncio.sleep(0.005)
    await post("message.send", agent="bob", to="cy", body="he asks", parent=question.id)
    asked = await asking
    assert (asked.outcome, asked.answer.body) == ("answered", "he asks")


async def test_who_waits_is_online_past_its_ttl_and_no_longer(post: Post, clock: Clock) -> None:
    async def presence() -> str:
        agents = (await post("agent.list", agent="ana")).agents
        found: str = next(each.presence for each in agents if each.agent == "bob")
        return found

    await post("agent.check_in", agent="bob", ttl_s=10)
    waiting = await start(post, "bob")
    clock.pass_s(60)
    seen = [await presence()]
    await post("message.send", agent="ana", to="bob", body="hello")
    await waiting
    clock.pass_s(60)
    assert [*seen, await presence()] == ["online", "idle"]
