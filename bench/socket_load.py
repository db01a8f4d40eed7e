"""Load over WebSockets from a process of its own: sends pipelined on one socket, or many sockets
that each follow an inbox.

Reads a job as JSON from standard input, prints what happened as JSON. Frames are built and cut here
by hand and hardly decoded, so that the client costs little beside the server it measures.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.server import Running

Take = Callable[[bytes], None]


def masked(text: bytes) -> bytes:
    """Return a client's text frame; its mask is zero, so that masking costs nothing."""
    size = len(text)
    head = (
        bytes([0x81, 0x80 | size])
        if size < 126
        else bytes([0x81, 0x80 | 126]) + size.to_bytes(2, "big")
    )
    return head + b"\0\0\0\0" + text


class Socket(asyncio.Protocol):
    """One WebSocket, open once `opened` is done."""

    def __init__(self, port: int, key: str, take: Take) -> None:
        nonce = base64.b64encode(os.urandom(16)).decode()
        self._hello = (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection:"
            f" Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\nAuthorization:"
            f" Bearer {key}\r\n\r\n"
        ).encode()
        self._take = take
        self._data = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        data = self._data + data if self._data else data
        at = 0
        if not self.opened.done():
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._data = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:300]
            self.opened.set_result(None)
            at = end + 4
        while len(data) - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if len(data) < start + size:
                break
            if data[at] & 15 == 1:
                self._take(data[start : start + size])
            elif data[at] & 15 == 9:
                self.transport.write(
                    b"\x8a\x80\0\0\0\0"
                    if not size
                    else b"\x8a" + bytes([0x80 | size]) + b"\0\0\0\0" + data[start : start + size]
                )
            at = start + size
        self._data = data[at:]

    def say(self, frame: dict[str, Any]) -> None:
        self.transport.write(masked(json.dumps(frame).encode()))


async def connected(job: dict[str, Any], key: str, take: Take) -> Socket:
    _, socket = await asyncio.get_running_loop().create_connection(
        lambda: Socket(job["port"], key, take), "127.0.0.1", job["port"]
    )
    await socket.opened
    return socket


async def pipelined(job: dict[str, Any]) -> dict[str, Any]:
    """Send on one socket with so many calls under way at once, for so many seconds."""
    done, failed, under_way = 0, [], 0
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    start = time.perf_counter()
    until = start + job["seconds"]
    params = json.dumps(job["params"])

    def ask() -> None:
        nonlocal under_way
        under_way += 1
        socket.transport.write(
            masked(f'{{"id":{done + under_way},"op":"message.send","params":{params}}}'.encode())
        )

    def take(text: bytes) -> None:
        nonlocal done, under_way
        done, under_way = done + 1, under_way - 1
        if b'"error"' in text[:40]:
            failed.append(text[:300].decode())
        if time.perf_counter() < until:
            ask()
        elif not under_way and not over.done():
            over.set_result(None)

    socket = await connected(job, job["key"], take)
    for _ in range(job["at_once"]):
        ask()
    await over
    return {"requests": done, "per_s": done / (time.perf_counter() - start), "failed": failed[:2]}


class Pushes:
    """When each message was sent, pushed and answered, in whichever order these come."""

    def __init__(self) -> None:
        self.ready = 0
        self.asked: dict[int, float] = {}
        self.sent_at: dict[str, float] = {}
        self.took: list[float] = []
        self.answered: list[float] = []
        self._pushed_at: dict[str, float] = {}

    def take_push(self, text: bytes) -> None:
        now = time.perf_counter()
        if text.startswith(b'{"id"'):
            self.ready += 1
            return
        for event in json.loads(text)["events"]:
            self._pushed_at[event["id"]] = now
            self._pair(event["id"])

    def take_answer(self, text: bytes) -> None:
        frame = json.loads(text)
        start = self.asked.pop(frame["id"])
        self.answered.append((time.perf_counter() - start) * 1000)
        self.sent_at[frame["result"]["id"]] = start
        self._pair(frame["result"]["id"])

    def _pair(self, id: str) -> None:
        if id in self.sent_at and id in self._pushed_at:
            self.took.append((self._pushed_at.pop(id) - self.sent_at.pop(id)) * 1000)


async def pushed(job: dict[str, Any]) -> dict[str, Any]:
    """Follow so many inboxes, each on its own socket, send to them at a steady rate, and time
    each push from the moment of its send.
    """
    pushes = Pushes()
    sockets = []
    for number in range(job["sockets"]):
        socket = await connected(job, job["key"], pushes.take_push)
        socket.say({"id": 1, "subscribe": {"of": "inbox", "agent": f"a{number}"}})
        sockets.append(socket)
    while pushes.ready < job["sockets"]:
        await asyncio.sleep(0.02)
    sender = await connected(job, job["key"], pushes.take_answer)
    start, number = time.perf_counter(), 0
    while (now := time.perf_counter()) < start + job["seconds"]:
        while number < (now - start) * job["per_s"]:
            pushes.asked[number] = time.perf_counter()
            letter = {
                "agent": "sender",
                "to": f"a{number * 7 % job['sockets']}",
                "body": job["body"],
            }
            sender.say({"id": number, "op": "message.send", "params": letter})
            number += 1
        await asyncio.sleep(0.001)
    while pushes.asked or pushes.sent_at:
        await asyncio.sleep(0.02)
    took, answered = sorted(pushes.took), sorted(pushes.answered)
    return {
        "requests": number,
        "failed": [],
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[int(len(took) * 0.99)],
        "answer_p50_ms": answered[len(answered) // 2],
        "answer_p99_ms": answered[int(len(answered) * 0.99)],
    }


async def sleeping(job: dict[str, Any]) -> dict[str, Any]:
    """Follow a workspace on so many sockets while one more takes nothing, send at a steady
    rate, and note each one's longest silence.
    """
    heard = [0.0] * job["sockets"]
    silence = [0.0] * job["sockets"]
    events = [0] * job["sockets"]

    def receiver(number: int) -> Take:
        def take(text: bytes) -> None:
            now = time.perf_counter()
            if not text.startswith(b'{"id"'):
                silence[number] = max(
                    silence[number], now - heard[number] if heard[number] else 0.0
                )
                heard[number] = now
                events[number] += text.count(b'"message.sent"')

        return take

    sleeper = await connected(job, job["key"], lambda text: None)
    # Many feeds on one socket: what the operating system keeps for a reader is soon full.
    for id in range(24):
        sleeper.say({"id": id, "subscribe": {"kinds": ["message.sent"], "join_ms": 0}})
    await asyncio.sleep(0.5)
    sleeper.transport.pause_reading()
    for number in range(job["sockets"]):
        (await connected(job, job["key"], receiver(number))).say(
            {"id": 1, "subscribe": {"kinds": ["message.sent"], "join_ms": 50}}
        )
    done = 0

    def answered(text: bytes) -> None:
        nonlocal done
        done += 1

    sender, sent = await connected(job, job["key"], answered), 0
    await asyncio.sleep(0.5)
    start = time.perf_counter()
    while (now := time.perf_counter()) < start + job["seconds"]:
        while sent < (now - start) * job["per_s"]:
            sender.say(
                {
                    "id": sent,
                    "op": "message.send",
                    "params": {"agent": "ana", "to": "bob", "body": f"{sent} {job['body']}"},
                }
            )
            sent += 1
        await asyncio.sleep(0.002)
    while done < sent or min(events) < sent:
        await asyncio.sleep(0.05)
    return {"requests": sent, "failed": [], "silence_ms": max(silence) * 1000}


def run(server: Running, kind: str, **job: Any) -> dict[str, Any]:
    """Put a load on a server from another process. Exits when anything was refused."""
    given = json.dumps({"kind": kind, "port": server.port, "key": server.key, **job})
    done = subprocess.run(
        [sys.executable, "-m", "bench.socket_load"],
        input=given,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    outcome: dict[str, Any] = json.loads(done.stdout)
    if outcome["failed"]:
        raise SystemExit(f"refused: {outcome['failed'][0]}")
    return outcome


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(
        json.dumps(
            asyncio.run(
                {"pipelined": pipelined, "pushed": pushed, "sleeping": sleeping}[asked["kind"]](
                    asked
                )
            )
        )
    )
