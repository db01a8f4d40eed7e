"""Who sees what: open and private workspaces, and what each kind of key may do there."""

from __future__ import annotations

from typing import Any

import pytest

from ackbox.errors import AckboxError, Conflict, NotAllowed
from tests.engines import Post

pytestmark = pytest.mark.anyio


async def a_key(post: Post, kind: str, name: str | None, workspace: str) -> str:
    named = {} if name is None else {"name": name}
    return str((await post("key.create", workspace=workspace, kind=kind, **named)).key)


async def outcome(post: Post, key: str, operation: str, **params: Any) -> str:
    try:
        answer = await post.app.call(operation, params, credential=key)
    except AckboxError as error:
        return error.code
    messages = getattr(answer, "messages", None)
    return "ok" if messages is None else f"{len(messages)} messages"


@pytest.mark.parametrize(
    ("mode", "seen"),
    [
        ("open", {"ana": "ok", "bob": "ok", "eve": "ok", "audit": "ok", "pat": "ok", "root": "ok"}),
        (
            "private",
            {
                "ana": "ok",
                "bob": "ok",
                "eve": "not_found",
                "audit": "not_found",
                "pat": "ok",
                "root": "not_found",
            },
        ),
    ],
)
async def test_a_private_message_is_seen_by_its_sender_its_recipients_and_operators(
    post: Post, mode: str, seen: dict[str, str]
) -> None:
    await post("workspace.create", name="shop", mode=mode)
    kinds = {
        "ana": "agent",
        "bob": "agent",
        "eve": "agent",
        "audit": "read-only",
        "pat": "human",
        "root": "admin",
    }
    keys = {name: await a_key(post, kind, name, "shop") for name, kind in kinds.items()}
    sent = await post("message.send", workspace="shop", agent="ana", to="bob", body="for bob")
    for operation in ("message.get", "message.status", "thread.get"):
        told = {name: await outcome(post, key, operation, id=sent.id) for name, key in keys.items()}
        assert {
            name: "not_found" if code == "not_found" else "ok" for name, code in told.items()
        } == seen, operation
    history = {name: await outcome(post, key, "message.history") for name, key in keys.items()}
    assert history == {
        name: "1 messages" if code == "ok" else "0 messages" for name, code in seen.items()
    }


async def test_a_message_that_cannot_be_seen_cannot_be_answered(post: Post) -> None:
    await post("workspace.create", name="shop", mode="private")
    eve = await a_key(post, "agent", "eve", "shop")
    sent = await post("message.send", workspace="shop", agent="ana", to="bob", body="for bob")
    hidden, absent = [
        await outcome(post, eve, "message.send", to="bob", body="hm", parent=id)
        for id in (sent.id, "0" * 32)
    ]
    assert (hidden, absent) == ("not_found", "not_found")


async def test_an_admin_exports_an_open_workspace_and_not_a_private_one(post: Post) -> None:
    outcomes = []
    for mode in ("open", "private"):
        await post("workspace.create", name=mode + "-shop", mode=mode)
        outcomes.append(
            await outcome(
                post, await a_key(post, "admin", None, mode + "-shop"), "workspace.export"
            )
        )
    assert outcomes == ["ok", "forbidden"]


async def test_a_reading_key_reads_and_marks_nothing(post: Post) -> None:
    audit = await a_key(post, "read-only", "audit", "default")
    await post("message.send", agent="ana", to="audit", body="hello")
    marks = {
        mark: await outcome(post, audit, "inbox.check", mark=mark)
        for mark in ("delivered", "read", "none")
    }
    assert marks == {"delivered": "forbidden", "read": "forbidden", "none": "1 messages"}
    with pytest.raises(
        NotAllowed, match=r"A key of kind 'read-only' cannot call inbox\.wait to mark messages\."
    ):
        await post.app.call("inbox.wait", {"mark": "read"}, credential=audit)


async def test_an_agent_does_not_become_a_person(post: Post) -> None:
    await post("message.send", agent="ana", to="bob", body="hello")
    with pytest.raises(Conflict) as refused:
        await post("key.create", name="ana", kind="human")
    assert refused.value.details == {"field": "name"}
    assert (await post("key.list")).keys[1:] == []
