"""The port for claude-peers' clients, which send no key: what it serves, and to whom."""

from __future__ import annotations

import re
import socket
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from ackbox.app.limits import Limits, Rate
from ackbox.dialects.claudepeers.rest import CLAUDEPEERS_REST
from tests.answers import text_of
from tests.command import Command
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
PEER = {"pid": 1, "cwd": "/shop", "git_root": None, "tty": None, "summary": ""}
POSTS = [route.path for route in CLAUDEPEERS_REST.routes if route.method == "POST"]


class Port:
    """Requests as claude-peers' clients make them."""

    def __init__(self, served: Served, **headers: str) -> None:
        assert served.keyless_url is not None
        self.http = httpx2.AsyncClient(base_url=served.keyless_url, headers=headers, timeout=30)

    async def __call__(self, path: str, given: Any) -> tuple[int, Any]:
        told = await self.http.post(path, json=given)
        return told.status_code, told.json()

    async def peer(self) -> str:
        status, reply = await self("/register", PEER)
        assert (status, list(reply)) == (200, ["id"])
        return str(reply["id"])


async def test_the_port_serves_the_brokers_routes_and_nothing_else(database: str) -> None:
    async with serving(database, keyless=True) as served:
        port = Port(served, authorization=f"Bearer {served.key}")
        assert (await port.http.get("/health")).json() == {"status": "ok", "peers": 0}
        others = ["/", "/v1/agents", "/mcp", "/healthz", "/metrics", "/ws", "/openapi.json"]
        told = [await port.http.get(path) for path in others]
        told += [await port.http.post(path, json={}) for path in ("/mcp", "/v1/messages")]
        hosted = [await port.http.get("/health", headers={"host": "evil.example:7899"})]
        main = httpx2.AsyncClient(base_url=served.url)
        keyless = [
            await main.post(path, json=PEER) for path in ("/register", "/claude-peers/register")
        ]
    assert {(each.status_code, tuple(each.json())) for each in told} == {(404, ("error",))}
    assert [each.status_code for each in (*hosted, *keyless)] == [403, 400, 401]


async def test_a_web_page_cannot_use_the_port(database: str) -> None:
    async with serving(database, keyless=True) as served:
        own = str(served.keyless_url)
        for origin in ("https://evil.example", "null", own, served.url):
            port = Port(served, origin=origin)
            statuses = {(await port(path, PEER))[0] for path in POSTS}
            # As a page sends it without a preflight.
            plain = await port.http.post(
                "/register", content="{}", headers={"content-type": "text/plain"}
            )
            assert (origin, statuses, plain.status_code) == (origin, {403}, 403)
        roster = await served.app.call("agent.list", {}, credential=served.key)
        assert roster.agents == []


async def test_the_port_speaks_as_peers_of_its_own_alone(database: str) -> None:
    async with serving(database, keyless=True) as served:
        await served.app.call("agent.check_in", {"agent": "bob"}, credential=served.key)
        await served.app.call(
            "message.send", {"agent": "ana", "to": "bob", "body": "x"}, credential=served.key
        )
        await served.app.call("workspace.create", {"name": "other"}, credential=served.key)
        port = Port(served)
        one = await port.peer()
        assert re.fullmatch("cp[a-z0-9]{6}", one)
        as_bob = [
            await port("/poll-messages", {"id": "bob"}),
            await port("/heartbeat", {"id": "bob"}),
            await port("/set-summary", {"id": "bob", "summary": "x"}),
            await port("/unregister", {"id": "bob"}),
            await port("/send-message", {"from_id": "bob", "to_id": one, "text": "x"}),
        ]
        names = "cp[a-z0-9][a-z0-9][a-z0-9][a-z0-9][a-z0-9][a-z0-9], cli"
        error = f"This key does not speak as 'bob'. Use a name that it speaks as: {names}."
        assert as_bob == [(403, {"error": error})] * 5
        # Headers of ours do not widen what it may do.
        for headers in ({"ackbox-workspace": "other"}, {"authorization": f"Bearer {served.key}"}):
            status, _ = await Port(served, **headers)("/poll-messages", {"id": "bob"})
            assert status in (403, 404)
        unread = await served.app.call("inbox.check", {"agent": "bob"}, credential=served.key)
        keys = await served.app.call("key.list", {}, credential=served.key)
        assert [each.body for each in unread.messages] == ["x"]
        assert [
            (each.kind, each.agent, each.may_speak_as, each.label)
            for each in keys.keys
            if each.kind == "agent"
        ] == [("agent", None, names.split(", "), "the port without keys")]


async def test_the_port_has_the_limits_of_every_other_request(database: str) -> None:
    async with serving(database, keyless=True, limits=Limits(key=Rate(0.001, 3))) as served:
        port = Port(served)
        one = await port.peer()
        statuses = [
            (await port("/send-message", {"from_id": one, "to_id": one, "text": text}))[0]
            for text in ("x" * 50_001, "x", "y", "z")
        ]
        large = await port.http.post("/register", content=b" " * 2_000_000)
    assert (statuses, large.status_code) == ([413, 200, 429, 429], 413)


async def test_a_poll_delivers_and_a_native_look_still_finds_it_unread(database: str) -> None:
    async with serving(database, keyless=True) as served:
        port = Port(served)
        one = await port.peer()
        sent = await served.app.call(
            "message.send", {"agent": "ana", "to": one, "body": "x"}, credential=served.key
        )
        polled = [await port("/poll-messages", {"id": one}) for _ in range(2)]
        assert [(status, [m["id"] for m in told["messages"]]) for status, told in polled] == [
            (200, [sent.seq]),
            (200, []),
        ]
        status = await served.app.call("message.status", {"id": sent.id}, credential=served.key)
        native = await served.app.call("inbox.check", {"agent": one}, credential=served.key)
    assert [(each.agent, each.state) for each in status.receipts] == [(one, "delivered")]
    assert [each.id for each in native.messages] == [sent.id]


async def test_the_bridge_reports_where_it_runs_so_that_places_can_be_listed(
    tmp_path: Path,
) -> None:
    shop = tmp_path / "shop"
    (shop / "web").mkdir(parents=True)
    (shop / ".git").mkdir()
    async with serving(f"sqlite:///{tmp_path}/a.db") as served, AsyncExitStack() as stack:
        peers = {}
        for name, where in (("ana", shop), ("bob", shop / "web"), ("cy", tmp_path)):
            program = StdioServerParameters(
                command=sys.executable,
                args=["-m", "ackbox", "--as", name, "mcp", "--dialect", "claudepeers"],
                env=Command(tmp_path).environment
                | {"ACKBOX_URL": served.url, "ACKBOX_KEY": served.key},
                cwd=where,
            )
            peers[name] = await stack.enter_async_context(
                Client(stdio_client(program), mode="legacy")
            )

        async def near(name: str, scope: str) -> list[str]:
            told = text_of(await peers[name].call_tool("list_peers", {"scope": scope}))
            return re.findall(r"^(?:ID|  CWD|  Repo): (.+)$", told, re.MULTILINE)

        seen = {
            "directory": await near("ana", "directory"),
            "repo": await near("ana", "repo"),
            "without a repository": await near("cy", "repo"),
        }
    assert seen == {
        "directory": [],
        "repo": ["bob", str(shop / "web"), str(shop)],
        "without a repository": [],
    }


def test_the_port_opens_on_request_with_one_key_and_says_who_can_use_it(tmp_path: Path) -> None:
    ackbox, key_file = Command(tmp_path), tmp_path / "data/keyless.key"
    assert (ackbox.up()["keyless_url"], key_file.exists()) == (None, False)
    ackbox.stop()
    server = ackbox.up("--claude-peers", "0")
    shown, again = ackbox("--text", "status").stdout, ackbox("up", "--claude-peers", "1")
    key, mode = key_file.read_text("utf-8"), key_file.stat().st_mode & 0o777
    ackbox.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = ackbox("up", "--port", "0", "--no-open", "--claude-peers", str(port))
    assert (mode, key_file.read_text("utf-8")) == (0o600, key)
    assert f"{server['keyless_url']}     for claude-peers: every program here can use it" in shown
    assert (again.returncode, "no --claude-peers 1" in again.stderr) == (1, True)
    assert (taken.returncode, "choose another port with --claude-peers PORT" in taken.stderr) == (
        1,
        True,
    )
