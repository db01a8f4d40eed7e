"""Who may do what, and who may speak as whom: two literal tables, each held against the real
app, whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.app.call import App
from ackbox.ops.table import OPERATIONS
from tests.engines import Post
from tests.serving import serving
from tests.walls.places import refusal

pytestmark = pytest.mark.anyio

ALL = {"read-only", "agent", "human", "owner", "admin", "operator"}
WRITERS = ALL - {"read-only"}
ADMINS = {"owner", "admin", "operator"}
INSTANCE = {"server-admin", "operator"}
MAY: dict[str, set[str]] = {
    "login.link": {"human", *ADMINS},
    "login.end": {"human", *ADMINS},
    "login.redeem": {"link", "owner-link"},
    "invite.create": ADMINS,
    "invite.redeem": {"invite"},
    "message.preview": ALL,
    "message.transcript": ALL,
    "roster.append": WRITERS,
    "roster.get": ALL,
    "roster.request": WRITERS,
    "roster.requests": ALL,
    "share.add": WRITERS,
    "share.list": ALL,
    "text.list": ALL,
    "text.put": WRITERS,
    "thread.list": ALL,
    "workspace.needs": ALL,
    "mute.start": {"human", *ADMINS},
    "mute.end": {"human", *ADMINS},
    "pause.start": {"human", *ADMINS},
    "pause.end": {"human", *ADMINS},
    "message.send": WRITERS,
    "message.send_many": WRITERS,
    "message.ask": WRITERS,
    "receipt.mark": WRITERS,
    "agent.check_in": WRITERS,
    "agent.heartbeat": WRITERS,
    "agent.check_out": WRITERS,
    "agent.quiet": WRITERS,
    "agent.dismiss": WRITERS,
    "agent.set_kind": ADMINS,
    "note.add": WRITERS,
    "note.supersede": WRITERS,
    "note.link": WRITERS,
    "note.unlink": WRITERS,
    "note.append": WRITERS,
    "note.move": WRITERS,
    "note.archive": WRITERS,
    "note.remove": WRITERS,
    "note.tidy": WRITERS,
    "note.explore": ALL,
    "note.get": ALL,
    "note.list": ALL,
    "note.search": ALL,
    "session.start": WRITERS,
    "session.checkpoint": WRITERS,
    "session.end": WRITERS,
    "session.list": ALL,
    "session.conflicts": ALL,
    "session.context": ALL,
    "event.list": ALL,
    "message.get": ALL,
    "message.status": ALL,
    "message.history": ALL,
    "message.search": ALL,
    "thread.get": ALL,
    "inbox.check": ALL,
    "inbox.wait": ALL,
    "mailbox.list": ALL,
    "event.feed": ALL,
    "agent.list": ALL,
    "agent.whoami": ALL,
    "workspace.list": ALL,
    "task.create": WRITERS,
    "task.create_many": WRITERS,
    "task.claim": WRITERS,
    "task.update": WRITERS,
    "task.assign": WRITERS,
    "task.depend": WRITERS,
    "task.finish_many": WRITERS,
    "message.withdraw": WRITERS,
    "task.get": ALL,
    "task.list": ALL,
    "task.search": ALL,
    "workspace.settings": ADMINS,
    "workspace.export": ADMINS,
    "key.create": ADMINS,
    "key.list": ADMINS,
    "key.revoke": ADMINS,
    "key.rotate": ADMINS,
    "turn.submit": WRITERS,
    "review.open": WRITERS,
    "review.comment": WRITERS,
    "review.resolve": WRITERS,
    "review.get": ALL,
    "review.list": ALL,
    "program.report": WRITERS,
    "program.shown": WRITERS,
    "program.wake": WRITERS,
    "program.signalled": WRITERS,
    "event.log": ALL,
    "workspace.overview": ALL,
    "workspace.flow": ALL,
    "workspace.health": ALL,
    "webhook.add": ADMINS,
    "webhook.list": ADMINS,
    "webhook.remove": ADMINS,
    "webhook_out.add": ADMINS,
    "webhook_out.list": ADMINS,
    "webhook_out.remove": ADMINS,
    "webhook_out.test": ADMINS,
    "webhook_out.retry": ADMINS,
    # A signature is enough; a key is not asked for.
    "webhook.receive": ALL | {"server-admin", "link", "owner-link", "invite"},
    "schedule.add": WRITERS,
    "schedule.list": ALL,
    "schedule.remove": WRITERS,
    "workspace.create": INSTANCE,
    "workspace.import": INSTANCE,
    "server.backup": {"operator"},
    "server.status": ADMINS,
}


@pytest.mark.parametrize(
    "role",
    [
        "read-only",
        "agent",
        "human",
        "owner",
        "admin",
        "server-admin",
        "operator",
        "link",
        "owner-link",
        "invite",
    ],
)
async def test_a_role_may_do_exactly_what_its_column_says(post: Post, role: str) -> None:
    if role in ("link", "owner-link"):
        key = (
            await post("login.link", name="petra", as_owner=role == "owner-link")
        ).path.partition("#")[2]
    elif role == "invite":
        key = (await post("invite.create", name="petra")).path.partition("#")[2]
    else:
        key = (
            post.key
            if role == "operator"
            else (await post("key.create", name="petra", kind=role)).key
        )
    refused = set()
    for name in OPERATIONS:
        # An allowed caller is told what is missing; a forbidden one, that it is forbidden.
        error = await refusal(post.app, key, name, {"nothing": 1})
        assert error is not None
        if error["code"] == "forbidden":
            assert error["message"] == f"A key of kind {role!r} cannot call {name}."
            refused.add(name)
        else:
            assert error["message"] == "Unknown field 'nothing'."
    assert set(OPERATIONS) - refused == {name for name, roles in MAY.items() if role in roles}
    assert set(MAY) == set(OPERATIONS)


# Each key, and the names of CLAIMS that it speaks as. petra and paul are people; Ana is ana in
# another case, who comes first.
FIRST = {"Ana": "ana"}
CLAIMS = ["ana", "Ana", "an", "bob", "build", "build-1", "build-1-x", "petra", "paul"]
SPEAKERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "an agent": ({"name": "ana"}, {"ana", "Ana"}),
    "an agent with a pattern": (
        {"name": "ana", "may_speak_as": ["build-?"]},
        {"ana", "Ana", "build-1"},
    ),
    "an agent with every name": (
        {"name": "ana", "may_speak_as": ["*"]},
        set(CLAIMS) - {"petra", "paul"},
    ),
    "an agent with a person's name": ({"name": "ana", "may_speak_as": ["petra"]}, {"ana", "Ana"}),
    "an agent named as a person": ({"name": "petra"}, set()),
    "a person": ({"name": "petra", "kind": "human"}, {"petra"}),
    "an owner": ({"name": "petra", "kind": "owner"}, {"petra"}),
    "a person with every name": (
        {"name": "petra", "kind": "human", "may_speak_as": ["*"]},
        set(CLAIMS) - {"paul"},
    ),
    "an admin": ({"name": "ana", "kind": "admin"}, {"ana", "Ana"}),
    "an admin without a name": ({"kind": "admin"}, set()),
}
WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "agent.check_in": lambda name: {"agent": name},
    "inbox.check": lambda name: {"agent": name},
    "inbox.wait": lambda name: {"agent": name, "wait_s": 0},
    "receipt.mark": lambda name: {"agent": name, "mark": "read", "ids": ["0" * 32]},
    "message.send": lambda name: {"agent": name, "to": "carl", "body": name},
    "message.ask": lambda name: {"agent": name, "to": "carl", "body": name, "wait_s": 0},
    "message.send_many": lambda name: {"agent": name, "messages": [{"to": "carl", "body": name}]},
    "task.create": lambda name: {"agent": name, "title": name},
    "inside message.send_many": lambda name: {
        "messages": [{"agent": name, "to": "carl", "body": name}]
    },
}


async def attempt(app: App, key: str, way: str, name: str) -> str:
    """Return `ok` or the error's code of one call that claims a name."""
    operation = way.removeprefix("inside ")
    error = await refusal(app, key, operation, WAYS[way](name))
    if error is None and operation == "message.send_many":
        outcome = (await app.call(operation, WAYS[way](name), credential=key)).outcomes[0]
        error = outcome.error
    return "ok" if error is None else str(error["code"])


@pytest.mark.parametrize("speaker", SPEAKERS)
async def test_a_key_speaks_as_its_own_names_and_nobody_else(post: Post, speaker: str) -> None:
    for person in ("petra", "paul"):
        await post("key.create", name=person, kind="human")
    asked, own = SPEAKERS[speaker]
    made = await post("key.create", **asked)
    told = {
        (way, name): await attempt(post.app, made.key, way, name) for way in WAYS for name in CLAIMS
    }
    # A second spelling speaks as the first who came; who may speak as both is refused when it would
    # register.
    is_second = "*" in asked.get("may_speak_as", [])
    expected = {
        (way, name): (
            "forbidden"
            if name not in own
            else (
                "conflict"
                if (way, name in FIRST, is_second) == ("agent.check_in", True, True)
                else "ok"
            )
        )
        for way, name in told
    }
    assert {pair: code for pair, code in told.items() if code != expected[pair]} == {}
    # Refused and never rewritten: what is stored was said by whom it names.
    stored = (await post("message.history", limit=200)).messages
    assert {(each.sender, each.body) for each in stored} == {
        (FIRST.get(name, name), name) for name in own
    }


async def test_a_name_in_the_headers_of_mcp_is_checked_as_one_in_the_arguments(
    database: str,
) -> None:
    async with serving(database) as served:
        made = await served.app.call("key.create", {"name": "ana"}, credential=served.key)
        http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {made.key}", "Ackbox-Agent": "bob"}, timeout=30
        )
        async with Client(
            streamable_http_client(f"{served.url}/mcp", http_client=http), mode="legacy"
        ) as client:
            told = [
                await client.call_tool("send", {"to": "carl", "body": "x"}),
                await client.call_tool("inbox", {}),
                await client.call_tool("checkin", {}),
                await client.call_tool("send", {"to": "carl", "body": "x", "agent": "carl"}),
            ]
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {made.key}"}) as rest:
            over_rest = await rest.post(
                f"{served.url}/v1/messages", json={"agent": "bob", "to": "carl", "body": "x"}
            )
        stored = (await served.app.call("message.history", {}, credential=served.key)).messages
    assert [(each.is_error, each.structured_content["error"]["code"]) for each in told] == [
        (True, "forbidden")
    ] * 4
    assert (over_rest.status_code, over_rest.json()["error"]["details"]) == (
        403,
        {"field": "agent", "claimed": "bob"},
    )
    assert stored == []
