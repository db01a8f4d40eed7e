"""The wall on the faces that are no operation of their own: dialects' tools and routes, resources,
prompts, pages, tickets.

A stranger with every key of its own workspace asks each for what is another's, on every argument
and in every part of a path.
No word of the other workspace may come back, and nothing in it may change. Tools and routes are
read off the server.
"""

from __future__ import annotations

import itertools
import json
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
from tests.serving import Served, serving
from tests.sockets import opened
from tests.walls.furnished import furnish
from tests.walls.places import FOREIGN, Place, rows_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
NOW = 1_800_000_000_000
ENDPOINTS = ["/mcp", *(f"/mcp/{dialect.name}" for dialect in DIALECTS)]


@pytest.fixture
async def places(tmp_path: Path) -> Any:
    free = Rate(1e9, 1e9)
    database = f"sqlite:///{tmp_path}/ackbox.db"
    async with serving(
        database,
        clock=lambda: NOW,
        limits=Limits(key=free, workspace=free, guess=free, clock=lambda: 0.0),
    ) as served:
        foreign, home = [await furnish(served.app, served.key, letter) for letter in "xy"]
        yield served, database, foreign, home


def values(of: Place) -> list[str]:
    """What names something in another workspace."""
    return [
        of.message,
        of.receipt,
        of.task,
        of.note,
        of.key,
        of.schedule,
        of.webhook,
        of.outgoing,
        of.session,
        of.agent,
        of.human,
        of.instance,
        of.workspace,
        of.area,
        of.file,
        of.idempotency,
        *of.cursors.values(),
    ]


def few(of: Place, name: str, turn: int) -> list[str]:
    """What an argument of this name may name, and some more in turn: all together each thing is
    asked for many times.
    """
    own = [
        value for value in (FOREIGN[name](of) if name in FOREIGN else []) if isinstance(value, str)
    ]
    every = values(of)
    return [
        *dict.fromkeys(
            [
                *own,
                of.message,
                of.session,
                *(every[(turn + each) % len(every)] for each in range(2)),
            ]
        )
    ]


class Leaks:
    """Looks in answers for what is another workspace's and was in no question.

    Its words are never in one.
    """

    def __init__(self, of: Place) -> None:
        self._of = of
        self._asked = ""
        self.found: list[Any] = []

    def look(self, asked: str, text: str) -> None:
        # A name that was asked for once may be stored as a recipient's since then.
        self._asked += asked
        self.found += [
            (asked[:300], value)
            for value in [self._of.word, *values(self._of)]
            if value in text and value not in self._asked
        ]


async def unchanged(database: str, of: Place) -> dict[str, list[str]]:
    rows = await rows_of(database)
    (row,) = [row for row in rows["workspace"] if f"'{of.workspace}'" in row]
    # Who is seen when is written down in the background.
    return {
        table: found
        for table, found in (
            await rows_of(database, int(row.strip("()").partition(",")[0]))
        ).items()
        if table != "instance_seen"
    }


def rpc(method: str, params: dict[str, Any], id: int = 1) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params})


class Session:
    """An MCP session of a stranger at one endpoint."""

    def __init__(self, http: httpx2.AsyncClient, url: str, key: str) -> None:
        self._http, self._url = http, url
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
        }

    async def start(self) -> None:
        hello = await self.ask(
            rpc(
                "initialize",
                {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "stranger", "version": "1"},
                },
            )
        )
        self._headers |= (
            {"Mcp-Session-Id": hello.headers["mcp-session-id"]}
            if "mcp-session-id" in hello.headers
            else {}
        )
        await self.ask(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))

    async def ask(self, content: str, **headers: str) -> httpx2.Response:
        return await self._http.post(self._url, content=content, headers=self._headers | headers)

    async def tools(self) -> list[dict[str, Any]]:
        text = (await self.ask(rpc("tools/list", {}))).text
        found: list[dict[str, Any]] = json.loads(text[text.index("{") :].split("\n")[0])["result"][
            "tools"
        ]
        return found


def questions(tool: dict[str, Any], of: Place) -> Iterator[dict[str, Any]]:
    """Each argument of a tool naming each thing of another workspace.

    What else is needed fits its type.
    """
    fields = tool["inputSchema"].get("properties", {})
    usual = {name: fitting(fields[name]) for name in tool["inputSchema"].get("required", [])}
    usual |= {name: 0 for name in fields if name in ("wait_s", "wait")}
    for turn, (name, schema) in enumerate(fields.items()):
        kinds = json.dumps(schema)
        if name in usual and name in ("wait_s", "wait"):
            continue
        for value in few(of, name, 2 * turn + len(tool["name"])):
            if '"string"' in kinds:
                yield {**usual, name: value}
            if '"array"' in kinds:
                yield {**usual, name: [value]}


def fitting(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 1, "number": 1, "boolean": False, "array": ["x"], "object": {}}.get(
        str(schema.get("type")), "x"
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_no_tool_of_any_endpoint_gives_or_changes_what_is_anothers(
    endpoint: str, places: tuple[Served, str, Place, Place]
) -> None:
    served, database, foreign, home = places
    before, leaks, asked = await unchanged(database, foreign), Leaks(foreign), 0
    async with httpx2.AsyncClient(timeout=60) as http:
        session = Session(http, served.url + endpoint, home.keys["admin"])
        await session.start()
        tools = await session.tools()
        for tool in tools:
            for arguments in questions(tool, foreign):
                content = rpc("tools/call", {"name": tool["name"], "arguments": arguments})
                answer, asked = await session.ask(content), asked + 1
                leaks.look(content, answer.text)
                assert answer.status_code < 500, (tool["name"], arguments)
    assert leaks.found == []
    assert await unchanged(database, foreign) == before
    assert asked >= len(tools)


async def test_no_header_of_a_session_reaches_another_workspace(
    places: tuple[Served, str, Place, Place],
) -> None:
    served, database, foreign, home = places
    before, leaks = await unchanged(database, foreign), Leaks(foreign)
    async with httpx2.AsyncClient(timeout=60) as http:
        session = Session(http, f"{served.url}/mcp", home.keys["admin"])
        await session.start()
        for header in (
            "Ackbox-Workspace",
            "Ackbox-Agent",
            "Ackbox-Instance",
            "Ackbox-Session",
            "Ackbox-Idempotency-Key",
        ):
            for value in (
                foreign.workspace,
                foreign.agent,
                foreign.instance,
                foreign.session,
                foreign.idempotency,
            ):
                for content in (
                    rpc("tools/call", {"name": "inbox", "arguments": {}}),
                    rpc("tools/call", {"name": "history", "arguments": {}}),
                    rpc("resources/read", {"uri": "ackbox://inbox"}),
                    rpc("resources/read", {"uri": f"ackbox://thread/{foreign.message}"}),
                    rpc("resources/read", {"uri": "ackbox://agents"}),
                ):
                    answer = await session.ask(content, **{header: value})
                    leaks.look(content + value, answer.text)
    assert leaks.found == []
    assert await unchanged(database, foreign) == before


async def test_no_route_gives_or_changes_what_is_anothers(
    places: tuple[Served, str, Place, Place],
) -> None:
    served, database, foreign, home = places
    before, leaks, tried = await unchanged(database, foreign), Leaks(foreign), set[str]()
    routes = [
        route
        for route in make_web(served.app, hosts=[], origins=[]).routes
        if isinstance(route, Route) and not route.path.startswith("/mcp")
    ]
    headers = {
        "Authorization": f"Bearer {home.keys['admin']}",
        "Sec-Fetch-Site": "same-origin",
        "Cookie": f"ackbox_{served.url.rpartition(':')[2]}={home.keys['admin']}",
    }
    async with httpx2.AsyncClient(timeout=60, headers=headers) as http:
        for turn, route in enumerate(routes):
            for method, value in itertools.product(
                sorted((route.methods or {"GET"}) - {"HEAD"}),
                few(foreign, "id", turn) if "{" in route.path else [foreign.workspace],
            ):
                filled = value.join(re.split(r"\{[^}]*\}", route.path))
                query = {"workspace": foreign.workspace} if method == "GET" else None
                answer = await http.request(
                    method,
                    served.url + filled,
                    params=query,
                    json={} if method in ("POST", "PATCH", "PUT") else None,
                )
                tried.add(route.path)
                leaks.look(filled + json.dumps(query), answer.text)
                assert answer.status_code < 500, (method, filled)
    assert leaks.found == []
    assert await unchanged(database, foreign) == before
    assert tried == {route.path for route in routes}


async def test_a_ticket_opens_a_socket_of_its_own_workspace_only(
    places: tuple[Served, str, Place, Place],
) -> None:
    served, _, foreign, home = places
    leaks = Leaks(foreign)
    async with opened(served.url, home.keys["admin"]) as socket:
        for of in ("workspace", "inbox"):
            for value in few(foreign, "cursor", 0):
                for name in (
                    "cursor",
                    "workspace",
                    "agent",
                    "instance",
                    "session",
                    "thread",
                    "sender",
                ):
                    asked = {"id": 1, "subscribe": {"of": of, "cursor": "start", name: value}}
                    answer = await socket.ask(asked)
                    leaks.look(json.dumps(asked), json.dumps(answer))
                    if "result" in answer:
                        leaks.look(
                            "",
                            json.dumps(
                                [await socket.ask({"id": 2, "unsubscribe": 1}), *socket._pushed]
                            ),
                        )
                        socket.forget()
    assert leaks.found == []
