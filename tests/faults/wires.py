"""Raw connections of clients that do as they like, and what the machine knows about the server.

A connection counts as open as long as a process holds the server's end of it: Linux lists that in
/proc/net/tcp, also for
a client that reads nothing and so cannot notice the end. Memory is the server's resident set.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import socket
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

from ackbox.client.http import HttpCaller

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
KEPT_BYTES = 64 * 1024


@dataclass
class Aim:
    """The server to attack, and the keys that the attacker has: of a workspace of its own."""

    host: str
    port: int
    pid: int
    key: str = ""
    read_only: str = ""
    admin: str = ""
    # Another tenant's, and for what must be set up.
    neighbour: str = ""
    operator: HttpCaller | None = None

    def request(
        self,
        method: str,
        path: str,
        *lines: str,
        key: str = "",
        host: str = "",
        length: int | None = None,
        body: bytes = b"",
    ) -> bytes:
        """Return a request; `length` announces more than is there, -1 announces chunks."""
        own = [f"{method} {path} HTTP/1.1", f"Host: {host or f'{self.host}:{self.port}'}"]
        own += [f"Authorization: Bearer {key}"] if key else []
        if method != "GET":
            own += ["Content-Type: application/json"]
            own += (
                ["Transfer-Encoding: chunked"]
                if length == -1
                else [f"Content-Length: {len(body) if length is None else length}"]
            )
        return "\r\n".join([*own, *lines, "", ""]).encode() + body


class Gone(Exception):
    """The server has closed the connection."""


@dataclass
class Wire:
    """One connection. It reads by itself unless `reads` is false."""

    sock: socket.socket
    opened_at: float
    port: int
    received: bytes = b""
    size: int = 0
    clock_from: float | None = None
    held_at: float = 0.0
    is_ended: bool = False
    is_forgotten: bool = False
    was_held: bool = False
    is_let_go: bool = False
    reading: asyncio.Task[None] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def open(
        cls, host: str, port: int, *, reads: bool = True, receive_bytes: int = 0
    ) -> Wire:
        sock = socket.socket()
        sock.setblocking(False)
        if receive_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        try:
            async with asyncio.timeout(10):
                await asyncio.get_running_loop().sock_connect(sock, (host, port))
        except BaseException:
            sock.close()
            raise
        wire = cls(sock, time.monotonic(), sock.getsockname()[1])
        wire.held_at = wire.opened_at
        if reads:
            wire.reading = asyncio.create_task(wire._read())
        return wire

    @property
    def statuses(self) -> list[int]:
        return [int(found) for found in STATUS.findall(self.received)]

    @property
    def open_s(self) -> float:
        """How long the server held the connection, from the moment when its deadline begins."""
        return max(self.held_at - (self.clock_from or self.opened_at), 0.0)

    def start_clock(self) -> None:
        """The deadline runs from now on, and not from the start of the connection."""
        self.clock_from = time.monotonic()

    async def send(self, data: bytes) -> None:
        """Send bytes as they are. Raises Gone."""
        if self.is_ended:
            raise Gone
        try:
            await asyncio.get_running_loop().sock_sendall(self.sock, data)
        except OSError:
            self.is_ended = True
            raise Gone from None

    async def answer(self, within_s: float = 10.0, *, of: int = 1) -> int:
        """Return the status of an answer, 0 when none came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(self.statuses) < of and not self.is_ended:
                    self.arrived.clear()
                    await self.arrived.wait()
        return self.statuses[of - 1] if len(self.statuses) >= of else 0

    async def body(self, within_s: float = 10.0) -> bytes:
        """Return the body of the first answer, which may come after its head.

        TimeoutError when it does not come whole.
        """
        async with asyncio.timeout(within_s):
            while True:
                head, _, body = self.received.partition(b"\r\n\r\n")
                size = head.lower().partition(b"content-length:")[2].partition(b"\r")[0].strip()
                if size.isdigit() and len(body) >= int(size):
                    return bytes(body[: int(size)])
                self.arrived.clear()
                await self.arrived.wait()

    async def silence(self) -> None:
        """Say nothing until the server closes."""
        while not (self.is_ended or self.is_let_go):
            await asyncio.sleep(0.05)

    def end(self, *, reset: bool = False) -> None:
        """Close this side; with `reset` as a process that was killed with data unread does."""
        if reset:
            with contextlib.suppress(OSError):
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self.reading is not None:
            self.reading.cancel()
        if self.sock.fileno() >= 0:
            # A task that still sends or receives on it would be left with a number that the next
            # connection gets.
            loop = asyncio.get_running_loop()
            loop.remove_reader(self.sock)
            loop.remove_writer(self.sock)
            self.sock.close()
        self.is_ended = True

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        data = b"-"
        while data:
            try:
                data = await loop.sock_recv(self.sock, 65536)
            except OSError:
                data = b""
            self.size += len(data)
            self.received += data[: KEPT_BYTES - len(self.received)]
            self.arrived.set()
        self.is_ended = True
        self.arrived.set()


def handshake(aim: Aim, *lines: str, key: str = "") -> bytes:
    nonce = base64.b64encode(os.urandom(16)).decode()
    own = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        *(lines or ("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {nonce}")),
    ]
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


def held_ports(server_port: int) -> set[int]:
    """Return the client ports of connections whose other end a process holds."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if int(parts[1].rpartition(":")[2], 16) == server_port and parts[9] != "0":
            found.add(int(parts[2].rpartition(":")[2], 16))
    return found


def memory_of(pid: int) -> int:
    """Return a process's resident bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors_of(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))
