"""Client shapes: how slow, broken and greedy clients talk, what each must be answered, and when it must be gone.

A shape is a function that talks on one raw connection. It ends when the server closes (Gone), or when it has done what it does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.wires import Aim, Gone, Wire

# The server's deadlines, as docs/why/serving.md has them.
AT_ONCE_S, HEAD_S, BODY_S, STALL_S = 1.0, 5.0, 20.0, 20.0
MIB = 1 << 20
INITIALIZE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "flood", "version": "1"}}}).encode()

Talk = Callable[[Wire, Aim], Awaitable[None]]


@dataclass(frozen=True)
class Shape:
    """How one kind of client talks; `answers` are the statuses that are right, 0 for none; no deadline, when the client ends it."""

    name: str
    talk: Talk
    answers: frozenset[int]
    deadline_s: float | None
    count: int = 40
    reads: bool = True


# --- slow ---


async def silent(wire: Wire, aim: Aim) -> None:
    await wire.silence()


async def slow_head(wire: Wire, aim: Aim) -> None:
    for byte in aim.request("GET", "/v1/me", "X-Slow: " + "a" * 500):
        await wire.send(bytes((byte,)))
        await asyncio.sleep(0.3)


async def head_then_end(wire: Wire, aim: Aim) -> None:
    """Half a head, and the end of the client's side of the stream."""
    await wire.send(b"GET /v1/me HTTP/1.1\r\nHos")
    wire.sock.shutdown(1)
    await wire.silence()


async def slow_body(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=100_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def slow_body_without_key(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", length=100_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def slow_login(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/login", length=1_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def slow_mcp_body(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/mcp", "Accept: application/json, text/event-stream", key=aim.key, length=100_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def promise(wire: Wire, aim: Aim) -> None:
    """Announce a body, ask whether it may come, and send nothing."""
    await wire.send(aim.request("POST", "/v1/messages", "Expect: 100-continue", key=aim.key, length=1000))
    await wire.silence()


async def reads_nothing(wire: Wire, aim: Aim) -> None:
    """Ask for far more than the buffers hold, and read none of it."""
    for _ in range(400):
        await wire.send(aim.request("GET", "/openapi.json"))
    await wire.silence()


async def reads_a_trickle(wire: Wire, aim: Aim) -> None:
    asking = asyncio.create_task(reads_nothing(wire, aim))
    try:
        while True:
            try:
                data = await asyncio.get_running_loop().sock_recv(wire.sock, 500)
            except OSError:
                raise Gone from None
            if not data:
                raise Gone
            await asyncio.sleep(0.5)
    finally:
        asking.cancel()


# --- bodies without an end ---


async def _pour(wire: Wire, piece: bytes) -> None:
    while True:
        await wire.send(piece)
        await asyncio.sleep(0)


async def endless_trailers(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1) + b"17\r\n" + b'{"to":"bob","body":"x"}' + b"\r\n0\r\n")
    await _pour(wire, b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(60)))


async def endless_trailers_to_another_host(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", host="evil.example", length=-1) + b"1\r\nx\r\n0\r\n")
    await _pour(wire, b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(60)))


async def one_endless_trailer(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/hooks/in/x", length=-1) + b"1\r\nx\r\n0\r\nX: ")
    await _pour(wire, b"y" * 60_000)


async def slow_trailers(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1) + b"17\r\n" + b'{"to":"bob","body":"x"}' + b"\r\n0\r\nX: ")
    while True:
        await wire.send(b"y")
        await asyncio.sleep(0.5)


async def endless_extension(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1) + b"17;")
    await _pour(wire, b"y" * 60_000)


async def endless_extension_without_key(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", length=-1) + b"17;")
    await _pour(wire, b"y" * 60_000)


async def many_extensions(wire: Wire, aim: Aim) -> None:
    """Chunks of a byte, each with an extension that is within every limit."""
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1))
    await _pour(wire, (b"1;" + b"y" * 1000 + b"\r\n \r\n") * 50)


async def slow_extension(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1) + b"17;")
    while True:
        await wire.send(b"y")
        await asyncio.sleep(0.5)


async def endless_zeros(wire: Wire, aim: Aim) -> None:
    """A chunk's size that never gets to its first digit."""
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1))
    await _pour(wire, b"0" * 60_000)


async def crumbs(wire: Wire, aim: Aim) -> None:
    """A body in chunks of one byte."""
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1))
    await _pour(wire, b"1\r\n \r\n" * 4000)


# --- the answer comes first ---


async def early_answer_then_silence(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", length=MIB - 1) + b'{"to":')
    await wire.silence()


async def early_answer_then_more(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", host="evil.example", length=1 << 40))
    await _pour(wire, b"y" * 60_000)


async def early_answer_unread(wire: Wire, aim: Aim) -> None:
    """As the one before, by a client that reads nothing: it cannot know that it was answered."""
    await early_answer_then_silence(wire, aim)


async def too_long(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=100 * MIB))
    await _pour(wire, b"y" * 60_000)


# --- uploads ---


async def upload_and_vanish(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=MIB - 1) + b"y" * (MIB // 2))
    wire.end(reset=True)


async def anonymous_upload(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages/many", length=7 * MIB) + b"y" * (7 * MIB - 1))
    await wire.silence()


async def anonymous_upload_by_name(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/call/workspace.import", length=7 * MIB) + b"y" * (7 * MIB - 1))
    await wire.silence()


async def anonymous_numbers(wire: Wire, aim: Aim) -> None:
    """What is quick to send and slow to parse."""
    await wire.send(aim.request("POST", "/v1/call/message.send", body=b"[" + b"0," * (MIB // 2 - 2) + b"0]"))
    await wire.answer()
    wire.end()


async def anonymous_marks(wire: Wire, aim: Aim) -> None:
    """Combining marks, which are slow to order: as a webhook's id, for which nobody needs a key."""
    text = json.dumps({"id": "x" + "\u0301" * 50_000 + "\u0327" * 50_000, "headers": {}, "body": ""}).encode()
    await wire.send(aim.request("POST", "/v1/call/webhook.receive", body=text))
    await wire.answer(60)
    wire.end()


async def marks_in_headers(wire: Wire, aim: Aim) -> None:
    """The same in what a signature's header and the one who calls are named as."""
    marks = "x" + "%CC%81%CC%A7" * 1000
    await wire.send(aim.request("POST", "/v1/messages", f"Ackbox-Agent: {marks}", key=aim.key, body=b'{"to":"bob","body":"x"}'))
    await wire.answer(60)
    wire.end()


async def deep(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, body=b'{"metadata":' + b"[" * 100_000))
    await wire.answer()
    wire.end()


async def long_head(wire: Wire, aim: Aim) -> None:
    await wire.send(b"GET /" + b"a" * 200_000)
    await wire.silence()


async def many_headers(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("GET", "/healthz", *(f"X-{n}: 1" for n in range(10_000))))
    await wire.silence()


# --- floods ---


async def pipeline(wire: Wire, aim: Aim) -> None:
    """Thousands of requests at once, answers unread."""
    for _ in range(100):
        await wire.send(aim.request("GET", "/v1/me") * 200)
    await wire.silence()


async def pipeline_of_posts(wire: Wire, aim: Aim) -> None:
    """Requests with bodies behind one that takes its time."""
    body = json.dumps({"wait_s": 30}).encode()
    await wire.send(aim.request("POST", "/v1/inbox/wait", key=aim.key, body=body))
    for _ in range(64):
        await wire.send(aim.request("POST", "/v1/messages", key=aim.key, body=b"y" * (MIB - 1)))
    await wire.silence()


async def wrong_keys(wire: Wire, aim: Aim) -> None:
    for number in range(200):
        await wire.send(aim.request("GET", "/v1/me", key=f"abx_agt_{number:011d}" + "0" * 49))
        await wire.answer(of=number + 1)
    wire.end()


async def initialize(wire: Wire, aim: Aim) -> None:
    """Open MCP sessions in a loop, with a key that may only read."""
    request = aim.request("POST", "/mcp", "Accept: application/json, text/event-stream", key=aim.read_only, body=INITIALIZE)
    for number in range(150):
        await wire.send(request)
        await wire.answer(of=number + 1)
    wire.end()


async def slow_stream(wire: Wire, aim: Aim) -> None:
    """Hold a stream of MCP and read none of it."""
    accept = "Accept: text/event-stream"
    await wire.send(aim.request("GET", "/mcp", accept, key=aim.read_only))
    await asyncio.sleep(3)
    wire.end()


async def waits_with_much(wire: Wire, aim: Aim) -> None:
    """A wait whose request was a megabyte: what it does not need must not stay in memory."""
    await wire.send(aim.request("POST", "/v1/inbox/wait", key=aim.key, body=b'{"wait_s":4' + b" " * (MIB - 40) + b"}"))
    await wire.answer()
    wire.end()


# --- sockets ---


def handshake(aim: Aim, *lines: str, key: str = "") -> bytes:
    nonce = base64.b64encode(os.urandom(16)).decode()
    own = ["Upgrade: websocket", "Connection: Upgrade", *(lines or ("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {nonce}"))]
    return aim.request("GET", "/ws", *own, key=key)


def frame(opcode: int, data: bytes, *, final: bool = True, size: int | None = None) -> bytes:
    """Return a frame as clients send it, masked with zeros."""
    told = len(data) if size is None else size
    if told < 126:
        head = struct.pack("!BB", opcode | (0x80 if final else 0), 0x80 | told)
    elif told < 1 << 16:
        head = struct.pack("!BBH", opcode | (0x80 if final else 0), 0x80 | 126, told)
    else:
        head = struct.pack("!BBQ", opcode | (0x80 if final else 0), 0x80 | 127, told)
    return head + b"\0\0\0\0" + data


async def ws_refused(wire: Wire, aim: Aim) -> None:
    await wire.send(handshake(aim))
    await wire.silence()


async def ws_wrong(wire: Wire, aim: Aim) -> None:
    """A handshake that is none, and silence."""
    await wire.send(handshake(aim, "Sec-WebSocket-Version: 12", key=aim.key))
    await wire.silence()


async def ws_broken(wire: Wire, aim: Aim) -> None:
    await wire.send(handshake(aim, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: x", key=aim.key))
    await wire.silence()


async def _open_ws(wire: Wire, aim: Aim) -> None:
    await wire.send(handshake(aim, key=aim.key))
    if await wire.answer() != 101:
        raise Gone
    wire.start_clock()


async def ws_silent(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.silence()


async def ws_half_a_frame(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(frame(1, b'{"id":', size=200_000))
    await wire.silence()


async def ws_endless_fragments(wire: Wire, aim: Aim) -> None:
    """A message in empty pieces, without an end."""
    await _open_ws(wire, aim)
    await wire.send(frame(1, b"", final=False))
    await _pour(wire, frame(0, b"", final=False) * 5000)


async def ws_slow_fragments(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(frame(1, b"{", final=False))
    while True:
        await asyncio.sleep(0.5)
        await wire.send(frame(0, b" ", final=False))


async def ws_pings(wire: Wire, aim: Aim) -> None:
    """Pings whose answers are not read."""
    await _open_ws(wire, aim)
    await _pour(wire, frame(9, b"p" * 125) * 500)


async def ws_too_long(wire: Wire, aim: Aim) -> None:
    await _open_ws(wire, aim)
    await wire.send(frame(1, b"", size=1 << 62))
    await _pour(wire, b"y" * 60_000)


async def ws_reads_nothing(wire: Wire, aim: Aim) -> None:
    """Calls whose answers are not read."""
    await _open_ws(wire, aim)
    number = 0
    while True:
        number += 1
        await wire.send(frame(1, json.dumps({"id": number, "op": "message.send", "params": {"to": "bob"}}).encode()))


async def ws_waits(wire: Wire, aim: Aim) -> None:
    """As many waits as a socket takes, each brought in a frame as long as may be."""
    await _open_ws(wire, aim)
    for number in range(256):
        text = json.dumps({"id": number, "op": "inbox.wait", "params": {"wait_s": 4, "x" * 200_000: 1}}).encode()
        await wire.send(frame(1, text))
    await asyncio.sleep(3)
    wire.end()


def _shape(talk: Talk, answers: set[int], deadline_s: float | None, count: int = 40, **more: object) -> Shape:
    return Shape(talk.__name__, talk, frozenset(answers), deadline_s, count, **more)  # type: ignore[arg-type]


REFUSED_HEAD = {400, 408, 431}
# Each is over at once or within the five seconds of a head when the server is right.
QUICK = (
    _shape(silent, {0, 408}, HEAD_S), _shape(slow_head, {0, 408}, HEAD_S), _shape(head_then_end, {0, 400, 408}, HEAD_S),
    _shape(slow_body_without_key, {401}, HEAD_S), _shape(early_answer_then_silence, {401}, HEAD_S), _shape(early_answer_then_more, {403, 413}, HEAD_S),
    _shape(early_answer_unread, {0}, HEAD_S, reads=False), _shape(too_long, {413}, HEAD_S, 10),
    _shape(endless_trailers, {400, 431}, HEAD_S, 6), _shape(endless_trailers_to_another_host, {403}, HEAD_S, 6),
    _shape(one_endless_trailer, {400, 401, 404, 431}, HEAD_S, 6), _shape(endless_extension, {400, 413, 431}, HEAD_S, 6),
    _shape(endless_extension_without_key, {400, 401, 413, 431}, HEAD_S, 6), _shape(many_extensions, {400, 413, 431}, HEAD_S, 6),
    _shape(endless_zeros, {400, 413, 431}, HEAD_S, 6), _shape(crumbs, {400, 413}, BODY_S, 6),
    _shape(upload_and_vanish, {0}, AT_ONCE_S), _shape(anonymous_upload, {401}, HEAD_S, 60), _shape(anonymous_upload_by_name, {401}, HEAD_S, 30),
    _shape(anonymous_numbers, {401}, AT_ONCE_S, 20), _shape(anonymous_marks, {400, 401, 404}, AT_ONCE_S, 2), _shape(marks_in_headers, {400}, AT_ONCE_S, 4),
    _shape(deep, {400}, AT_ONCE_S, 20), _shape(long_head, {400, 414, 431}, HEAD_S, 20), _shape(many_headers, {431}, HEAD_S, 10),
    _shape(ws_refused, {401}, HEAD_S), _shape(ws_wrong, {400, 426}, HEAD_S), _shape(ws_broken, {400}, HEAD_S), _shape(ws_too_long, {101}, HEAD_S, 10),
    _shape(ws_endless_fragments, {101}, HEAD_S, 4),
)
# These take the server's longer deadlines, or run as long as a flood does.
SLOW = (
    _shape(slow_body, {408}, BODY_S), _shape(slow_mcp_body, {408}, BODY_S), _shape(slow_login, {303, 400, 401, 408, 415}, BODY_S),
    _shape(promise, {100, 408, 417}, BODY_S), _shape(slow_trailers, {400, 408}, BODY_S), _shape(slow_extension, {400, 408}, BODY_S),
    _shape(reads_nothing, {0}, STALL_S + 2, reads=False), _shape(reads_a_trickle, {0}, 2 * STALL_S, reads=False),
    _shape(pipeline, {0}, STALL_S + 2, reads=False), _shape(pipeline_of_posts, {0, 200}, None, 20, reads=False),
    _shape(ws_silent, {101}, STALL_S), _shape(ws_half_a_frame, {101}, STALL_S), _shape(ws_slow_fragments, {101}, STALL_S),
    _shape(ws_pings, {101}, None, 10), _shape(ws_reads_nothing, {101}, None, 20), _shape(ws_waits, {101, 429}, None, 4),
)
FLOODS = (
    _shape(wrong_keys, {401, 429}, None, 20), _shape(initialize, {200, 202, 429}, None, 20), _shape(slow_stream, {200, 400, 405, 406, 429}, None, 60),
    _shape(waits_with_much, {200, 429}, None, 60),
)
EVERY = (*QUICK, *SLOW, *FLOODS)
