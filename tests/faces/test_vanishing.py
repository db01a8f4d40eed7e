"""Who is gone takes nothing: a caller that leaves while it waits is marked nothing, claims
nothing and is no longer here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from ackbox.app.bell import Gone
from ackbox.errors import CallerGone
from ackbox.faces.ws.endpoint import MAX_CALLS
from tests.engines import Clock, Post
from tests.serving import Served, serving
from tests.sockets import opened

pytestmark = pytest.mark.anyio
ASKED = {"agent": "bob", "wait_s": 50, "mark": "read"}
VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
Leave = Callable[[], Awaitable[None]]


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    async with serving(database, clock=Clock()) as it:
        yield it


async def posted(
    served: Served, path: str, body: Any, *lines: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send a request and leave its answer alone."""
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    raw = json.dumps(body).encode()
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: Bearer {served.key}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"Content-Length: {len(raw)}",
        *lines,
        "",
        "",
    ]
    writer.write("\r\n".join(head).encode() + raw)
    return reader, writer


async def over_rest(served: Served, path: str) -> Leave:
    _, writer = await posted(served, path, ASKED)
    return hang_up(writer)


def hang_up(writer: asyncio.StreamWriter) -> Leave:
    async def leave() -> None:
        writer.transport.abort()

    return leave


async def over_a_pipeline(served: Served) -> Leave:
    """Ask more before the wait is answered, and hang up: the server reads no further, and so
    sees no end of the connection by reading.
    """
    _, writer = await posted(served, "/v1/inbox/wait", ASKED)

    async def leave() -> None:
        writer.write(
            b"\r\n".join(
                [
                    b"GET /healthz HTTP/1.1",
                    f"Host: {served.url.removeprefix('http://')}".encode(),
                    b"",
                    b"",
                ]
            )
            * 3
        )
        writer.close()

    return leave


def call_of(era: str) -> dict[str, Any]:
    meta = {"_meta": META} if era == "modern" else {}
    return {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": "wait", "arguments": ASKED, **meta},
    }


async def over_modern_mcp(served: Served) -> Leave:
    _, writer = await posted(
        served,
        "/mcp",
        call_of("modern"),
        f"MCP-Protocol-Version: {VERSION}",
        "Mcp-Method: tools/call",
        "Mcp-Name: wait",
    )
    return hang_up(writer)


async def session(served: Served) -> str:
    """Open a session of the older eras; return the lines that name it."""
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    reader, writer = await posted(
        served, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    writer.close()
    id = next(
        line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("mcp-session-id")
    )
    lines = f"Mcp-Session-Id: {id}\r\nMCP-Protocol-Version: 2025-06-18"
    reader, writer = await posted(
        served, "/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}, lines
    )
    assert b" 202 " in await reader.readline()
    writer.close()
    return lines


async def over_legacy_mcp(served: Served) -> Leave:
    _, writer = await posted(served, "/mcp", call_of("legacy"), await session(served))
    return hang_up(writer)


async def over_legacy_mcp_by_a_notification(served: Served) -> Leave:
    lines = await session(served)
    kept = [await posted(served, "/mcp", call_of("legacy"), lines)]

    async def leave() -> None:
        kept.append(
            await posted(
                served,
                "/mcp",
                {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}},
                lines,
            )
        )

    return leave


async def over_a_socket(served: Served) -> Leave:
    return await socket_with_waits(served, 1)


async def socket_with_waits(served: Served, count: int) -> Leave:
    opening = opened(served.url, served.key)
    socket = await opening.__aenter__()
    for id in range(count):
        await socket.send({"id": id, "op": "inbox.wait", "params": ASKED})

    async def leave(_: Any = opening) -> None:
        # The context is held here: it would close the socket when nobody did.
        socket.connection.transport.abort()

    return leave


async def over_a_busy_socket(served: Served) -> Leave:
    """Have so many calls under way that the server reads no further."""
    return await socket_with_waits(served, MAX_CALLS)


WAYS: dict[str, Callable[[Served], Awaitable[Leave]]] = {
    "rest": lambda served: over_rest(served, "/v1/inbox/wait"),
    "call": lambda served: over_rest(served, "/v1/call/inbox.wait"),
    "mcp": over_modern_mcp,
    "mcp of older eras": over_legacy_mcp,
    "mcp cancelled": over_legacy_mcp_by_a_notification,
    "socket": over_a_socket,
    "pipeline": over_a_pipeline,
    "busy socket": over_a_busy_socket,
}


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("way", WAYS)
async def test_a_caller_that_leaves_while_it_waits_is_marked_nothing_and_is_not_here(
    served: Served, way: str
) -> None:
    async def do(operation: str, **params: Any) -> Any:
        return await served.app.call(operation, params, credential=served.key)

    leave = await WAYS[way](served)
    await until(lambda: served.app.bell.waiting == (MAX_CALLS if way == "busy socket" else 1))
    await leave()
    await until(lambda: served.app.bell.waiting == 0)
    served.app.clock.pass_s(3600)  # type: ignore[attr-defined]  # a clock of the tests
    sent = await do("message.send", agent="ana", to="bob", body="hello")
    assert sent.recipients[0].presence != "online"
    receipt = (await do("message.status", agent="ana", id=sent.id)).receipts[0]
    assert (receipt.agent, receipt.state) == ("bob", "pending")
    assert [letter.body for letter in (await do("inbox.check", agent="bob")).messages] == ["hello"]


async def test_what_is_for_the_caller_alone_is_not_done_for_one_who_has_left(post: Post) -> None:
    await post("message.send", agent="ana", to="bob", body="hello")
    await post("task.create", agent="ana", title="build")
    gone = Gone()
    gone.set()
    for name, params in (
        ("inbox.check", {"mark": "read"}),
        ("inbox.wait", {"mark": "read", "wait_s": 5}),
        ("task.claim", {}),
    ):
        with pytest.raises(CallerGone):
            await post.app.call(name, {"agent": "bob", **params}, credential=post.key, gone=gone)
    assert [letter.body for letter in (await post("inbox.check", agent="cora")).messages] == []
    assert (await post("task.list", agent="ana")).tasks[0].status == "open"
    assert [letter.body for letter in (await post("inbox.check", agent="bob")).messages] == [
        "hello"
    ]


async def test_a_message_of_a_caller_who_has_left_is_sent_all_the_same(post: Post) -> None:
    gone = Gone()
    gone.set()
    await post.app.call(
        "message.ask",
        {"agent": "ana", "to": "bob", "body": "sure?", "wait_s": 50},
        credential=post.key,
        gone=gone,
    )
    assert [letter.body for letter in (await post("inbox.check", agent="bob")).messages] == [
        "sure?"
    ]


async def test_a_caller_who_leaves_between_a_ring_and_the_look_is_marked_nothing(
    post: Post,
) -> None:
    gone = Gone()
    waiting = asyncio.ensure_future(
        post.app.call(
            "inbox.wait",
            {"agent": "bob", "mark": "read", "wait_s": 50},
            credential=post.key,
            gone=gone,
        )
    )
    await until(lambda: post.app.bell.waiting == 1)
    # Says that the caller left, and wakes nobody: the ring of the message does.
    gone.is_set = True
    await post("message.send", agent="ana", to="bob", body="hello")
    assert (await waiting).messages == []
    assert [letter.body for letter in (await post("inbox.check", agent="bob")).messages] == [
        "hello"
    ]
