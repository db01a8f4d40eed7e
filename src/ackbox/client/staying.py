"""Staying: a socket that keeps an agent online as long as it is open.

The server checks the agent out when the socket ends, however it ends: a killed program cannot check
out. Uses only the standard library, because the bridge starts with each agent program. Explained in
docs/howto/websocket.md, "Stay online".
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from ackbox.client.http import HttpCaller, NoServer, error_of
from ackbox.client.websocket import CLOSE, TEXT, Refused, WebSocket
from ackbox.errors import AckboxError, Unavailable

CONNECT_S = 10.0
# The server sends a ping every 20 seconds.
SILENT_S = 70.0
GOODBYE_S = 1.0


class Staying:
    """One stay on a server."""

    def __init__(self, server: HttpCaller) -> None:
        self._server = server
        self._connection = server.connection(CONNECT_S)
        self._socket = WebSocket(self._connection)

    def come(self, params: dict[str, Any]) -> Any:
        """Check in with the parameters of agent.check_in, and return its reply.

        Raises NoServer and the errors of ackbox.errors.
        """
        return self._say({"id": 1, "op": "agent.check_in", "stay": True, "params": params})

    def _say(self, frame: dict[str, Any]) -> Any:
        try:
            key = self._server.key
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            self._socket.open(self._server.path("/ws"), headers)
            self._socket.send(TEXT, json.dumps(frame).encode())
            reply = json.loads(self._socket.next_text())
        except Refused as refused:
            raise _refusal(refused.status, refused.body) from None
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

    def follow(self, params: dict[str, Any]) -> None:
        """Request the events of an inbox, unless the parameters say of what; `hold` says when one
        has come.
        """
        with suppress(OSError, AttributeError):
            frame = {"id": 2, "subscribe": {"of": "inbox", **params}}
            self._socket.send(TEXT, json.dumps(frame).encode())

    def hold(self, heard: Callable[[], None] = lambda: None) -> None:
        """Return when the socket has ended; call `heard` at each frame."""
        with suppress(OSError, EOFError, ValueError, AttributeError):
            self._connection.sock.settimeout(SILENT_S)
            while True:
                self._socket.next_text()
                heard()

    def go(self, *, wait: bool = False) -> None:
        """End the stay; with `wait`, wait briefly until the server has noticed."""
        with suppress(OSError, AttributeError):
            self._connection.sock.settimeout(GOODBYE_S)
            self._socket.send(CLOSE, struct.pack("!H", 1000))
            if wait:
                # Another thread may be reading, so shut down the socket that it reads.
                self._connection.sock.shutdown(socket.SHUT_WR)
                while self._connection.sock.recv(4096):
                    pass
            self._connection.sock.shutdown(socket.SHUT_RDWR)


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
