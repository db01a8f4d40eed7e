"""Every route of the server and every MCP endpoint, with methods, headers and bodies nobody would
send: never a fault of ours.

Routes are read off the server itself, so one that is new is tried too. `ACKBOX_FUZZ_REQUESTS=20000`
sends more.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Route

from ackbox.app.limits import Limits, Rate
from ackbox.dialects import DIALECTS
from ackbox.faces.server.asgi import make_web
from tests.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(3600)]
REQUESTS = int(os.environ.get("ACKBOX_FUZZ_REQUESTS", "700"))
CALLS = int(os.environ.get("ACKBOX_FUZZ_CALLS", "240"))
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
VALUES = [
    "",
    "x",
    "0" * 32,
    "-1",
    "../../etc/passwd",
    "%00",
    "%C0%AF",
    "%ED%A0%80",
    "a" * 3000,
    "\u202e",
    "\U0001f600",
    "*",
    "user",
    "1e999",
    "null",
    "[]",
    "{}",
    "x" + "\u0301" * 500,
    "bob/x",
    "2026-13-99",
    "' OR 1=1 --",
    "${7*7}",
    "{{7*7}}",
    "<script>",
    "\\",
    "con",
    "%0d%0aX: y",
    "99999999999999999999",
]
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b"\xff\xfe",
    b'{"a":' * 2000,
    b'{"to":"\\ud800","body":"x"}',
    b'{"to":"bob","body":"x"}',
    b"a=b&c=d",
    b"\0",
    b'"x"',
    b'{"id":1e400}',
    b'{"a":1,"a":2}',
    b"[" * 5000,
    b'{"__proto__":{}}',
    b"PK\x03\x04" * 10,
    b'{"wait_s":"soon"}',
    b'{"limit":18446744073709551616}',
    b'{"metadata":' + b'{"a":' * 300 + b"1" + b"}" * 301,
]
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json; charset=utf-16",
    "",
]
HEADERS = [
    "Ackbox-Agent",
    "Ackbox-Instance",
    "Ackbox-Workspace",
    "Ackbox-Session",
    "Ackbox-Machine",
    "Ackbox-Face",
    "Ackbox-Idempotency-Key",
    "Cookie",
    "Accept",
    "Sec-Fetch-Site",
    "Last-Event-ID",
    "Mcp-Session-Id",
    "MCP-Protocol-Version",
    "Mcp-Method",
    "X-API-Key",
    "If-None-Match",
    "Range",
    "Accept-Encoding",
    "Sec-WebSocket-Protocol",
    "X-Hub-Signature-256",
    "Webhook-Id",
    "X-Forwarded-For",
    "Referer",
]
HEADER_VALUES = [
    "",
    "x",
    "%ff%fe",
    "%C3%28",
    "%00",
    "a" * 3000,
    "%0d%0a",
    ";;;",
    "=",
    "ackbox=x; ackbox=y",
    "bytes=0-",
    "*/*",
    "0" * 32,
    "2026-07-28",
    "\xe9",
    "%CC%81" * 500,
]


def routes(web: Any) -> list[Route]:
    return [route for route in web.routes if isinstance(route, Route)]


def requests(
    paths: list[str], key: str, dice: random.Random
) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """Every path in turn, each time with another mixture."""
    while True:
        for path in paths:
            filled = re.sub(
                r"\{[^}]*\}",
                lambda _: (
                    httpx2.URL(f"http://x/{dice.choice(VALUES)}").raw_path.decode()[1:] or "x"
                ),
                path,
            )
            if dice.random() < 0.4:
                names = ["limit", "cursor", "since", "wait_s", "id", "to", "x"]
                filled += "?" + "&".join(
                    f"{dice.choice(names)}={dice.choice(VALUES[:8])}"
                    for _ in range(dice.randint(1, 3))
                )
            headers = {"Content-Type": dice.choice(TYPES)} | {
                dice.choice(HEADERS): dice.choice(HEADER_VALUES) for _ in range(dice.randint(0, 3))
            }
            if dice.random() < 0.7:
                headers["Authorization"] = dice.choice(
                    [f"Bearer {key}"] * 6
                    + [
                        "Bearer",
                        "Basic eDp5",
                        f"bearer  {key}",
                        "Bearer \xe9",
                        "Bearer " + "x" * 2000,
                    ]
                )
            yield dice.choice(METHODS), filled, headers, dice.choice(BODIES)


async def test_no_request_to_any_route_is_a_fault_of_ours(tmp_path: Path) -> None:
    free, dice = Rate(1e9, 1e9), random.Random(5)
    faults, seen = [], set[str]()
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free, guess=free)
    ) as served:
        paths = [route.path for route in routes(make_web(served.app, hosts=[], origins=[]))]
        key = (
            await served.app.call(
                "key.create", {"name": "ana", "kind": "admin"}, credential=served.key
            )
        ).key
        async with httpx2.AsyncClient(timeout=60) as http:
            asked = requests(paths, key, dice)
            for number in range(max(REQUESTS, 2 * len(paths))):
                method, path, headers, body = next(asked)
                seen.add(paths[number % len(paths)])
                wire = [
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in headers.items()
                ]
                async with http.stream(
                    method,
                    httpx2.URL(served.url + path.replace(" ", "%20")),
                    headers=wire,
                    content=body,
                ) as answer:
                    is_stream = answer.headers.get("content-type", "").startswith(
                        "text/event-stream"
                    )
                    text = "" if is_stream else (await answer.aread()).decode("utf-8", "replace")
                if answer.status_code >= 500 or "Traceback" in text:
                    faults.append(
                        (method, path[:200], headers, body[:80], answer.status_code, text[:200])
                    )
            assert (await http.get(f"{served.url}/healthz")).status_code == 200
    assert faults == []
    assert seen == set(paths)


ENDPOINTS = ["/mcp", *(f"/mcp/{dialect.name}" for dialect in DIALECTS)]


STRANGE: list[Any] = [
    *VALUES,
    0,
    -1,
    1 << 70,
    1.5,
    True,
    None,
    [],
    {},
    ["a"] * 50,
    {"a": {"b": [1]}},
    "\u0301" * 50,
    "x" * 60_000,
]
NO_REQUESTS: list[Any] = [
    [],
    1,
    "x",
    None,
    {},
    {"jsonrpc": "2.0"},
    {"jsonrpc": "1.0", "id": 1, "method": "ping"},
    [{"jsonrpc": "2.0", "id": 1, "method": "ping"}],
]
MCP_METHODS = [
    "tools/list",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "resources/templates/list",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "logging/setLevel",
    "initialize",
    "ping",
    "notifications/cancelled",
    "x",
    "sampling/createMessage",
]
MCP_PARAMS = ["uri", "name", "cursor", "arguments", "ref", "level", "requestId"]


def rpc(dice: random.Random, tools: list[dict[str, Any]]) -> Any:
    """A request of MCP: a tool with values that seldom fit, or another method, or no request at
    all.
    """
    if dice.random() < 0.1:
        return dice.choice(NO_REQUESTS)
    if dice.random() < 0.2:
        method = dice.choice(MCP_METHODS)
        params: Any = {dice.choice(MCP_PARAMS): dice.choice(STRANGE) for _ in range(2)}
        return {
            "jsonrpc": "2.0",
            "id": dice.choice([1, "x", None, -1, 1.5, "a" * 500]),
            "method": method,
            "params": dice.choice([params, [], None, "x"]),
        }
    tool = dice.choice(tools)
    arguments = {
        name: dice.choice(STRANGE)
        for name in tool["inputSchema"].get("properties", {})
        if dice.random() < 0.5 and name not in ("wait_s", "wait")
    }
    if tool["name"] in ("wait", "ask"):
        arguments["wait_s"] = 0
    return {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool["name"], "arguments": arguments},
    }


class Session:
    """Raw requests to an MCP endpoint, in the session that it gave."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self.http = http
        self.url = url
        self.headers: dict[str, str] = {}

    async def ask(self, message: Any) -> httpx2.Response:
        return await self.http.post(
            self.url, content=json.dumps(message).encode(), headers=self.headers
        )

    async def open(self) -> list[dict[str, Any]]:
        """Begin the session and return the endpoint's tools."""
        params = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "fuzz", "version": "1"},
        }
        hello = await self.ask(
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        )
        if "mcp-session-id" in hello.headers:
            self.headers = {"Mcp-Session-Id": hello.headers["mcp-session-id"]}
        await self.ask({"jsonrpc": "2.0", "method": "notifications/initialized"})
        listed = await self.ask({"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}})
        line = listed.text[listed.text.index("{") :].split("\n")[0]
        tools: list[dict[str, Any]] = json.loads(line)["result"]["tools"]
        return tools


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_no_call_of_any_endpoint_is_a_fault_of_ours(path: str, tmp_path: Path) -> None:
    free, dice = Rate(1e9, 1e9), random.Random(6)
    faults, called = [], set[str]()
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free, guess=free)
    ) as served:
        headers = {
            "Authorization": f"Bearer {served.key}",
            "Ackbox-Agent": "ana",
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
        }
        async with httpx2.AsyncClient(timeout=60, headers=headers) as http:
            session = Session(http, served.url + path)
            tools = await session.open()
            for _ in range(max(CALLS // len(ENDPOINTS), 3 * len(tools))):
                message = rpc(dice, tools)
                called.add(
                    message["params"]["name"]
                    if isinstance(message, dict) and message.get("method") == "tools/call"
                    else ""
                )
                answer = await session.ask(message)
                if (
                    answer.status_code >= 500
                    or "Traceback" in answer.text
                    or '"unavailable"' in answer.text
                ):
                    faults.append(
                        (json.dumps(message)[:300], answer.status_code, answer.text[:300])
                    )
    assert faults == []
    assert len(called) > len(tools) // 2
