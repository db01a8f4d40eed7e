"""Message details: messages in full with their receipts, for the detail pane.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.errors import AckboxError
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.drawing import Line, message_lines
from ackbox.faces.tui.widgets.palette import Palette

MAX_KEPT = 200
MAX_RECEIPTS = 50


class MessageDetails:
    """The messages that were read in full, until one of their receipts changes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, Any]] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._kept

    def forget(self, id: str) -> None:
        self._kept.pop(id, None)

    async def read(self, link: Link, row: Row) -> None:
        """Read a message and its receipts, unless both are known. Raises NoServer."""
        if row.id in self._kept:
            return
        try:
            message = await link.call("message.get", id=row.id)
            status = await link.call("message.status", id=row.id, limit=MAX_RECEIPTS)
        except AckboxError:
            return
        if len(self._kept) > MAX_KEPT:
            self._kept.clear()
        self._kept[row.id] = (message, status)

    def lines(self, row: Row, width: int, palette: Palette) -> list[Line]:
        """Return the message as far as it is known."""
        message, status = self._kept.get(row.id, (None, None))
        return message_lines(message, row, status, width, palette)
