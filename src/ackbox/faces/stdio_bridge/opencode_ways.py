"""The way to opencode: our plugin in it, which reads the lines of `ackbox hook opencode --monitor`.

A line names the session to wake; the plugin asks for the text by its hook. Explained in
docs/why/reach.md, "Waking".
"""

from __future__ import annotations

from typing import Any

from ackbox.faces.stdio_bridge.listeners import Listeners
from ackbox.faces.stdio_bridge.waking import Way


class OpencodeWays:
    """The way to the opencode that started this bridge."""

    program = "opencode"

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners

    def sessions(self) -> list[str | None]:
        return [None]

    def session_of(self, meta: dict[str, Any]) -> str | None:
        return None

    def live(self, session: str | None) -> list[Way]:
        if not self._listeners.is_there:
            return []
        return [Way("plugin", lambda told: self._listeners.tell(told["program_session"]))]

    def close(self) -> None:
        self._listeners.close()
