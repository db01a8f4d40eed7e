"""A name written with a combining accent is the same name, in every field that takes one."""

from __future__ import annotations

import pytest

from tests.engines import Post

pytestmark = pytest.mark.anyio
ONE, TWO = "r\u00e9my", "re\u0301my"


async def test_a_name_in_two_spellings_is_one_agent_in_every_field(post: Post) -> None:
    await post("agent.check_in", agent=ONE, instance=ONE)
    sent = await post("message.send", agent=TWO, to=f"bob,{TWO}/{TWO}", body="x")
    assert [(each.agent, each.instance, each.known) for each in sent.recipients] == [
        ("bob", None, False),
        (ONE, ONE, True),
    ]
    found = {
        "inbox": (await post("inbox.check", agent=TWO, instance=TWO)).messages,
        "mailbox of": (await post("mailbox.list", of=TWO)).messages,
        "mailbox of an instance": (await post("mailbox.list", of=TWO, instance=TWO)).messages,
        "mailbox from": (await post("mailbox.list", agent="bob", sender=TWO)).messages,
        "history from": (await post("message.history", sender=TWO)).messages,
        "history to": (await post("message.history", recipient=TWO)).messages,
    }
    assert {where: [message.id for message in messages] for where, messages in found.items()} == {
        where: [sent.id] for where in found
    }
    assert [each.agent for each in (await post("agent.list", name=TWO)).agents] == [ONE]
    assert (await post.keyed(TWO)).key != post.key
    assert [each.agent for each in (await post("key.list")).keys if each.kind != "operator"] == [
        ONE
    ]


async def test_text_is_found_in_both_spellings(post: Post) -> None:
    for body in (f"hello {ONE}", f"hello {TWO} too"):
        await post("message.send", agent="ana", to="bob", body=body)
    asked = [
        [message.body for message in (await post("message.search", query=query)).messages]
        for query in (ONE, TWO, "re\u0301m*")
    ]
    assert asked == [[f"hello {ONE} too", f"hello {ONE}"]] * 3


async def test_the_same_key_with_text_in_another_spelling_is_the_same_message(post: Post) -> None:
    sent = [
        await post(
            "message.send", agent="ana", to=name, body=name, subject=name, idempotency_key="k"
        )
        for name in (ONE, TWO)
    ]
    assert [each.duplicate for each in sent] == [False, True]


async def test_a_workspace_in_two_spellings_is_one(post: Post) -> None:
    await post("workspace.create", name=ONE)
    await post("message.send", workspace=TWO, agent="ana", to="bob", body="x")
    member = await post.keyed("ana", workspace=TWO)
    assert [
        (await caller("message.history", workspace=name)).messages[0].body
        for caller in (post, member)
        for name in (ONE, TWO)
    ] == ["x"] * 4


async def test_a_path_keeps_the_spelling_that_its_file_has(post: Post) -> None:
    sent = await post(
        "message.send",
        agent="ana",
        to="bob",
        body=TWO,
        refs=[{"kind": "file", "target": TWO}],
        metadata={TWO: TWO},
    )
    message = await post("message.get", id=sent.id)
    assert (message.body, message.refs[0].target, message.metadata) == (ONE, TWO, {TWO: TWO})
