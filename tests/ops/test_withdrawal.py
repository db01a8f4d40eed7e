"""Taking a message back: from whom it is gone, and from whom not."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import NotFound
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def bodies(post: Post, agent: str, instance: str | None = None) -> list[str]:
    return [
        letter.body
        for letter in (await post("inbox.check", agent=agent, instance=instance)).messages
    ]


async def states(post: Post, id: str) -> dict[str, str]:
    return {
        receipt.agent: receipt.state for receipt in (await post("message.status", id=id)).receipts
    }


async def test_who_has_not_read_it_does_not_find_it_any_more(post: Post) -> None:
    for agent, instance in (("bob", None), ("bob", "laptop"), ("cy", None)):
        await post("agent.check_in", agent=agent, instance=instance)
    sent = await post("message.send", agent="ana", to="bob,cy", body="oops")
    await post("message.send", agent="ana", to="bob,cy", body="right")
    await post("receipt.mark", agent="cy", mark="read", ids=[sent.id])
    done = await post("message.withdraw", agent="ana", id=sent.id)
    assert (done.withdrawn, done.kept) == (1, 1)
    assert [
        await bodies(post, "bob"),
        await bodies(post, "bob", "laptop"),
        await bodies(post, "bob", "new"),
    ] == [["right"]] * 3
    assert await states(post, sent.id) == {"bob": "withdrawn", "cy": "read"}
    mailbox = (await post("mailbox.list", agent="bob", include_archived=True)).messages
    assert [(letter.body, letter.archived) for letter in mailbox] == [
        ("right", False),
        ("oops", True),
    ]
    assert [message.body for message in (await post("message.history")).messages] == [
        "right",
        "oops",
    ]
    again = await post("message.withdraw", agent="ana", id=sent.id)
    assert (again.withdrawn, again.kept) == (0, 2)
    events = [
        event.details
        for event in (await post("event.feed", cursor="start")).events
        if event.kind == "message.withdrawn"
    ]
    assert [(each["message"], each["withdrawn"]) for each in events] == [(sent.id, 1)]


async def test_a_broadcast_is_taken_back_from_everyone_it_was_for(post: Post) -> None:
    for agent in ("bob", "cy", "dora"):
        await post("agent.check_in", agent=agent)
    await post("agent.check_in", agent="bob", instance="laptop")
    sent = await post("message.send", agent="ana", to="*", body="all")
    await post("receipt.mark", agent="bob", instance="laptop", mark="read", ids=[sent.id])
    done = await post("message.withdraw", agent="ana", id=sent.id)
    assert (done.withdrawn, done.kept) == (2, 1)
    assert [await bodies(post, agent) for agent in ("cy", "dora")] == [[], []]


@pytest.mark.parametrize("to", ["late", "late/laptop"])
async def test_what_waits_for_a_name_nobody_has_seen_is_taken_back_too(post: Post, to: str) -> None:
    sent = await post("message.send", agent="ana", to=to, body="oops")
    await post("message.send", agent="ana", to=to, body="right")
    await post("message.withdraw", agent="ana", id=sent.id)
    assert [await bodies(post, "late", "laptop"), await bodies(post, "late")] == [
        ["right"],
        ["right"],
    ]


async def test_it_does_not_wait_for_a_reader_that_lists_what_was_not_delivered(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    sent = await post("message.send", agent="ana", to="bob", body="oops")
    await post("message.withdraw", agent="ana", id=sent.id)
    (receipt,) = (await post("message.status", id=sent.id)).receipts
    assert (receipt.delivered_at, receipt.read_at, receipt.by[0]["operation"]) == (
        None,
        None,
        "message.withdraw",
    )


async def test_a_recipient_may_take_it_out_of_the_archive_again(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    sent = await post("message.send", agent="ana", to="bob", body="oops")
    await post("message.withdraw", agent="ana", id=sent.id)
    await post("receipt.mark", agent="bob", mark="unarchived", ids=[sent.id])
    assert (await bodies(post, "bob"), await states(post, sent.id)) == (
        ["oops"],
        {"bob": "pending"},
    )


@pytest.mark.parametrize("asked", [{"agent": "bob"}, {"agent": "ana", "id": "0" * 32}], ids=str)
async def test_only_its_sender_takes_a_message_back(post: Post, asked: dict[str, Any]) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="mine")
    with pytest.raises(NotFound):
        await post("message.withdraw", **{"id": sent.id, **asked})
    assert await bodies(post, "bob") == ["mine"]


async def test_a_key_without_a_name_may_act_as_the_sender(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="mine")
    assert (await post("message.withdraw", id=sent.id, as_sender=True)).withdrawn == 1
