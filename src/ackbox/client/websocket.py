"""WebSocket: the frames of one connection, with the standard library only.

For the bridge, which starts with each agent program. One thread reads; any thread may send.
Explained in docs/howto/websocket.md.
"""

from __future__ import annotations

import base64
import os
import struct
import threading
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import IO

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The server answered the handshake with another status; with its body."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"the handshake was answered with {status}")
        self.status, self.body = status, body


class WebSocket:
    """One WebSocket over an HTTP connection."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection
        self._frames: IO[bytes] | None = None
        self._sending = threading.Lock()

    def open(self, path: str, headers: Mapping[str, str]) -> None:
        """Shake hands. Raises Refused, OSError, HTTPException."""
        connection = self.connection
        connection.putrequest("GET", path)
        own = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        for name, value in {**own, **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        if answer.status != 101:
            raise Refused(answer.status, answer.read())
        # Owned by the response: bytes that came with its head would be lost on the bare socket.
        self._answer, self._frames = answer, answer.fp

    def next_text(self) -> bytes:
        """Return the next text; reply to pings. Raises EOFError at the end."""
        while True:
            first, second = self._read(2)
            size = second & 0x7F
            if size > 125:
                size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
            payload = self._read(size)
            if first & 0x0F == PING:
                self.send(PONG, payload)
            elif first & 0x0F == CLOSE:
                raise EOFError
            elif first & 0x0F == TEXT:
                return payload

    def send(self, kind: int, payload: bytes) -> None:
        """Send a frame, masked as a client does. Raises OSError."""
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = bytes((0x80 | kind, 0x80 | size))
        elif size < 1 << 16:
            head = bytes((0x80 | kind, 0xFE)) + struct.pack("!H", size)
        else:
            head = bytes((0x80 | kind, 0xFF)) + struct.pack("!Q", size)
        frame = head + mask + bytes(byte ^ mask[at & 3] for at, byte in enumerate(payload))
        with self._sending:
            self.connection.sock.sendall(frame)

    def _read(self, size: int) -> bytes:
        assert self._frames is not None
        data = self._frames.read(size)
        if len(data) < size:
            raise EOFError
        return data
