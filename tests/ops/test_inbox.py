"""What a reader sees, and what marks do."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.engines import Post

pytestmark = pytest.mark.anyio


async def bodies(post: Post, agent: str, instance: str | None = None) -> list[str]:
    checked = await post("inbox.check", agent=agent, instance=instance)
    return [letter.body for letter in checked.messages]


async def test_post_comes_back_until_it_is_marked(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="one")
    assert [await bodies(post, "bob"), await bodies(post, "bob")] == [["one"], ["one"]]
    await post("receipt.mark", agent="bob", mark="read", ids=[sent.id])
    assert await bodies(post, "bob") == []


async def test_reading_out_of_order_leaves_the_others_unread(post: Post) -> None:
    sent = [await post("message.send", agent="ana", to="bob", body=str(n)) for n in range(5)]
    await post("receipt.mark", agent="bob", mark="read", ids=[sent[3].id])
    assert await bodies(post, "bob") == ["0", "1", "2", "4"]
    await post("receipt.mark", agent="bob", mark="unread", ids=[sent[3].id])
    assert await bodies(post, "bob") == ["0", "1", "2", "3", "4"]


async def test_each_instance_marks_for_itself(post: Post) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    sent = await post("message.send", agent="ana", to="bob", body="both")
    await post("receipt.mark", agent="bob", instance="laptop", mark="read", ids=[sent.id])
    assert await bodies(post, "bob", "laptop") == []
    assert await bodies(post, "bob", "server") == ["both"]
    assert await bodies(post, "bob", "new") == []


async def test_one_instance_gets_what_is_addressed_to_it(post: Post) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    await post("message.send", agent="ana", to="bob/laptop", body="here")
    assert [await bodies(post, "bob", "laptop"), await bodies(post, "bob", "server")] == [
        ["here"],
        [],
    ]


async def test_a_broadcast_is_for_those_registered_and_for_newcomers_but_not_for_its_sender(
    post: Post,
) -> None:
    await post("agent.check_in", agent="bob")
    await post("message.send", agent="ana", to="*", body="all")
    await post("agent.check_in", agent="late")
    assert [await bodies(post, who) for who in ("ana", "bob", "late")] == [[], ["all"], ["all"]]


async def test_mail_waits_for_a_name_nobody_has_seen(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="carol", body="hello")
    assert sent.recipients[0].known is False
    await post("message.send", agent="ana", to="*", body="all")
    assert await bodies(post, "carol") == ["hello", "all"]


async def test_archived_post_leaves_the_mailbox_and_comes_back(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="one")
    await post("receipt.mark", agent="bob", mark="archived", ids=[sent.id])
    assert (await post("mailbox.list", agent="bob")).messages == []
    assert await bodies(post, "bob") == []
    await post("receipt.mark", agent="bob", mark="unarchived", ids=[sent.id])
    assert await bodies(post, "bob") == ["one"]


async def test_each_copy_s_marks_are_kept_with_their_own_time(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="both")
    for instance, mark, at in (
        ("laptop", "read", 1_000),
        ("server", "acknowledged", 2_000),
        ("laptop", "acknowledged", 3_000),
        ("server", "unread", 4_000),
    ):
        post.app.clock = partial(int, at)
        await post(
            "receipt.mark",
            agent="bob",
            instance=instance,
            mark=mark,
            ids=[sent.id],
            evidence=None if mark == "read" else "by hand",
        )
    receipt = (await post("message.status", agent="ana", id=sent.id)).receipts[0]
    first, second, third = (f"1970-01-01T00:00:0{s}.000Z" for s in (1, 2, 3))
    how = {"face": "library", "operation": "receipt.mark"}
    assert receipt.by == [
        {"mark": "delivered", "instance": "laptop", "at": first, **how},
        {"mark": "delivered", "instance": "server", "at": second, **how, "evidence": "by hand"},
        {"mark": "read", "instance": "laptop", "at": first, **how},
        {"mark": "acknowledged", "instance": "server", "at": second, **how, "evidence": "by hand"},
        {"mark": "acknowledged", "instance": "laptop", "at": third, **how, "evidence": "by hand"},
    ]


async def test_the_feed_names_what_was_marked_by_number(post: Post) -> None:
    sent = [await post("message.send", agent="ana", to="bob", body=str(n)) for n in range(3)]
    await post("receipt.mark", agent="bob", mark="read", ids=[sent[0].id, sent[2].id])
    last = (await post("event.feed", agent="ana", cursor="start")).events[-1]
    assert (last.kind, last.agent, last.details) == (
        "receipt.marked",
        "bob",
        {"mark": "read", "seqs": [sent[0].seq, sent[2].seq]},
    )


async def test_a_copy_of_an_agent_looks_into_another_mailbox_without_looking_for_itself_there(
    post: Post,
) -> None:
    await post("agent.check_in", agent="bob", instance="laptop")
    await post("message.send", agent="ana", to="bob/laptop", body="here")
    await post("message.send", agent="ana", to="bob", body="all")

    async def seen(of: str) -> list[str]:
        return [
            letter.body
            for letter in (await post("mailbox.list", agent="cy", instance="desk", of=of)).messages
        ]

    assert [await seen("bob"), await seen("bob/laptop")] == [["all", "here"], ["all", "here"]]


async def test_what_is_for_several_instances_counts_once_towards_the_limit(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    for body, to in (("1", "bob/m1,bob/m2"), ("2", "bob/m1,bob/m2"), ("3", "bob/m1")):
        await post("message.send", agent="ana", to=to, body=body)
    checked = await post("inbox.check", agent="bob", limit=3)
    assert ([letter.body for letter in checked.messages], checked.unread, checked.has_more) == (
        ["1", "2", "3"],
        3,
        False,
    )
    listed = await post("mailbox.list", agent="bob", limit=3)
    assert [letter.body for letter in listed.messages] == ["3", "2", "1"]


@pytest.mark.parametrize("narrow", [{}, {"intent": "inform"}])
async def test_the_newest_of_many_unread_messages_are_the_newest(
    post: Post, narrow: dict[str, Any]
) -> None:
    await post("agent.check_in", agent="bob")
    await post("workspace.settings", repeats_limit=0)
    for start in range(0, 1500, 500):
        batch = [{"to": "bob", "body": str(start + number)} for number in range(500)]
        await post("message.send_many", agent="ana", messages=batch)
    checked = await post("inbox.check", agent="bob", newest=True, limit=2, **narrow)
    assert [each.body for each in checked.messages] == ["1498", "1499"]
