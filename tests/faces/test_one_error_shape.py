"""One fault, one error: the same code, words, hint and details from the library, REST, MCP, the
WebSocket and the command line.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from websockets.exceptions import InvalidStatus

from ackbox.errors import AckboxError
from ackbox.faces.mcp.native import TOOLS
from tests.serving import Served, serving
from tests.sockets import opened

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent

# What is wrong, the operation, what is asked, and the answer's code.
FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "nobody of that name": (
        "message.send",
        {"to": "bobb", "body": "x", "unknown": "refuse"},
        "unknown_recipient",
    ),
    "50,001 characters": ("message.send", {"to": "bob", "body": "x" * 50_001}, "too_long"),
    "an empty audience": ("message.send", {"to": " ", "body": "x"}, "invalid"),
    "a control character in a name": ("message.send", {"to": "b\x07b", "body": "x"}, "invalid"),
    "a look-alike name": ("message.send", {"to": "bоb", "body": "x"}, "conflict"),
    "a field nobody knows": ("message.send", {"to": "bob", "bodi": "x", "body": "x"}, "invalid"),
    "a wrong type": ("message.send", {"to": "bob", "body": 7}, "invalid"),
    "a missing field": ("message.send", {"to": "bob"}, "invalid"),
    "a priority of 9": ("message.send", {"to": "bob", "body": "x", "priority": 9}, "invalid"),
    "a parent that is not there": (
        "message.send",
        {"to": "bob", "body": "x", "parent": "0" * 32},
        "not_found",
    ),
    "a used idempotency key": (
        "message.send",
        {"to": "bob", "body": "other", "idempotency_key": "k"},
        "conflict",
    ),
    "a message that is not there": ("message.status", {"id": "0" * 32}, "not_found"),
    "a cursor from elsewhere": (
        "inbox.check",
        {"cursor": "AAAAAAAAAAAAAAAAAAAAAA"},
        "expired_cursor",
    ),
    "another workspace": ("thread.get", {"id": "0" * 32, "workspace": "nowhere"}, "not_found"),
    "a name the key does not have": ("inbox.check", {"agent": "bob"}, "forbidden"),
    "JSON 40 levels deep": (
        "message.send",
        {"to": "bob", "body": "x", "metadata": {"a": json.loads("[" * 40 + "]" * 40)}},
        "invalid",
    ),
}
# Where an error names an operation, a model is shown the tool that is it.
BY_TOOL = {"another workspace": {"hint": "See `more` with operation workspace.list."}}
# What can be said on a command line, and how it ends; `-` is read from standard input.
SPOKEN: dict[str, tuple[list[str], int]] = {
    "nobody of that name": (["send", "bobb", "x", "--unknown", "refuse"], 1),
    "50,001 characters": (["send", "bob", "-"], 1),
    "an empty audience": (["send", " ", "x"], 1),
    "a control character in a name": (["send", "b\x07b", "x"], 1),
    "a look-alike name": (["send", "bоb", "x"], 1),
    "a priority of 9": (["send", "bob", "x", "--priority", "9"], 1),
    "a parent that is not there": (["send", "bob", "x", "--re", "0" * 32], 1),
    "a used idempotency key": (["send", "bob", "other", "--idempotency-key", "k"], 1),
    "a message that is not there": (["status", "0" * 32], 1),
    "another workspace": (["-w", "nowhere", "thread", "0" * 32], 1),
    "a name the key does not have": (["--as", "bob", "inbox"], 4),
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Served, str]]:
    """A server with ana and bob, and ana's own key."""
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        made = await it.app.call("key.create", {"name": "ana"}, credential=it.key)
        await it.app.call("inbox.check", {"agent": "bob"}, credential=it.key)
        await it.app.call(
            "message.send",
            {"to": "bob", "body": "first", "idempotency_key": "k"},
            credential=made.key,
        )
        yield it, made.key


async def from_library(
    served: Served, key: str, operation: str, asked: dict[str, Any]
) -> dict[str, Any]:
    with pytest.raises(AckboxError) as refused:
        await served.app.call(operation, asked, credential=key)
    shown: dict[str, Any] = json.loads(json.dumps(refused.value.as_dict()))
    return shown


async def from_rest(
    served: Served, key: str, operation: str, asked: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    async with httpx2.AsyncClient() as http:
        answer = await http.post(
            f"{served.url}/v1/call/{operation}",
            json=asked,
            headers={"Authorization": f"Bearer {key}"},
        )
    return answer.status_code, answer.json()


async def from_mcp(
    served: Served, key: str, operation: str, asked: dict[str, Any]
) -> dict[str, Any]:
    tool = next(tool for tool in TOOLS if operation in tool.operations)
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"})
    async with Client(
        streamable_http_client(f"{served.url}/mcp", http_client=http), mode="legacy"
    ) as client:
        refused = await client.call_tool(tool.name, tool.arguments(operation, asked))
    assert refused.is_error
    shown: dict[str, Any] = refused.structured_content
    return shown


async def from_socket(
    served: Served, key: str, operation: str, asked: dict[str, Any]
) -> dict[str, Any]:
    async with opened(served.url, key) as socket:
        answer: dict[str, Any] = await socket.ask({"id": "it", "op": operation, "params": asked})
    assert answer.pop("id") == "it"
    return answer


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_has_one_error_on_every_face(served: tuple[Served, str], fault: str) -> None:
    server, key = served
    operation, asked, code = FAULTS[fault]
    error = await from_library(server, key, operation, asked)
    status, over_rest = await from_rest(server, key, operation, asked)
    assert error["error"]["code"] == code
    assert (
        set(error["error"]) == {"code", "message", "hint", "details"}
        and error["error"]["message"]
        and error["error"]["hint"]
    )
    assert 400 <= status < 500
    assert over_rest == error
    assert await from_mcp(server, key, operation, asked) == {
        "error": error["error"] | BY_TOOL.get(fault, {})
    }
    assert await from_socket(server, key, operation, asked) == error


@pytest.mark.parametrize("fault", SPOKEN)
async def test_the_command_line_says_the_same(
    served: tuple[Served, str], fault: str, tmp_path: Path
) -> None:
    server, key = served
    operation, asked, _ = FAULTS[fault]
    error = (await from_library(server, key, operation, asked))["error"]
    arguments, exit_code = SPOKEN[fault]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "ACKBOX_URL": server.url,
        "ACKBOX_KEY": key,
        "ACKBOX_DATA_DIR": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ackbox",
        "--json",
        *arguments,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, told = await asyncio.wait_for(process.communicate(str(asked.get("body", "")).encode()), 30)
    assert (process.returncode, out) == (exit_code, b"")
    assert json.loads(told)["error"] == error


@pytest.mark.parametrize("key", ["", "abx_agt_damaged", "abx_agt_" + "0" * 60])
async def test_a_wrong_key_has_one_error_on_every_face(
    served: tuple[Served, str], key: str
) -> None:
    server, _ = served
    error = await from_library(server, key, "agent.whoami", {})
    async with httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {key}"} if key else {}
    ) as http:
        over_rest = await http.get(f"{server.url}/v1/me")
        over_mcp = await http.post(
            f"{server.url}/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
            headers={"Accept": "application/json, text/event-stream"},
        )
    assert (over_rest.status_code, over_rest.json()) == (401, error)
    assert (over_mcp.status_code, over_mcp.json()) == (401, error)
    with pytest.raises(InvalidStatus) as refused:
        async with opened(server.url, key):
            pass
    assert (refused.value.response.status_code, json.loads(refused.value.response.body)) == (
        401,
        error,
    )
