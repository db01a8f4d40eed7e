"""Post to every person while there is none: it waits for the first."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.engines import Clock, Post

pytestmark = pytest.mark.anyio


async def bodies(post: Post, **params: Any) -> list[str]:
    return [letter.body for letter in (await post("inbox.check", **params)).messages]


async def recipients(post: Post, id: str) -> list[tuple[str, str | None, str, str]]:
    status = await post("message.status", id=id)
    assert status.recipients == len(status.receipts)
    return [(each.agent, each.instance, each.kind, each.state) for each in status.receipts]


async def test_post_to_every_person_waits_for_the_first_and_is_that_persons(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="user", body="x", idempotency_key="k")
    assert (
        sent.recipient_count,
        [(each.agent, each.known, each.near) for each in sent.recipients],
    ) == (1, [("user", False, [])])
    preview = await post("message.preview", agent="ana", to="user,bob")
    assert [(each.agent, each.known) for each in preview.recipients] == [
        ("bob", False),
        ("user", False),
    ]
    assert (await post("agent.list")).awaited == ["user"]
    assert await recipients(post, sent.id) == [("user", None, "human", "pending")]
    assert [
        letter.id for letter in (await post("mailbox.list", agent="ana", of="user")).messages
    ] == [sent.id]
    (need,) = (await post("workspace.needs")).needs
    assert (need.kind, need.message.id, need.waiting_for) == ("mail", sent.id, ["user"])
    (receipt,) = (await post("message.status", id=sent.id)).receipts

    eve = await post.keyed("eve", "human")
    assert await bodies(eve) == await bodies(eve, instance="phone") == ["x"]
    (letter,) = (await eve("mailbox.list")).messages
    assert (letter.receipt_id, letter.to) == (receipt.receipt_id, ["user"])
    again = await post("message.send", agent="ana", to="user", body="x", idempotency_key="k")
    assert (again.id, again.duplicate, [each.agent for each in again.recipients]) == (
        sent.id,
        True,
        ["eve"],
    )
    await eve("receipt.mark", mark="acknowledged", ids=[sent.id])
    assert await recipients(post, sent.id) == [("eve", None, "human", "acknowledged")]
    assert (await post("agent.list")).awaited == []

    zoe = await post.keyed("zoe", "human")
    assert await bodies(zoe) == []
    await post("message.send", agent="ana", to="user", body="y")
    assert [await bodies(each) for each in (eve, zoe)] == [["y"], ["y"]]


async def test_what_waited_for_a_name_and_what_waited_for_any_person_come_together(
    post: Post, clock: Clock
) -> None:
    sent = [
        await post("message.send", agent="ana", to=to, body=to)
        for to in ("eve", "user", "user,eve", "eve/phone", "user,bob")
    ]
    gone = await post("message.send", agent="ana", to="user", body="gone")
    assert (await post("message.withdraw", agent="ana", id=gone.id)).withdrawn == 1
    assert await recipients(post, sent[2].id) in (
        pair := [("eve", None, "agent", "pending"), ("user", None, "human", "pending")],
        pair[::-1],
    )

    eve = await post.keyed("eve", "human")
    checked = await eve("inbox.check")
    assert ([letter.body for letter in checked.messages], checked.unread, checked.total) == (
        ["eve", "user", "user,eve", "eve/phone", "user,bob"],
        5,
        6,
    )
    assert await bodies(eve, instance="phone") == [
        "eve",
        "user",
        "user,eve",
        "eve/phone",
        "user,bob",
    ]
    assert await bodies(eve, instance="desk") == ["eve", "user", "user,eve", "user,bob"]
    assert [await recipients(post, each.id) for each in (sent[1], sent[2])] == [
        [("eve", None, "human", "pending")]
    ] * 2
    assert [
        letter.body
        for letter in (await eve("mailbox.list", include_archived=True)).messages
        if letter.archived
    ] == ["gone"]
    told = await post("message.status", id=gone.id)
    assert (
        told.recipients,
        told.archived,
        [(each.agent, each.archived_at is not None) for each in told.receipts],
    ) == (1, 1, [("eve", True)])
    found = (await post("message.history")).messages
    assert len(found) == 6

    await eve("receipt.mark", mark="read", ids=[sent[2].id])
    assert await recipients(post, sent[2].id) == [("eve", None, "human", "read")]
    pairs = (await post("workspace.flow")).pairs
    assert sorted((pair.recipient, pair.messages) for pair in pairs) == [("bob", 1), ("eve", 6)]
    assert (await post("agent.list")).awaited == ["bob"]


async def test_in_a_private_workspace_the_first_person_sees_it_and_nobody_else(post: Post) -> None:
    await post("workspace.create", name="quiet", mode="private")
    ana, bob = [await post.keyed(name, workspace="quiet") for name in ("ana", "bob")]
    sent = await ana("message.send", to="user", body="x")
    eve = await post.keyed("eve", "human", workspace="quiet")
    assert await bodies(eve) == ["x"]
    assert [
        [each.id for each in (await who("message.history")).messages] for who in (ana, bob)
    ] == [[sent.id], []]


async def test_no_agent_inherits_and_names_that_post_waits_for_stay_agents(post: Post) -> None:
    await post("message.send", agent="ana", to="user,bob", body="x")
    assert await bodies(post, agent="bob") == ["x"]
    assert (await post("agent.list")).awaited == ["user"]
    assert [(each.agent, each.kind) for each in (await post("agent.list")).agents] == [
        ("ana", "agent"),
        ("bob", "agent"),
    ]


async def test_of_sends_and_people_that_come_at_once_nothing_is_lost(post: Post) -> None:
    await asyncio.gather(
        *(post("message.send", agent="ana", to="user", body=f"{number}") for number in range(20)),
        post.keyed("eve", "human"),
        post.keyed("zoe", "human"),
    )
    waited = {name: set(await bodies(post, agent=name)) for name in ("eve", "zoe")}
    assert waited["eve"] | waited["zoe"] == {f"{number}" for number in range(20)}


async def test_a_copy_of_a_workspace_keeps_what_waits_for_its_first_person(post: Post) -> None:
    await post("message.send", agent="ana", to="user", body="x")
    await post("workspace.create", name="copy")
    for part in ("reader", "message"):
        page = await post("workspace.export", part=part)
        await post(
            "workspace.import", workspace="copy", part=part, records=page.records, upto=page.upto
        )
    eve = await post.keyed("eve", "human", workspace="copy")
    assert await bodies(eve) == ["x"]


@pytest.mark.parametrize("waits_for_name_too", [False, True])
async def test_the_same_file_again_after_the_first_person_came_changes_nothing(
    post: Post, waits_for_name_too: bool
) -> None:
    await post("message.send", agent="ana", to="user", body="x")
    await post("workspace.create", name="copy")
    pages = [(part, await post("workspace.export", part=part)) for part in ("reader", "message")]

    async def put() -> list[int]:
        return [
            (
                await post(
                    "workspace.import",
                    workspace="copy",
                    part=part,
                    records=page.records,
                    upto=page.upto,
                )
            ).new
            for part, page in pages
        ]

    assert await put() == [2, 1]
    if waits_for_name_too:
        await post("message.send", workspace="copy", agent="ana", to="eve", body="y")
    eve = await post.keyed("eve", "human", workspace="copy")
    had = ["x", "y"] if waits_for_name_too else ["x"]
    assert await bodies(eve) == had
    assert await put() == [0, 0]
    zoe = await post.keyed("zoe", "human", workspace="copy")
    assert [await bodies(who) for who in (eve, zoe)] == [had, []]
    assert (await eve("inbox.check")).total == len(had)
