"""Who sees what: a private workspace and an open one, by every way of looking, for every kind
of key.
"""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, NotFound
from tests.engines import Post

pytestmark = pytest.mark.anyio
PLACE = "place"
KINDS = {
    "ana": "agent",
    "bob": "agent",
    "cy": "agent",
    "watch": "read-only",
    "eve": "human",
    "boss": "admin",
}
VIEWS = ("get", "thread", "status", "history", "search", "feed", "mailbox")
# Everything but a look into somebody else's mailbox.
OUTSIDE = VIEWS[:-1]


async def staff(post: Post, mode: str) -> dict[str, Post]:
    """A workspace of that mode and a caller of each kind.

    `reader` is a read-only key with bob's name.
    """
    await post("workspace.create", name=PLACE, mode=mode)
    callers = {name: await post.keyed(name, kind, workspace=PLACE) for name, kind in KINDS.items()}
    callers["reader"] = await post.keyed("bob", "read-only", workspace=PLACE)
    callers["operator"] = post
    for name in ("ana", "bob", "cy"):
        await callers[name]("agent.check_in")
    return callers


async def seen(caller: Post, id: str, *, of: str) -> tuple[str, ...]:
    """The ways of looking by which a caller sees a message to `of`."""
    is_nameless = (await caller("agent.whoami", workspace=PLACE)).agent is None
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "get": ("message.get", {"id": id}),
        "thread": ("thread.get", {"id": id}),
        "status": ("message.status", {"id": id}),
        "history": ("message.history", {}),
        "search": ("message.search", {"query": "secret"}),
        "feed": ("event.feed", {"cursor": "start"}),
        "mailbox": ("mailbox.list", {"of": of}),
    }
    found = []
    for view in VIEWS:
        name, params = asked[view]
        try:
            answer = await caller(
                name, workspace=PLACE, **params, **({"agent": "op"} if is_nameless else {})
            )
        except NotFound:
            continue
        ids = (
            [answer.id]
            if view in ("get", "status")
            else [each.id for each in (answer.events if view == "feed" else answer.messages)]
        )
        if id in ids:
            found.append(view)
    return tuple(found)


async def test_a_private_message_is_seen_by_its_sender_its_recipients_and_the_operators(
    post: Post,
) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    assert {name: await seen(caller, sent.id, of="bob") for name, caller in callers.items()} == {
        "ana": OUTSIDE,
        "bob": VIEWS,
        "cy": (),
        "watch": (),
        "reader": VIEWS,
        "boss": (),
        "eve": VIEWS,
        "operator": VIEWS,
    }


async def test_in_an_open_workspace_every_member_sees_every_message(post: Post) -> None:
    callers = await staff(post, "open")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    assert {
        name: await seen(caller, sent.id, of="bob") for name, caller in callers.items()
    } == dict.fromkeys(callers, VIEWS)


async def test_a_private_message_to_one_instance_is_seen_by_the_whole_agent_and_nobody_else(
    post: Post,
) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="bob/tau", body="a secret")
    assert {name: await seen(callers[name], sent.id, of="bob") for name in ("bob", "cy")} == {
        "bob": VIEWS,
        "cy": (),
    }


async def test_a_private_broadcast_is_seen_by_every_member(post: Post) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="*", body="no secret: a secret")
    assert {name: await seen(caller, sent.id, of="cy") for name, caller in callers.items()} == {
        "ana": OUTSIDE,
        "bob": OUTSIDE,
        "cy": VIEWS,
        "watch": OUTSIDE,
        "reader": OUTSIDE,
        "boss": OUTSIDE,
        "eve": VIEWS,
        "operator": VIEWS,
    }


async def test_who_may_not_see_a_message_is_answered_as_if_it_did_not_exist(post: Post) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    for name in ("message.get", "thread.get", "message.status"):
        said = []
        for id in (sent.id, "0" * 32):
            with pytest.raises(NotFound) as refused:
                await callers["cy"](name, id=id)
            said.append(refused.value.as_dict())
        assert said[0] == said[1], name
    said = []
    for thread in (sent.id, "0" * 32):
        with pytest.raises(NotFound) as refused:
            await callers["cy"]("message.history", thread=thread)
        said.append(refused.value.as_dict())
    assert said[0] == said[1]


async def test_nobody_answers_a_message_that_they_may_not_see(post: Post) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    said = []
    for id in (sent.id, "0" * 32):
        with pytest.raises(NotFound) as refused:
            await callers["cy"]("message.send", to="ana", body="?", parent=id)
        said.append(refused.value.as_dict())
    assert said[0] == said[1]
    assert (
        await callers["bob"]("message.send", to="ana", body="!", parent=sent.id)
    ).thread == sent.id


async def test_nobody_marks_or_counts_what_is_not_theirs(post: Post) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    marked = await callers["cy"]("receipt.mark", mark="read", ids=[sent.id])
    assert (marked.changed, marked.not_found) == ([], [sent.id])
    checked = await callers["cy"]("inbox.check")
    assert (checked.messages, checked.unread, checked.total) == ([], 0, 0)


async def test_a_private_thread_shows_each_reader_their_own_part(post: Post) -> None:
    callers = await staff(post, "private")
    root = await callers["ana"]("message.send", to="bob,cy", body="to both")
    await callers["ana"]("message.send", to="bob", body="to bob", parent=root.id)
    await callers["cy"]("message.send", to="ana", body="to ana", parent=root.id)
    parts = {
        name: [message.body for message in (await callers[name]("thread.get", id=root.id)).messages]
        for name in ("ana", "bob", "cy", "eve")
    }
    assert parts == {
        "ana": ["to both", "to bob", "to ana"],
        "bob": ["to both", "to bob"],
        "cy": ["to both", "to ana"],
        "eve": ["to both", "to bob", "to ana"],
    }


async def test_a_key_that_may_speak_as_another_sees_what_that_one_sees_and_only_as_that_one(
    post: Post,
) -> None:
    callers = await staff(post, "private")
    relay = await post.keyed("relay", workspace=PLACE, may_speak_as=["bob"])
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    with pytest.raises(NotFound):
        await relay("message.get", id=sent.id)
    assert (await relay("message.get", agent="bob", id=sent.id)).body == "a secret"


@pytest.mark.parametrize("who", ["eve", "operator"])
async def test_looking_into_a_mailbox_marks_nothing(post: Post, who: str) -> None:
    callers = await staff(post, "private")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    await seen(callers[who], sent.id, of="bob")
    receipt = (await callers["ana"]("message.status", id=sent.id)).receipts[0]
    assert (receipt.agent, receipt.state, receipt.by) == ("bob", "pending", [])


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("message.send", {"to": "ana", "body": "x"}),
        ("message.send_many", {"messages": [{"to": "ana", "body": "x"}]}),
        ("receipt.mark", {"mark": "read", "ids": ["0" * 32]}),
        ("agent.check_in", {}),
        ("agent.heartbeat", {}),
        ("agent.check_out", {}),
        ("inbox.check", {"mark": "read"}),
        ("inbox.check", {"mark": "delivered"}),
        ("inbox.wait", {"mark": "read", "wait_s": 0}),
        ("key.create", {"name": "x"}),
        ("key.list", {}),
        ("workspace.settings", {"hops_limit": 1}),
        ("workspace.create", {"name": "x"}),
    ],
)
async def test_a_read_only_key_neither_writes_nor_marks(
    post: Post, name: str, params: dict[str, Any]
) -> None:
    callers = await staff(post, "open")
    sent = await callers["ana"]("message.send", to="bob", body="a secret")
    with pytest.raises(AckboxError) as refused:
        await callers["reader"](name, **params)
    assert refused.value.code == "forbidden"
    assert (await callers["ana"]("message.status", id=sent.id)).receipts[0].state == "pending"
    assert [letter.body for letter in (await callers["reader"]("inbox.check")).messages] == [
        "a secret"
    ]
