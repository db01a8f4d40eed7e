"""Caps: what one key, one address or nobody in particular may have under way, and who goes when
there is too much.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.frames import Frame, Opcode

from ackbox.app.limits import Limits, Rate
from ackbox.faces.http.connection import Connections
from ackbox.faces.ws import line as ws_line
from tests.serving import Served, serving
from tests.sockets import opened

pytestmark = pytest.mark.anyio
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
LISTED = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
TYPES = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


async def key(served: Served, name: str = "ana", **params: Any) -> str:
    return str(
        (await served.app.call("key.create", {"name": name, **params}, credential=served.key)).key
    )


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", **TYPES}


async def silent(served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = served.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def test_connections_without_a_key_shut_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.http.connection.max_connections", lambda: 20)
    async with (
        serving(f"sqlite:///{tmp_path}/ackbox.db") as served,
        httpx2.AsyncClient(headers=bearer(served.key)) as known,
    ):
        assert (await known.get(f"{served.url}/v1/me")).status_code == 200
        strangers = [await silent(served) for _ in range(60)]
        async with asyncio.timeout(20):
            # The oldest go, so that there is always room for one more.
            assert [await reader.read() for reader, _ in strangers[:40]] == [b""] * 40
        async with httpx2.AsyncClient(headers=bearer(served.key)) as newcomer:
            assert (await newcomer.get(f"{served.url}/v1/me")).status_code == 200
        assert (await known.get(f"{served.url}/v1/me")).status_code == 200
        for _, writer in strangers:
            writer.close()


@pytest.mark.parametrize(
    "line",
    [
        "GET /v1/me",
        "GET /metrics",
        "GET /w/default/agents.json",
        "POST /v1/tickets",
        "POST /mcp",
        "POST /api/agent/check-messages",
        "POST /v1/hook/claude",
        "POST /v1/hook/claude/shown",
    ],
)
async def test_a_connection_that_showed_a_key_on_any_route_is_no_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr("ackbox.faces.http.connection.max_connections", lambda: 20)
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as served:
        reader, writer = await silent(served)

        async def ask(first: str, body: bytes = b"") -> bytes:
            head = f"{first} HTTP/1.1\r\nHost: {served.url.removeprefix('http://')}\r\n"
            key = f"Authorization: Bearer {served.key}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write((head + key).encode() + body)
            told = await reader.readuntil(b"\r\n\r\n")
            size = re.search(rb"content-length: (\d+)", told)
            await reader.readexactly(int(size[1]) if size else 0)
            return told

        assert await ask(line, b"{}" if line.startswith("POST") else b"")
        strangers = [await silent(served) for _ in range(60)]
        async with asyncio.timeout(20):
            assert [await other.read() for other, _ in strangers[:40]] == [b""] * 40
        assert (await ask("GET /v1/me")).startswith(b"HTTP/1.1 200 ")
        for _, other in [(reader, writer), *strangers]:
            other.close()


class Wire:
    """An end of a connection that says whether it was dropped."""

    def __init__(self, idle: bool = False) -> None:
        self.idle, self.is_dropped = idle, False

    def is_idle(self) -> bool:
        return self.idle

    def is_early(self) -> bool:
        return False

    def linger(self) -> None:
        raise AssertionError

    def drop(self) -> None:
        self.is_dropped = True


def test_the_network_with_most_strangers_goes_first_then_idle_ones_and_a_call_under_way_never() -> (
    None
):
    from ackbox.faces.http.connection import Connection

    connections = Connections(5)

    def enter(address: str, key: str | None = None, idle: bool = False) -> Wire | None:
        wire = Wire(idle)
        connection = Connection(connections, wire, address)
        if not connections.enter(connection):
            return None
        if key is not None:
            connection.welcome(key)
        return wire

    lone = enter("10.0.0.1")
    flood = [enter("2001:db8::1"), enter("2001:db8::2"), enter("2001:db8::3")]
    busy = enter("10.0.0.2", "ana")
    enter("10.0.0.3", "bob", idle=True)
    assert [wire is not None and wire.is_dropped for wire in (lone, *flood, busy)] == [
        False,
        True,
        False,
        False,
        False,
    ]
    rest = [enter("10.0.0.4", "ana") for _ in range(3)]
    assert [wire is not None and wire.is_dropped for wire in (lone, *flood, busy, *rest)] == [
        True,
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert (enter("10.0.0.5", "cora") is not None, connections.open) == (True, 5)
    assert (enter("10.0.0.6"), connections.open) == (None, 5)


async def test_a_key_has_a_cap_of_waits(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ackbox.app.limits.MAX_WAITS", 2)
    one, other = await key(served), await key(served, "bob")
    waits = [
        asyncio.ensure_future(served.app.call("inbox.wait", {"wait_s": 50}, credential=one))
        for _ in range(2)
    ]
    while served.app.bell.waiting < 2:
        await asyncio.sleep(0)
    async with httpx2.AsyncClient() as http:
        answers = [
            await http.post(
                f"{served.url}/v1/inbox/wait", headers=bearer(each), json={"wait_s": 0.01}
            )
            for each in (one, other)
        ]
    assert [(each.status_code, each.headers.get("retry-after")) for each in answers] == [
        (429, "1"),
        (200, None),
    ]
    served.app.bell.close()
    await asyncio.gather(*waits)
    assert served.app.limits._waits == {}


async def test_a_key_has_a_cap_of_bytes_under_way(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.app.limits.MAX_BYTES", 500_000)
    body = json.dumps({"to": "bob", "body": "x", "metadata": {"x": "y" * 600_000}})
    async with httpx2.AsyncClient() as http:
        for path in ("/v1/messages", "/v1/call/message.send", "/api/v1/messages", "/mcp"):
            answer = await http.post(
                f"{served.url}{path}",
                headers=bearer(await key(served, f"a{len(path)}"))
                | {"Content-Type": "application/json"},
                content=body,
            )
            assert (path, answer.status_code) == (path, 429)
    async with opened(served.url, await key(served, "cora"), max_size=None) as socket:
        for n in range(3):
            # A wait is under way for long; spaces are nothing but bytes.
            await socket.send(
                json.dumps({"id": n, "op": "inbox.wait", "params": {"wait_s": 50}}) + " " * 200_000
            )
        answer = await socket.receive()
    assert (answer["id"], answer["error"]["code"]) == (2, "rate_limited")
    while served.app.limits._bytes:
        await asyncio.sleep(0)


async def test_a_wait_keeps_nothing_of_the_body_that_asked(served: Served) -> None:
    import gc

    mark = "quokka-" * 1000
    waiting = asyncio.ensure_future(
        served.app.call(
            "message.ask",
            json.dumps({"agent": "ana", "to": "bob", "body": mark, "wait_s": 50}).encode(),
            credential=served.key,
        )
    )
    while served.app.bell.waiting < 1:
        await asyncio.sleep(0)
    frames: list[Any] = [waiting.get_coro()]
    while (inner := frames[-1].cr_await) is not None and hasattr(inner, "cr_await"):
        frames.append(inner)
    gc.collect()
    held = [
        name
        for frame in frames
        for name, value in (frame.cr_frame.f_locals if frame.cr_frame else {}).items()
        if mark in repr(value)
    ]
    assert (len(frames) > 2, held) == (True, [])
    served.app.bell.close()
    await waiting


async def post(http: Any, served: Served, key: str, message: Any, **headers: str) -> Any:
    return await http.post(f"{served.url}/mcp", headers=bearer(key) | headers, json=message)


async def test_a_session_that_the_server_does_not_know_is_served_by_the_key_alone(
    served: Served,
) -> None:
    async with httpx2.AsyncClient() as http:
        for own in (served.key, await key(served)):
            listed = await post(
                http, served, own, LISTED, **{"Mcp-Session-Id": "before-the-restart"}
            )
            assert (listed.status_code, "inbox" in listed.text) == (200, True)
            said = await post(
                http,
                served,
                own,
                {"jsonrpc": "2.0", "method": "notifications/initialized"},
                **{"Mcp-Session-Id": "before-the-restart"},
            )
            named = {"Mcp-Session-Id": "before-the-restart", **bearer(own)}
            heard, left = (
                await http.get(f"{served.url}/mcp", headers=named),
                await http.delete(f"{served.url}/mcp", headers=named),
            )
            assert (
                said.status_code,
                heard.status_code,
                heard.headers["allow"],
                left.status_code,
            ) == (202, 405, "POST, DELETE", 204)


async def test_a_session_of_another_key_is_answered_as_one_that_is_not_there(
    served: Served,
) -> None:
    one, other = await key(served), await key(served, "bob")
    async with httpx2.AsyncClient() as http:
        theirs = (await post(http, served, one, HELLO)).headers["mcp-session-id"]
        answers = [
            await post(http, served, other, LISTED, **{"Mcp-Session-Id": id})
            for id in (theirs, "0" * 32)
        ]
    assert (answers[0].status_code, answers[0].text) == (200, answers[1].text)


async def test_a_key_has_a_cap_of_sessions_and_its_oldest_goes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.mcp.sessions.MAX_PER_KEY", 3)
    one, other = await key(served), await key(served, "bob")
    async with httpx2.AsyncClient() as http:
        theirs = (await post(http, served, other, HELLO)).headers["mcp-session-id"]
        ids = [(await post(http, served, one, HELLO)).headers["mcp-session-id"] for _ in range(5)]
        known = [
            (await post(http, served, each, LISTED, **{"Mcp-Session-Id": id})).headers.get(
                "mcp-session-id"
            )
            for each, id in [(other, theirs), *((one, id) for id in ids)]
        ]
        assert known == [theirs, None, None, *ids[2:]]
        # The newest era has no sessions, and ends none.
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        modern = await post(
            http,
            served,
            one,
            LISTED | {"params": {"_meta": meta}},
            **{"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"},
        )
        assert (modern.status_code, "inbox" in modern.text) == (200, True)
        assert (await post(http, served, one, LISTED, **{"Mcp-Session-Id": ids[2]})).headers.get(
            "mcp-session-id"
        ) == ids[2]


async def test_initialize_and_a_list_of_tools_cost_as_calls_do(tmp_path: Path) -> None:
    async with (
        serving(f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=Rate(0.001, 3))) as served,
        httpx2.AsyncClient() as http,
    ):
        one = await key(served)
        answers = [
            await post(http, served, one, message) for message in (HELLO, HELLO, HELLO, HELLO)
        ]
        assert ["rate_limited" in each.text for each in answers] == [False, False, False, True]
        listed = await post(http, served, one, LISTED, **{"Mcp-Session-Id": "x"})
        assert "rate_limited" in listed.text


async def test_a_stream_of_the_older_eras_ends_with_its_key(served: Served) -> None:
    one = await key(served)
    id = (await served.app.call("key.list", {}, credential=served.key)).keys
    mine = next(each.id for each in id if each.agent == "ana")
    async with httpx2.AsyncClient(timeout=20) as http:
        session = (await post(http, served, one, HELLO)).headers["mcp-session-id"]
        async with http.stream(
            "GET", f"{served.url}/mcp", headers={**bearer(one), "Mcp-Session-Id": session}
        ) as stream:
            assert stream.status_code == 200
            await served.app.call("key.revoke", {"id": mine}, credential=served.key)
            assert [
                line async for line in stream.aiter_lines() if line and not line.startswith(":")
            ] == []


async def flood(served: Served, frames: list[Frame]) -> tuple[int, str]:
    """Send raw frames on an open socket; return how it was closed."""
    async with opened(served.url, served.key) as socket:
        wire = socket.connection
        raw = b"".join(frame.serialize(mask=True) for frame in frames)
        for start in range(0, len(raw), 16_384):
            wire.transport.write(raw[start : start + 16_384])
            await asyncio.sleep(0)
        return await socket.closed()


async def test_a_message_in_too_many_pieces_closes_the_socket(served: Served) -> None:
    first, more = Frame(Opcode.TEXT, b"{", fin=False), Frame(Opcode.CONT, b"", fin=False)
    assert await flood(served, [first, *[more] * 5_000]) == (1008, "too many frames")


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG])
async def test_a_flood_of_frames_that_cost_no_call_closes_the_socket(
    served: Served, opcode: Opcode
) -> None:
    assert await flood(served, [Frame(opcode, b"x")] * 5_000) == (1008, "too many frames")


@pytest.mark.parametrize(
    "frame",
    [b"\x00\x80\0\0\0\0", b"\x89\x80\0\0\0\0", b"\x8a\x80\0\0\0\0"],
    ids=["pieces", "pings", "pongs"],
)
async def test_a_client_that_goes_on_pouring_frames_is_cut_off_though_it_never_answers_the_close(
    served: Served, frame: bytes
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        "\r\n".join(
            [
                "GET /ws HTTP/1.1",
                f"Host: {host}:{port}",
                f"Authorization: Bearer {served.key}",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                f"Sec-WebSocket-Key: {'A' * 22}==",
                "",
                "",
            ]
        ).encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    writer.write(b"\x01\x80\0\0\0\0")
    async with asyncio.timeout(ws_line.LINGER_S + 5):
        with pytest.raises(ConnectionError):
            while True:
                writer.write(frame * 1000)
                await writer.drain()
                await asyncio.sleep(0.001)
    writer.close()


async def test_a_message_in_some_pieces_is_a_call(served: Served) -> None:
    async with opened(served.url, served.key) as socket:
        await socket.connection.send(iter(['{"id":1,', '"op":"agent.whoami",', '"params":{}}']))
        assert (await socket.answer())["result"]["role"] == "operator"
