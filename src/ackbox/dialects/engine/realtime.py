"""Realtime: the channels in which a system publishes what happens, as data.

The protocol on the wire is in faces/ws/centrifugo.py. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ackbox.dialects.engine.mapping import Object
from ackbox.model.message import Message
from ackbox.ops.event.feed import Event


class Realtime(msgspec.Struct, frozen=True, kw_only=True):
    """One system's channels: the path of their WebSocket, the texts with which the channel of a
    workspace begins, and the functions that make a publication of a message and of another event;
    null for an event that the system does not publish.
    """

    path: str
    channels: tuple[str, ...]
    message: Callable[[Message], Object]
    event: Callable[[Event], Object | None]

    def workspace(self, channel: str) -> str | None:
        """Return the workspace that a channel is about; null if it is no channel."""
        for start in self.channels:
            if channel.startswith(start):
                return channel.removeprefix(start)
        return None
