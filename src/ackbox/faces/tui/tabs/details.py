"""Told: messages in full with their receipts, as the server told them, for the pane beside a list.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ackbox.errors import AckboxError
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.drawing import Line, message_lines
from ackbox.faces.tui.widgets.palette import Palette

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link

MOST_KEPT = 200
MOST_RECEIPTS = 50


class Told:
    """What was asked about single messages, until a receipt of theirs changes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, Any]] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._kept

    def forget(self, id: str) -> None:
        self._kept.pop(id, None)

    async def ask(self, link: Link, row: Row) -> None:
        """Ask for a message and its receipts, unless both are known."""
        if row.id in self._kept:
            return
        try:
            message = await link.call("message.get", id=row.id)
            status = await link.call("message.status", id=row.id, limit=MOST_RECEIPTS)
        except AckboxError:
            return
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        self._kept[row.id] = (message, status)

    def lines(self, row: Row, width: int, palette: Palette) -> list[Line]:
        """Return the message as far as it is known."""
        message, status = self._kept.get(row.id, (None, None))
        return message_lines(message, row, status, width, palette)
