"""Every operation by every way in: REST, by its name, a socket and MCP.

And what the tool `more` says of those without a tool.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.faces.mcp.more import APART
from ackbox.faces.mcp.native import TOOLS
from ackbox.faces.rest.routes import where
from ackbox.model.key import Role
from ackbox.ops.access import ALLOWED
from ackbox.ops.table import OPERATIONS
from tests.answers import data, text_of
from tests.serving import Served, serving
from tests.sockets import opened
from tests.walls.places import refusal

pytestmark = pytest.mark.anyio
ERAS = ["legacy", "2026-07-28"]
STRANGE = {"nothing": 1}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


def client(served: Served, mode: Any, *, key: str | None = None, agent: str = "ana") -> Client:
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {key or served.key}", "Ackbox-Agent": agent}, timeout=30
    )
    return Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode)


async def test_every_operation_is_reached_by_every_way_in(served: Served) -> None:
    """A field that nobody knows is refused by the operation itself, with the same words
    whichever way it came.
    """
    reached: dict[str, list[str]] = {}
    headers = {"Authorization": f"Bearer {served.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        opened(served.url, served.key) as socket,
        client(served, "legacy") as it,
    ):
        for name, operation in OPERATIONS.items():
            method, path = where(operation)
            how: dict[str, Any] = {"params": STRANGE} if method == "GET" else {"json": STRANGE}
            told = {
                "rest": (
                    (
                        await http.request(method, served.url + re.sub(r"{\w+}", "x", path), **how)
                    ).json()
                ),
                "call": (await http.post(f"{served.url}/v1/call/{name}", json=STRANGE)).json(),
                "ws": {
                    "error": (await socket.ask({"id": name, "op": name, "params": STRANGE}))[
                        "error"
                    ]
                },
            }
            tool = next((tool for tool in TOOLS if name in tool.operations), None)
            if tool is not None:
                told["mcp"] = (
                    await it.session.call_tool(tool.name, tool.arguments(name, STRANGE))
                ).structured_content
            expected = await refusal(served.app, served.key, name, STRANGE)
            assert expected is not None, name
            # REST names an operation by its method and path, where an error names one.
            by_path = {
                "rest": (
                    expected
                    | {
                        "message": (
                            expected["message"].replace(f" call {name}.", f" call {method} {path}.")
                        )
                    }
                )
            }
            reached[name] = [
                face
                for face, error in told.items()
                if error == {"error": by_path.get(face, expected)}
            ]
    assert reached == {
        name: ["rest", "call", "ws", *([] if name in APART else ["mcp"])] for name in OPERATIONS
    }


@pytest.mark.parametrize("mode", ERAS)
async def test_notes_sessions_schedules_webhooks_and_turns_are_done_with_more(
    served: Served, mode: str
) -> None:
    async with client(served, mode) as it:

        async def more(operation: str, **params: Any) -> Any:
            done = await it.call_tool("more", {"operation": operation, "params": params})
            assert not done.is_error, text_of(done)
            return data(text_of(done))

        kept = await more("note.add", text="SQLite first", kind="decision")
        started = await more("session.start", area="docs", files=["docs/"])
        ended = await more("session.end", session=started["token"], outcome="completed")
        schedule = await more("schedule.add", cron="0 9 * * MON", to="bob", body="Stand-up")
        webhook = await more("webhook.add", to="bob", body="{title}")
        turn = await more(
            "turn.submit",
            summary="Half of it",
            messages=[{"to": "bob", "body": "Look", "intent": "handoff"}],
        )
        found = {
            noun: (await more(f"{noun}.list"))[f"{noun}s"]
            for noun in ("note", "session", "schedule", "webhook")
        }
        gone = [
            await more(f"{noun}.remove", id=each["id"])
            for noun, each in (("schedule", schedule), ("webhook", webhook))
        ]
        read = await it.call_tool("more", {"operation": "note.get", "params": {"id": kept["id"]}})
    assert ended["session"]["outcome"] == "completed"
    assert [each["id"] for each in found["note"]] == [turn["id"], kept["id"]]
    assert [
        [each["id"] for each in found[noun]] for noun in ("session", "schedule", "webhook")
    ] == [[ended["session"]["id"]], [schedule["id"]], [webhook["id"]]]
    assert len(gone) == 2
    assert [message["body"] for message in turn["messages"]] == ["Look"]
    # What others wrote stands in a fence, each line with its sign.
    text = text_of(read)
    assert re.search(r"\nbegin ([0-9a-f]{16})\n\| .*SQLite first.*\nend \1$", text), text


@pytest.mark.parametrize("mode", ERAS)
async def test_more_lists_what_the_key_may_do_and_explains_one(served: Served, mode: str) -> None:
    rest = {name for tool in TOOLS if tool.name == "more" for name in tool.operations}
    roles: list[Role] = ["agent", "read-only", "admin"]
    keys = {
        role: (
            (
                await served.app.call(
                    "key.create", {"name": "ana", "kind": role}, credential=served.key
                )
            ).key
        )
        for role in roles
    }
    for role, key in keys.items():
        async with client(served, mode, key=key) as it:
            listed = await it.call_tool("more", {})
            explained = await it.call_tool("more", {"operation": "note.add"})
        names = [
            name for name in OPERATIONS if name in rest and OPERATIONS[name].scope in ALLOWED[role]
        ]
        assert text_of(listed).splitlines()[:-1] == [
            f"{name}: {OPERATIONS[name].summary}" for name in names
        ]
        schema = json.loads(text_of(explained).splitlines()[-1])
        assert (schema["required"], schema["properties"]["text"]["type"]) == (["text"], "string")


WRONG: dict[str, tuple[dict[str, Any], str, str, Any]] = {
    "a name that is nearly right": (
        {"operation": "note.adds", "params": {}},
        "not_found",
        "There is no operation 'note.adds'.",
        "note.add",
    ),
    "a noun": (
        {"operation": "schedules"},
        "not_found",
        "There is no operation 'schedules'.",
        "schedule.add",
    ),
    "parameters beside": (
        {"operation": "note.add", "text": "x"},
        "invalid",
        "Unknown field 'text'.",
        "`params`",
    ),
    "parameters without an operation": (
        {"params": {"text": "x"}},
        "invalid",
        "`operation` is missing or not a name.",
        "list of operations",
    ),
    "parameters that are a list": (
        {"operation": "note.add", "params": []},
        "invalid",
        "`params` is not an object.",
        "operation note.add alone",
    ),
    "an object as JSON text": (
        {"operation": "note.add", "params": "{}"},
        "invalid",
        "`text` is missing.",
        "Give `text`",
    ),
    "a field that is not there": (
        {"operation": "note.add", "params": {}},
        "invalid",
        "`text` is missing.",
        "Give `text`",
    ),
    "a field nobody knows": (
        {"operation": "note.add", "params": {"txt": "x"}},
        "invalid",
        "Unknown field 'txt'.",
        "'text'",
    ),
    "what people do": (
        {"operation": "key.create", "params": {"name": "eve"}},
        "forbidden",
        "key.create is not available over MCP.",
        "ackbox key create",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_with_a_call_of_more_is_said_with_what_to_do(
    served: Served, wrong: str
) -> None:
    arguments, code, message, hint = WRONG[wrong]
    async with client(served, "legacy") as it:
        refused = await it.session.call_tool("more", arguments)
    error = refused.structured_content["error"]
    assert (refused.is_error, error["code"], error["message"], hint in error["hint"]) == (
        True,
        code,
        message,
        True,
    ), error


async def test_tools_say_which_of_them_only_read(served: Served) -> None:
    async with client(served, "2026-07-28") as it:
        hints = {
            tool.name: tool.annotations.model_dump(exclude_none=True)
            for tool in (await it.list_tools()).tools
            if tool.annotations
        }
    reading, writing = (
        {"read_only_hint": True, "open_world_hint": False},
        {
            "destructive_hint": False,
            "open_world_hint": False,
        },
    )
    assert hints == {name: reading for name in ("thread", "history", "message_status", "who")} | {
        name: writing for name in ("send", "inbox", "mark", "ask", "wait", "checkin", "task")
    } | {"more": {"destructive_hint": True, "open_world_hint": False}}
