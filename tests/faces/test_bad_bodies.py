"""Bodies that nobody should send, to every door: one error where the answer is ours, and
nothing is half-stored.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ackbox.model.key import mint
from tests.command import Command
from tests.serving import Served, serving
from tests.walls.places import rows_of

pytestmark = pytest.mark.anyio
DOORS = {"own": "/v1/messages", "call": "/v1/call/message.send", "mcp": "/mcp"}
HUGE = 100_000_000
GROWTH = 32 << 20
ACCEPT = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


def sending(door: str, metadata: str) -> bytes:
    """The bytes of a send through one door, with metadata as it is written."""
    asked = f'{{"agent": "ana", "to": "bob", "body": "x", "metadata": {metadata}}}'
    if door != "mcp":
        return asked.encode()
    return (
        '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "send",'
        f' "arguments": {asked}}}}}'.encode()
    )


BODIES: dict[str, Callable[[str], bytes]] = {
    "cut off": lambda door: sending(door, '{"a": 1}')[:-3],
    "not JSON": lambda door: b"to=bob&body=x",
    "not UTF-8": lambda door: sending(door, '{"a": "?"}').replace(b"?", b"\xff"),
    "two objects": lambda door: sending(door, "{}") * 2,
    "a list": lambda door: b"[" + sending(door, "{}") + b"]",
    "10,000 deep": lambda door: sending(door, "[" * 10_000 + "]" * 10_000),
    "10,000 objects deep": lambda door: sending(door, '{"a":' * 10_000 + "1" + "}" * 10_000),
    "10,000 deep and cut off": lambda door: sending(door, "[" * 10_000),
    "one byte too many": lambda door: sending(door, json.dumps({"a": "x" * (1 << 20)})),
}


@pytest.fixture
async def served(database: str) -> AsyncIterator[tuple[Served, str]]:
    async with serving(database) as it:
        # Something of every kind is there already, and the index of words is up to it.
        sent = await it.app.call(
            "message.send", {"agent": "ana", "to": ["bob", "carl"], "body": "x"}, credential=it.key
        )
        await it.app.call(
            "receipt.mark", {"agent": "bob", "ids": [sent.id], "mark": "read"}, credential=it.key
        )
        await it.app.call("message.search", {"agent": "ana", "query": "x"}, credential=it.key)
        yield it, database


async def counts(database: str) -> dict[str, int]:
    # Last-seen times are written after the calls, with a short delay.
    return {
        table: len(rows) for table, rows in (await rows_of(database)).items() if table != "presence"
    }


async def post(url: str, door: str, body: bytes, key: str) -> tuple[int, Any]:
    async with httpx2.AsyncClient(timeout=30) as http:
        answer = await http.post(
            url + DOORS[door],
            content=body,
            headers={**ACCEPT, "Authorization": f"Bearer {key}"},
        )
    assert "Traceback" not in answer.text and 'File "' not in answer.text
    return answer.status_code, answer.json()


def is_our_error(answer: Any) -> bool:
    error = answer.get("error", {})
    return (
        set(answer) == {"error"}
        and set(error) >= {"code", "message", "hint", "details"}
        and bool(error["message"])
    )


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("fault", BODIES)
async def test_a_broken_body_is_refused_and_stores_nothing(
    served: tuple[Served, str], fault: str, door: str
) -> None:
    server, database = served
    before = await counts(database)
    status, answer = await post(server.url, door, BODIES[fault](door), server.key)
    if door == "mcp" and fault != "one byte too many":
        # The answer is the SDK's, in the words of its protocol.
        assert (status, "result" in answer) == (400, False)
    else:
        assert is_our_error(answer)
        assert (status, answer["error"]["code"]) == (
            (413, "too_long") if fault == "one byte too many" else (400, "invalid")
        )
    assert await counts(database) == before
    assert (
        await server.app.call(
            "message.send", {"agent": "ana", "to": "bob", "body": "after"}, credential=server.key
        )
    ).recipient_count == 1


@pytest.mark.parametrize("door", DOORS)
async def test_a_wrong_or_revoked_key_is_refused_with_any_body(
    served: tuple[Served, str], door: str
) -> None:
    server, database = served
    made = await server.app.call("key.create", {"name": "ana"}, credential=server.key)
    await server.app.call("key.revoke", {"id": made.id}, credential=server.key)
    before = await counts(database)
    for key, said in (
        (made.key, "This key has been revoked."),
        (mint("agt").reveal(), "This key is unknown."),
    ):
        for body in (sending(door, "{}"), b"{", b""):
            status, answer = await post(server.url, door, body, key)
            assert (status, is_our_error(answer), answer["error"]["code"]) == (
                401,
                True,
                "unauthenticated",
            )
            assert answer["error"]["message"] == said
    assert await counts(database) == before


async def pour(url: str, head: bytes, chunked: bool) -> tuple[int, bytes]:
    """Send a hundred million bytes, or as many as are taken; return status and body.

    The answer is read while the body goes out, since the server soon takes no more of it; it is
    waited for when as much has gone as
    tells that it will be too much: the head of a declared body, nine million bytes of another.
    """
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    part = b"x" * 65_536
    piece = b"%x\r\n%s\r\n" % (len(part), part) if chunked else part
    answering = asyncio.create_task(_answer(reader))
    writer.write(head)
    went, enough = 0, 9_000_000 if chunked else 0
    try:
        while went < HUGE:
            if went >= enough:
                await asyncio.wait_for(asyncio.shield(answering), 30)
            writer.write(piece)
            await writer.drain()
            went += len(part)
    except ConnectionError:
        pass
    answer = await asyncio.wait_for(answering, 30)
    writer.close()
    return answer


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    size = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
    return int(head.split(" ")[1]), await reader.readexactly(size)


def memory(pid: int) -> int:
    """Return the most bytes of memory that a process has had."""
    line = next(
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("length", ["declared", "chunked"])
@pytest.mark.parametrize("door", DOORS)
async def test_a_body_of_100_mb_is_refused_early_and_not_kept_in_memory(
    tmp_path: Path, door: str, length: str
) -> None:
    command = Command(tmp_path)
    started = await asyncio.to_thread(command.up)
    try:
        key = (command.data / "operator.key").read_text().strip()
        host = started["url"].removeprefix("http://")
        how = f"Content-Length: {HUGE}" if length == "declared" else "Transfer-Encoding: chunked"
        lines = [
            f"POST {DOORS[door]} HTTP/1.1",
            f"Host: {host}",
            f"Authorization: Bearer {key}",
            how,
            *(f"{name}: {value}" for name, value in ACCEPT.items()),
        ]
        # A door loads its libraries with its first request.
        await post(started["url"], door, sending(door, "{}"), key)
        before = memory(started["pid"])
        status, body = await pour(
            started["url"], "\r\n".join([*lines, "", ""]).encode(), length == "chunked"
        )
        assert status == 413
        assert is_our_error(json.loads(body))
        assert json.loads(body)["error"]["code"] == "too_long"
        assert memory(started["pid"]) - before < GROWTH
    finally:
        await asyncio.to_thread(command.stop)
