"""Staying: a socket that keeps an agent online as long as it is open.

The server checks the agent out when the socket ends, however it ends: a killed program cannot check
out. Uses only the standard library, because the bridge starts with each agent program. Explained in
docs/howto/websocket.md, "Stay online".
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from contextlib import suppress
from http.client import HTTPException
from typing import IO, Any

from ackbox.client.http import HttpCaller, NoServer, error_of
from ackbox.errors import AckboxError, Unavailable

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
CONNECT_S = 10.0
# The server sends a ping every 20 seconds.
SILENT_S = 70.0
GOODBYE_S = 1.0


class Staying:
    """One stay on a server."""

    def __init__(self, server: HttpCaller) -> None:
        self._server = server
        self._connection = server.connection(CONNECT_S)
        self._frames: IO[bytes] | None = None

    def come(self, params: dict[str, Any]) -> Any:
        """Check in with the parameters of agent.check_in, and return its reply.

        Raises NoServer and the errors of ackbox.errors.
        """
        return self._say({"id": 1, "op": "agent.check_in", "stay": True, "params": params})

    def _say(self, frame: dict[str, Any]) -> Any:
        try:
            self._shake_hands()
            self._send(TEXT, json.dumps(frame).encode())
            reply = json.loads(self._next_text())
        except (OSError, HTTPException, ValueError, EOFError) as error:
            self._connection.close()
            raise NoServer(f"No server answers at {self._server.url} ({error}).") from None
        if reply.get("error") is not None:
            self.go()
            raise error_of(reply["error"])
        return reply["result"]

    def ask(self) -> Any:
        """Open the socket and request the identity of its key, without staying.

        Raises NoServer and the errors of ackbox.errors.
        """
        return self._say({"id": 1, "op": "agent.whoami", "params": {}})

    def hold(self) -> None:
        """Return when the socket has ended."""
        with suppress(OSError, EOFError, ValueError, AttributeError):
            self._connection.sock.settimeout(SILENT_S)
            while True:
                self._next_text()

    def go(self, *, wait: bool = False) -> None:
        """End the stay; with `wait`, wait briefly until the server has noticed."""
        with suppress(OSError, AttributeError):
            self._connection.sock.settimeout(GOODBYE_S)
            self._send(CLOSE, struct.pack("!H", 1000))
            if wait:
                # Another thread may be reading, so shut down the socket that it reads.
                self._connection.sock.shutdown(socket.SHUT_WR)
                while self._connection.sock.recv(4096):
                    pass
            self._connection.sock.shutdown(socket.SHUT_RDWR)

    def _shake_hands(self) -> None:
        connection = self._connection
        connection.putrequest("GET", self._server.path("/ws"))
        headers = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        if self._server.key:
            headers["Authorization"] = f"Bearer {self._server.key}"
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        if answer.status != 101:
            raise _refusal(answer.status, answer.read())
        # Owned by the response: bytes that came with its head would be lost on the bare socket.
        self._answer, self._frames = answer, answer.fp

    def _next_text(self) -> bytes:
        """Return the next text; reply to pings. Raises EOFError at the end."""
        while True:
            first, second = self._read(2)
            size = second & 0x7F
            if size > 125:
                size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
            payload = self._read(size)
            if first & 0x0F == PING:
                self._send(PONG, payload)
            elif first & 0x0F == CLOSE:
                raise EOFError
            elif first & 0x0F == TEXT:
                return payload

    def _read(self, size: int) -> bytes:
        assert self._frames is not None
        data = self._frames.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _send(self, kind: int, payload: bytes) -> None:
        mask = os.urandom(4)
        size = len(payload)
        head = (
            bytes((0x80 | kind, 0x80 | size))
            if size < 126
            else bytes((0x80 | kind, 0xFE)) + struct.pack("!H", size)
        )
        self._connection.sock.sendall(
            head + mask + bytes(byte ^ mask[at & 3] for at, byte in enumerate(payload))
        )


def probe(server: HttpCaller) -> None:
    """Open a WebSocket, make one call, and close it.

    Raises NoServer and the errors of ackbox.errors.
    """
    opened = Staying(server)
    opened.ask()
    opened.go()


def _refusal(status: int, body: bytes) -> AckboxError:
    try:
        return error_of(json.loads(body)["error"], status)
    except (ValueError, KeyError, TypeError):
        return Unavailable(
            f"The server answered {status} to the handshake.",
            hint="Check that the URL is that of an ackbox server.",
        )
