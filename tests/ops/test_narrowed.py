"""Looking at a part of the unread messages, and marking as whom a receipt belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Invalid, NotFound, TooLong
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def test_a_look_narrows_by_metadata_and_counts_the_whole_mailbox(post: Post) -> None:
    for number in range(450):
        await post(
            "message.send",
            agent="ana",
            to="bob",
            body=str(number),
            metadata={"tenant": "acme" if number % 200 == 7 else "zeta", "n": number},
        )
    seen = await post("inbox.check", agent="bob", metadata={"tenant": "acme"}, limit=2)
    rest = await post(
        "inbox.check", agent="bob", metadata={"tenant": "acme"}, limit=2, cursor=seen.cursor
    )
    assert [[letter.body for letter in page.messages] for page in (seen, rest)] == [
        ["7", "207"],
        ["407"],
    ]
    assert [(page.unread, page.total, page.has_more) for page in (seen, rest)] == [
        (450, 450, True),
        (450, 450, False),
    ]
    assert (
        await post("inbox.check", agent="bob", metadata={"tenant": "acme", "n": 8})
    ).messages == []
    assert (await post("inbox.check", agent="bob", metadata={"absent": None})).messages == []


async def test_a_look_since_a_time_leaves_out_what_came_before(post: Post) -> None:
    sent = [
        await post("message.send", agent="ana", to="bob", body=str(number)) for number in range(5)
    ]
    middle = sent[2].created_at
    seen = await post("inbox.check", agent="bob", since=middle)
    assert [letter.id for letter in seen.messages] == [
        each.id for each in sent if each.created_at > middle
    ]
    with pytest.raises(Invalid, match="`since` is not a time"):
        await post("inbox.check", agent="bob", since="someday")


async def test_a_mark_as_recipient_counts_for_whom_the_receipt_names(post: Post) -> None:
    for instance in ("laptop", "server"):
        await post("agent.check_in", agent="bob", instance=instance)
    await post("message.send", agent="ana", to="bob", body="all of you")
    await post("message.send", agent="ana", to="bob/laptop", body="laptop")
    whole, one = [
        letter.receipt_id
        for letter in (await post("inbox.check", agent="bob", instance="laptop")).messages
    ]
    marked = await post(
        "receipt.mark", mark="read", as_recipient=True, ids=[whole, one, "0" * 32, "x"]
    )
    assert (marked.changed, marked.not_found) == ([whole, one], ["0" * 32, "x"])
    # The receipt that an instance was given is its own: the message stays unread for the other.
    assert [
        (await post("inbox.check", agent="bob", instance=each)).unread
        for each in ("laptop", "server")
    ] == [0, 1]
    assert (
        await post("receipt.mark", mark="read", as_recipient=True, ids=[whole, one])
    ).unchanged == [whole, one]


async def test_a_key_marks_as_recipient_only_whom_it_speaks_as(post: Post) -> None:
    await post("message.send", agent="ana", to="bob,carol", body="hello")
    own, other = [
        (await post("inbox.check", agent=who)).messages[0].receipt_id for who in ("bob", "carol")
    ]
    key = (await post("key.create", kind="agent", name="bob")).key
    marked = await post.app.call(
        "receipt.mark", {"mark": "read", "as_recipient": True, "ids": [own, other]}, credential=key
    )
    assert (marked.changed, marked.not_found) == ([own], [other])
    assert [(await post("inbox.check", agent=who)).unread for who in ("bob", "carol")] == [0, 1]


async def test_a_message_is_marked_by_its_number_too(post: Post) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="hello")
    ids = [f"#{sent.seq}", f"#{sent.seq + 1}", "#", "#x"]
    marked = await post("receipt.mark", agent="bob", mark="read", ids=ids)
    assert (sent.sender, marked.changed, marked.not_found) == ("ana", ids[:1], ids[1:])
    assert (await post("receipt.mark", agent="carol", mark="read", ids=ids[:1])).not_found == ids[
        :1
    ]


async def test_a_look_by_state_shows_what_is_pending_handed_over_or_dealt_with(post: Post) -> None:
    await post("inbox.check", agent="bob")
    sent = {
        body: (
            (
                await post(
                    "message.send",
                    agent="ana",
                    to=to,
                    body=body,
                    priority=priority,
                    intent=intent,
                    expires_in_days=days,
                )
            ).id
        )
        for body, to, priority, intent, days in (
            ("low", "bob", 1, "inform", None),
            ("high", "bob", 5, "alert", None),
            ("all", "*", 4, "inform", None),
            ("gone", "bob", 3, "inform", None),
        )
    }
    await post("receipt.mark", agent="bob", ids=[sent["gone"]], mark="archived")

    async def look(state: str, **narrow: Any) -> list[str]:
        return [
            each.body
            for each in (
                await post("inbox.check", agent="bob", state=state, urgent_first=True, **narrow)
            ).messages
        ]

    assert (await look("delivered"), await look("acknowledged")) == ([], [])
    assert await look("pending", direct_only=True, intent="alert") == ["high"]
    assert await look("pending", direct_only=True) == ["high", "gone", "low"]
    assert await look("pending", limit=2, mark="delivered") == ["high", "all"]
    assert (await look("pending"), await look("delivered"), await look("unread")) == (
        ["gone", "low"],
        ["high", "all"],
        ["high", "all", "low"],
    )
    assert await look("delivered", direct_only=True) == ["high"]
    await post("receipt.mark", agent="bob", ids=[sent["all"]], mark="acknowledged")
    assert (await look("delivered"), await look("acknowledged"), await look("unread")) == (
        ["high"],
        ["all"],
        ["high", "low"],
    )
    assert [
        each.read
        for each in (await post("inbox.check", agent="bob", state="acknowledged")).messages
    ] == [True]
    assert await look("acknowledged", intent="alert") == []


async def test_a_broadcast_is_pending_for_each_agent_by_itself(post: Post) -> None:
    for name in ("bob", "cy"):
        await post("inbox.check", agent=name)
    sent = await post("message.send", agent="ana", to="*", body="x")
    assert (
        len((await post("inbox.check", agent="bob", state="pending", mark="delivered")).messages)
        == 1
    )
    assert (await post("inbox.check", agent="bob", state="pending")).messages == []
    assert len((await post("inbox.check", agent="cy", state="pending")).messages) == 1
    told = {each.agent: each.state for each in (await post("message.status", id=sent.id)).receipts}
    assert told == {"bob": "delivered", "cy": "pending"}


async def test_marking_is_refused_as_a_whole_when_asked_and_an_id_is_not_ones_post(
    post: Post,
) -> None:
    sent = await post("message.send", agent="ana", to="bob", body="x")
    with pytest.raises(NotFound):
        await post(
            "receipt.mark", agent="bob", ids=[sent.id, "0" * 32], mark="read", or_refuse=True
        )
    assert (await post("message.status", id=sent.id)).read == 0
    assert (
        await post("receipt.mark", agent="bob", ids=[sent.id], mark="read", or_refuse=True)
    ).changed == [sent.id]


async def test_facts_stand_below_the_text(post: Post) -> None:
    sent = await post(
        "message.send",
        agent="ana",
        to="bob",
        body="Please look.",
        facts={"task": "Fix login", "priority": 4, "files": ["a.py"]},
    )
    assert (
        await post("message.get", id=sent.id)
    ).body == 'Please look.\n\ntask: Fix login\npriority: 4\nfiles: ["a.py"]'
    with pytest.raises(TooLong):
        await post("message.send", agent="ana", to="bob", body="x", facts={"a": "x" * 50_000})
