"""Answering: a reply needs its parent and a text, and nothing else.

And a message needs something in it.
"""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from ackbox.errors import Invalid, MissingField, UnknownRecipient
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_an_answer_without_to_goes_to_the_parents_sender(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara", body="?")
    for to in ({}, {"to": None}, {"to": ""}):
        sent = await post("message.send", agent="bob", parent=asked.id, body="yes", **to)
        assert ([each.agent for each in sent.recipients], sent.thread) == (["ana"], asked.id)


async def test_an_answer_to_all_goes_to_the_whole_audience_except_its_sender(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara/laptop", body="?")
    sent = await post("message.send", agent="bob", parent=asked.id, body="yes", reply_all=True)
    assert [(each.agent, each.instance) for each in sent.recipients] == [
        ("ana", None),
        ("cara", "laptop"),
    ]
    everyone = await post("message.send", agent="ana", to="*", body="?")
    assert (
        await post("message.send", agent="bob", parent=everyone.id, body="yes", reply_all=True)
    ).type == "broadcast"


async def test_an_answer_to_ones_own_message_goes_on_with_those_it_was_for(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara", body="?")
    assert [
        each.agent
        for each in (
            await post("message.send", agent="ana", parent=asked.id, body="well?")
        ).recipients
    ] == ["bob", "cara"]


async def test_without_a_parent_somebody_is_named(post: Post) -> None:
    with pytest.raises(MissingField) as refused:
        await post("message.send", agent="ana", body="x")
    assert (refused.value.message, refused.value.details) == ("`to` is missing.", {"field": "to"})
    with pytest.raises(Invalid, match="The audience is empty"):
        await post("message.send", agent="ana", to="", body="x")


@pytest.mark.parametrize("body", ["", " ", "\n\t ", "\u200b", "\u3164 \ufe0f"])
async def test_a_message_with_nothing_in_it_is_refused_unless_refs_carry_it(
    post: Post, body: str
) -> None:
    with pytest.raises(Invalid, match="`body` is empty"):
        await post("message.send", agent="ana", to="bob", body=body)
    await post(
        "message.send", agent="ana", to="bob", body=body, refs=[{"kind": "file", "target": "a.py"}]
    )
    assert len((await post("message.history")).messages) == 1


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2h", 1),
        ("30m", 0),
        ("yesterday", 2),
        ("yesterday 9:00", 1),
        ("3d", 2),
        ("2027-01-15T04:00:00Z", 1),
    ],
)
async def test_since_takes_words(post: Post, since: str, found: int) -> None:
    now = 1_800_000_000_000
    for at in (now - 24 * 3_600_000, now - 3_600_000, now):
        post.app.clock = partial(int, at)
        if at < now:
            await post("message.send", agent="ana", to="bob", body=f"at {at}")
    found_by = [
        len((await post(operation, since=since, **who)).messages)
        for operation, who in (("message.history", {}), ("inbox.check", {"agent": "bob"}))
    ]
    assert found_by == [found, found]
    task = await post("task.create", agent="ana", title="t", due_at="2h")
    assert task.due_at == "2027-01-15T10:00:00.000Z"


async def states(post: Post, id: str) -> list[tuple[str, str | None, str]]:
    status = await post("message.status", agent="ana", id=id)
    return [(each.agent, each.instance, each.state) for each in status.receipts]


async def test_a_reply_marks_its_parent_acknowledged_with_the_reply_as_evidence(
    post: Post,
) -> None:
    asked = await post("message.send", agent="ana", to="bob", body="?")
    sent = await post("message.send", agent="bob", parent=asked.id, body="yes")
    (receipt,) = (await post("message.status", agent="ana", id=asked.id)).receipts
    assert receipt.state == "acknowledged"
    assert receipt.delivered_at == receipt.read_at == receipt.acknowledged_at == sent.created_at
    assert [(each["mark"], each["operation"], each["evidence"]) for each in receipt.by] == [
        *(
            (mark, "message.send", f"reply {sent.id}")
            for mark in ("delivered", "read", "acknowledged")
        ),
        ("answered", "message.send", f"message {sent.id}"),
    ]
    checked = await post("inbox.check", agent="bob")
    assert (checked.messages, checked.unread) == ([], 0)


async def test_after_a_reply_a_wait_returns_the_next_message_and_not_the_question(
    post: Post,
) -> None:
    await post("agent.check_in", agent="bob")
    asking = asyncio.create_task(post("message.ask", agent="ana", to="bob", body="?", wait_s=30))
    (question,) = (await post("inbox.wait", agent="bob", wait_s=30)).messages
    await post("message.send", agent="bob", parent=question.id, body="yes")
    answer = (await asking).answer
    waiting = asyncio.create_task(post("inbox.wait", agent="bob", wait_s=30))
    await post("message.send", agent="ana", parent=answer.id, body="thanks")
    assert [each.body for each in (await waiting).messages] == ["thanks"]
    # The thanks answered the answer, so that nothing of ana's waits either.
    assert (await post("inbox.check", agent="ana")).unread == 0


async def test_a_reply_tells_the_feed_which_message_it_marks(post: Post) -> None:
    await post("agent.check_in", agent="bob")
    asked = await post("message.send", agent="ana", to="bob", body="?")
    cursor = (await post("event.feed")).cursor
    sent = await post("message.send", agent="bob", parent=asked.id, body="yes")
    events = (await post("event.feed", cursor=cursor)).events
    assert [(each.kind, each.agent, each.id, each.details) for each in events] == [
        ("receipt.marked", "bob", None, {"mark": "acknowledged", "seqs": [asked.seq]}),
        ("message.sent", "bob", sent.id, {}),
    ]


async def test_a_reply_of_an_instance_leaves_the_message_unread_for_the_other(post: Post) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    asked = await post("message.send", agent="ana", to="bob", body="?")
    await post("message.send", agent="bob", instance="laptop", parent=asked.id, body="yes")
    unread = [
        (await post("inbox.check", agent="bob", instance=each)).unread
        for each in ("laptop", "server")
    ]
    assert unread == [0, 1]
    assert await states(post, asked.id) == [("bob", None, "acknowledged")]


async def test_a_reply_marks_only_the_receipt_of_its_sender(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob, cara", body="?")
    await post("message.send", agent="bob", parent=asked.id, body="yes")
    # Neither a reply of the sender nor one of a bystander marks anything.
    await post("message.send", agent="ana", parent=asked.id, to="cara", body="well?")
    await post("message.send", agent="dan", parent=asked.id, to="cara", body="I would know")
    assert sorted(await states(post, asked.id)) == [
        ("bob", None, "acknowledged"),
        ("cara", None, "pending"),
    ]


async def test_a_refused_reply_marks_nothing_and_a_repeated_one_marks_once(post: Post) -> None:
    asked = await post("message.send", agent="ana", to="bob", body="?")
    with pytest.raises(Invalid):
        await post("message.send", agent="bob", parent=asked.id, body=" ")
    with pytest.raises(UnknownRecipient):
        await post(
            "message.send", agent="bob", parent=asked.id, to="zoe", body="x", unknown="refuse"
        )
    assert await states(post, asked.id) == [("bob", None, "pending")]
    reply = {"agent": "bob", "parent": asked.id, "body": "yes", "idempotency_key": "r"}
    await post("message.send", **reply)
    await post("receipt.mark", agent="bob", ids=[asked.id], mark="unread")
    assert (await post("message.send", **reply)).duplicate
    assert (await post("inbox.check", agent="bob")).unread == 1


async def test_a_message_of_a_turn_marks_the_parent_that_it_names_and_no_other(
    post: Post,
) -> None:
    asked = await post("message.send", agent="ana", to="bob", body="?")
    await post(
        "turn.submit",
        agent="bob",
        summary="done",
        status="done",
        messages=[{"to": "ana", "body": "yes", "parent": asked.id}],
    )
    assert await states(post, asked.id) == [("bob", None, "acknowledged")]
    unseen = await post("message.send", agent="ana", to="bob", body="??", expects_reply_by="1h")
    await post(
        "turn.submit",
        agent="bob",
        summary="more",
        answers_oldest=True,
        messages=[{"to": "ana", "body": "by the way"}],
    )
    assert (await post("message.history")).messages[0].parent == unseen.id
    assert await states(post, unseen.id) == [("bob", None, "pending")]
