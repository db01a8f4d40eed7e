"""Glances and kinds: a look from the command line registers nobody, and a name can become a
person's.
"""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import Conflict, NotAllowed, NotFound
from ackbox.ops.access import Connection
from tests.engines import Post

pytestmark = pytest.mark.anyio
LOOKS = ("inbox.check", "mailbox.list")


async def glance(post: Post, name: str, **params: Any) -> Any:
    return await post.app.call(
        name, params, credential=post.key, connection=Connection(is_glance=True)
    )


async def names(post: Post) -> list[str]:
    return [each.agent for each in (await post("agent.list")).agents]


@pytest.mark.parametrize("look", LOOKS)
async def test_a_glance_as_an_unknown_name_says_so_and_registers_nobody(
    post: Post, look: str
) -> None:
    await post("message.send", agent="bob", to="*", body="for all")
    found = await glance(post, look, agent="bobb")
    assert (found.messages, found.unread, found.total, found.known, found.near) == (
        [],
        0,
        0,
        False,
        ["bob"],
    )
    assert await names(post) == ["bob"]
    assert [
        event.kind
        for event in (await post("event.feed", cursor="start")).events
        if event.kind == "agent.registered"
    ] == ["agent.registered"]


@pytest.mark.parametrize("look", LOOKS)
async def test_a_glance_registers_a_name_that_messages_wait_for(post: Post, look: str) -> None:
    await post("message.send", agent="bob", to="cy", body="hello")
    found = await glance(post, look, agent="cy")
    assert ([each.body for each in found.messages], found.known) == (["hello"], True)
    assert await names(post) == ["bob", "cy"]


@pytest.mark.parametrize(
    ("name", "params"),
    [("message.send", {"to": "bob", "body": "x"}), ("agent.heartbeat", {}), ("agent.check_in", {})],
)
async def test_sending_heartbeat_and_check_in_register(
    post: Post, name: str, params: dict[str, Any]
) -> None:
    await glance(post, name, agent="new", **params)
    assert "new" in await names(post)


@pytest.mark.parametrize("look", LOOKS)
async def test_anywhere_else_the_first_look_registers(post: Post, look: str) -> None:
    assert (await post(look, agent="new")).known
    assert await names(post) == ["new"]


async def test_a_look_into_anothers_mailbox_registers_nobody_and_an_unknown_one_is_empty(
    post: Post,
) -> None:
    await post("message.send", agent="ana", to="bob", body="waits")
    for of, total in (("nobody", 0), ("bob", 1), ("ana/laptop", 0)):
        found = await post("mailbox.list", agent="ana", of=of)
        assert (found.agent, found.unread, found.total) == (
            of.partition("/")[0],
            0 if of != "bob" else found.unread,
            total,
        )
    assert await names(post) == ["ana"]
    assert (await post("mailbox.list", agent="eve", of="eve")).total == 0
    assert await names(post) == ["ana", "eve"]


async def test_a_name_becomes_a_persons_and_what_it_sent_keeps_what_it_was(post: Post) -> None:
    await post("message.send", agent="bob", to="user", body="for any person")
    before = await post("message.send", agent="root", to="bob", body="as an agent")
    with pytest.raises(Conflict, match="needs the name of a person"):
        await post.keyed("root", "human")
    done = await post("agent.set_kind", name="root", kind="human")
    assert (done.agent, done.kind, done.before) == ("root", "human", "agent")
    after = await post("message.send", agent="root", to="bob", body="as a person")
    kinds = {
        message.id: message.sender_kind for message in (await post("message.history")).messages
    }
    assert (kinds[before.id], kinds[after.id]) == ("agent", "human")
    # The first person has what waited for any.
    assert [each.body for each in (await post("inbox.check", agent="root")).messages] == [
        "for any person"
    ]
    root = await post.keyed("root", "human")
    assert (await root("message.send", to="bob", body="with a key")).sender == "root"
    assert (await post("agent.set_kind", name="root", kind="human")).before == "human"
    with pytest.raises(Conflict, match="still valid"):
        await post("agent.set_kind", name="root", kind="agent")
    await post(
        "key.revoke",
        id=next(key.id for key in (await post("key.list")).keys if key.agent == "root"),
    )
    assert (await post("agent.set_kind", name="root", kind="agent")).kind == "agent"


async def test_only_an_admin_sets_kinds_and_only_of_who_is_registered(post: Post) -> None:
    with pytest.raises(NotAllowed):
        await (await post.keyed("bob"))("agent.set_kind", name="bob", kind="human")
    with pytest.raises(NotFound, match="'bobb'"):
        await post("agent.set_kind", name="bobb", kind="human")
    await post("session.start", agent="bob", announce=True)
    with pytest.raises(NotFound):
        await post("agent.set_kind", name="system", kind="human")


async def test_a_name_typed_by_hand_with_the_operator_key_is_a_persons(post: Post) -> None:
    await post.app.call(
        "message.send",
        {"agent": "root", "to": "bob", "body": "x"},
        credential=post.key,
        connection=Connection(is_person=True),
    )
    agent = await post.keyed("dave")
    await post.app.call(
        "agent.check_in", {}, credential=agent.key, connection=Connection(is_person=True)
    )
    assert {each.agent: each.kind for each in (await post("agent.list")).agents} == {
        "root": "human",
        "dave": "agent",
    }
