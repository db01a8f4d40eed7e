"""Notifying: who is woken after a commit, in this server and, through the engine, in others.

A notification says "look", never what there is. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from ackbox.app.bell import EVERYBODY, Bell
from ackbox.store.engine import Engine

# Maximum agents that a notification names; more become everybody, because it must be short.
MAX_NAMED = 6


class Notifier:
    """Rings the bell here and on the other servers of a database."""

    def __init__(self, engine: Engine, bell: Bell, heard: Callable[[int], None]) -> None:
        """`heard` gets each workspace in which another server wrote."""
        self._engine, self._bell, self._heard = engine, bell, heard
        self._sending: asyncio.Future[None] | None = None

    def ring(self, ws: int, posted: Collection[int]) -> None:
        """Wake those who wait in a workspace: its followers, and the agents with new messages."""
        self._bell.ring(ws, posted)
        if self._engine.name != "sqlite":
            named = posted if len(posted) <= MAX_NAMED else (EVERYBODY,)
            # Kept, so that it is not collected before it is done.
            self._sending = asyncio.ensure_future(
                self._engine.tell(f"{ws}:{'.'.join(map(str, named))}")
            )

    def hear(self, text: str) -> None:
        """Ring for what another server wrote.

        `*` comes after a time in which nothing could be heard.
        """
        ws, _, posted = text.partition(":")
        if text == "*":
            self._bell.ring_all()
        elif ws.isdigit():
            self._bell.ring(int(ws), [int(agent) for agent in posted.split(".") if agent.isdigit()])
            self._heard(int(ws))
