"""Ways to Codex: its app server, which plain terminals share, and the queue of other terminals.

At the app server the messages go with the wake, as the output of a tool: neither the user's words
nor the developer's. The queue takes a notice, as the user. Measured with 0.171.0.
Explained in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

from ackbox.client.program_process import program_words, session_copy_id
from ackbox.client.websocket import TEXT, Refused, WebSocket
from ackbox.faces.stdio_bridge.waking import Way

SOCKET = "app-server-control/app-server-control.sock"
ANSWER_S = 5.0
TOOL = "ackbox_messages"
QUEUE_S = 20.0
ENDS_WITH_TURN = frozenset({"exec", "e", "review"})


class CodexWays:
    """The ways to the sessions that the app server of this user has open."""

    program = "codex"

    def __init__(self, *, is_shared: bool) -> None:
        home = os.environ.get("CODEX_HOME") or os.path.expanduser("~/.codex")
        self._path = os.path.join(home, SOCKET)
        self._is_shared = is_shared
        self._own: str | None = None
        self._queue_command: list[str] | None = None

    def sessions(self) -> list[str | None]:
        if not self._is_shared:
            return [None]
        if self._own is not None:
            return [self._own]
        # No call has named the session of this bridge yet. Those of its agent are known to the
        # server, which wakes each only once.
        return [None, *self._loaded()]

    def session_of(self, meta: dict[str, Any]) -> str | None:
        thread = meta.get("threadId")
        if not isinstance(thread, str) or not thread:
            return None
        self._own = thread
        return session_copy_id(self.program, thread) if self._is_shared else None

    def live(self, session: str | None) -> list[Way]:
        if session is None:
            is_queue = not self._is_shared and self._has_queue()
            return [Way("queue", self._queue)] if is_queue else []
        if session not in self._loaded():
            return []
        return [Way("app server", lambda told: self._start(session, told), carries_text=True)]

    def close(self) -> None:
        pass

    def _has_queue(self) -> bool:
        """Whether this Codex has a queue, and a terminal that looks at it."""
        if self._queue_command is None:
            # `codex exec` ends with its turn; what is queued for it would wait for a resumption.
            is_terminal = not ENDS_WITH_TURN & {*program_words()[1:]}
            found = shutil.which("codex") if is_terminal else None
            has_queue = found is not None and _runs([found, "queue", "--help"])
            self._queue_command = [found, "queue"] if found is not None and has_queue else []
        return bool(self._queue_command)

    def _queue(self, told: dict[str, Any]) -> bool:
        named = ["--thread", told["program_session"], "--message", told["text"]]
        return _runs([*(self._queue_command or []), *named])

    def _loaded(self) -> list[str]:
        found = self._ask("thread/loaded/list", {})
        data = found.get("data") if isinstance(found, dict) else None
        return [each for each in data if isinstance(each, str)] if isinstance(data, list) else []

    def _start(self, session: str, told: dict[str, Any]) -> bool:
        output = {"name": TOOL, "output": told["text"], "retain": True}
        params = {"threadId": session, "input": [], "toolOutput": output}
        return self._ask("turn/start", params) is not None

    def _ask(self, method: str, params: dict[str, Any]) -> Any:
        """Make one request of the app server; null when it does not answer or refuses."""
        connection = _UnixConnection(self._path)
        line = WebSocket(connection)
        hello = {"clientInfo": {"name": "ackbox", "version": "1"}}
        with suppress(OSError, HTTPException, Refused, EOFError, ValueError, AttributeError):
            try:
                line.open("/", {})
                for number, name, given in ((1, "initialize", hello), (2, method, params)):
                    request = {"id": number, "method": name, "params": given}
                    line.send(TEXT, json.dumps(request).encode())
                    reply = _reply(line, number)
                    if number == 1:
                        line.send(TEXT, json.dumps({"method": "initialized"}).encode())
                return reply.get("result")
            finally:
                connection.close()
        return None


def _runs(words: list[str]) -> bool:
    """Run a command of Codex; returns whether it succeeded."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=QUEUE_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _reply(line: WebSocket, number: int) -> dict[str, Any]:
    """Return the reply to a request; notifications may come before it."""
    while True:
        found = json.loads(line.next_text())
        if isinstance(found, dict) and found.get("id") == number and "method" not in found:
            return found


class _UnixConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_S)
        self.sock.connect(self._path)
