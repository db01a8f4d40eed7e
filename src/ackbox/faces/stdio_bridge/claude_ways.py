"""Ways to Claude Code: a monitor of our plugin, and the inbox socket that its session listens on.

Claude Code labels the monitor's lines as notifications, not as user input. Claude Code holds a
message to the inbox socket back in some modes, except from a child of the session, as this bridge
is. Measured with 2.1.332. Explained in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any

from ackbox.faces.stdio_bridge.listeners import Listeners
from ackbox.faces.stdio_bridge.waking import Way

SIGNAL_S = 2.0


class ClaudeWays:
    """The ways to the session that started this bridge."""

    program = "claude"

    def __init__(self, listeners: Listeners | None) -> None:
        self._listeners = listeners
        self._inbox = os.environ.get("CLAUDE_CODE_MESSAGING_SOCKET", "")
        self._token = os.environ.get("CLAUDE_CODE_MESSAGING_TOKEN", "")

    def sessions(self) -> list[str | None]:
        return [None]

    def session_of(self, meta: dict[str, Any]) -> str | None:
        return None

    def live(self, session: str | None) -> list[Way]:
        found = []
        if self._listeners is not None and self._listeners.is_there:
            monitor = self._listeners
            found.append(Way("monitor", lambda told: monitor.tell(told["text"])))
        if self._inbox and self._write(""):
            found.append(Way("inbox socket", lambda told: self._write(_lines(self._token, told))))
        return found

    def close(self) -> None:
        if self._listeners is not None:
            self._listeners.close()

    def _write(self, lines: str) -> bool:
        """Write to the inbox socket; returns whether a session listens there."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(SIGNAL_S)
                line.connect(self._inbox)
                line.sendall(lines.encode())
        except OSError:
            return False
        return True


def _lines(token: str, told: dict[str, Any]) -> str:
    message = {
        "type": "user",
        "message": {"role": "user", "content": told["text"]},
        "priority": "next",
    }
    parts = [*([{"type": "auth", "token": token}] if token else []), message]
    return "".join(json.dumps(part) + "\n" for part in parts)
