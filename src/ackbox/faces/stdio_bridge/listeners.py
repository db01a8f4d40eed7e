"""Listeners: processes of the agent program that print the notices of the bridge.

`ackbox hook PROGRAM --monitor` is such a process. It finds the bridge of its own program by a
socket that only this user can open, so it needs no connection to the server. Explained in
docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import json
import os
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from ackbox.client.program_process import HELLO, bridge_socket

TOLD_S = 2.0


class Listeners:
    """The newest listener of one program's process; the one before it is hung up."""

    def __init__(self, copy_id: str, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._path = bridge_socket(copy_id)
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if _is_taken(self._path):
            # A program that is connected and launched has two bridges: one of them wakes it.
            raise FileExistsError(self._path)
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        self._server.bind(self._path)
        self._server.listen(2)

    def run(self) -> None:
        """Take listeners until `close`."""
        with suppress(OSError):
            while True:
                line, _ = self._server.accept()
                line.settimeout(TOLD_S)
                if not _says_hello(line):
                    line.close()
                    continue
                with self._lock:
                    before, self._line = self._line, line
                if before is not None:
                    before.close()
                self._changed()

    @property
    def is_there(self) -> bool:
        """Whether a listener is connected now."""
        with self._lock:
            return self._line is not None and not _has_ended(self._line)

    def tell(self, text: str) -> bool:
        """Let the listener print a text; returns whether it has."""
        with self._lock:
            line = self._line
            if line is None:
                return False
            try:
                line.sendall(json.dumps(text).encode() + b"\n")
                if line.recv(1):
                    return True
            except OSError:
                pass
            line.close()
            self._line = None
            return False

    def close(self) -> None:
        """Hang up, and take no more listeners."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        with suppress(OSError):
            os.unlink(self._path)
        with self._lock:
            if self._line is not None:
                self._line.close()
                self._line = None


def _is_taken(path: str) -> bool:
    """Whether another bridge of the same program listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect(path)
        except OSError:
            return False
        return True


def _says_hello(line: socket.socket) -> bool:
    try:
        return line.recv(1) == HELLO
    except OSError:
        return False


def _has_ended(line: socket.socket) -> bool:
    # A listener says nothing unasked: what can be read is its end.
    return bool(select.select([line], [], [], 0)[0])
