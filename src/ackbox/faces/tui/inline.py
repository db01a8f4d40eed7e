"""Inline: messages as lines in the scroll-back of the terminal, in its own colours.

For watching only; taking part needs the whole screen. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.segment import Segment, Segments

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.mirror import Mirror
from ackbox.faces.tui.widgets.drawing import RECEIPT_CELLS, message_line
from ackbox.faces.tui.widgets.palette import Palette, theme_name

ROSTER_S = 10.0


class Inline:
    """Prints messages as they arrive."""

    def __init__(self, link: Link, *, hz: float) -> None:
        self._link, self._mirror, self._pause_s = link, Mirror(), 1 / hz
        self._console, self._palette = (
            Console(highlight=False),
            Palette(theme_name(None, is_sixteen=True, ground=os.environ.get("COLORFGBG"))),
        )
        self._printed = 0
        self._state = ""

    async def run(self) -> str:
        """Print messages until the server refuses access; returns its reason."""
        loop = asyncio.get_running_loop()
        roster_at = loop.time() - ROSTER_S
        self._link.start()
        try:
            while not self._link.state.startswith("refused"):
                if loop.time() - roster_at >= ROSTER_S:
                    roster_at = loop.time()
                    with suppress(NoServer, AckboxError):
                        self._mirror.people = (await self._link.call("agent.list"))["agents"]
                for kind, payload in self._link.take():
                    self._take(kind, payload)
                self._report_state()
                await asyncio.sleep(self._pause_s)
            return self._link.state
        finally:
            self._link.stop()

    def _take(self, kind: str, payload: Any) -> None:
        if kind in ("loaded", "messages"):
            self._mirror.take(kind, payload, now=0.0)
        # Without the column of receipts: they change, and printed lines do not.
        width = self._console.width - 1 + RECEIPT_CELLS
        most = 9 if width < 72 else max(11, width // 8)
        for row in self._mirror.rows:
            if row.seq > self._printed:
                line = message_line(
                    row,
                    width,
                    self._palette,
                    selected=False,
                    humans=self._mirror.humans,
                    name_cells=min(self._mirror.name_cells, most),
                    mark="",
                )
                self._console.print(Segments([*line[:-1], Segment.line()]), end="")
        self._printed = max(self._printed, self._mirror.last_seq)
        # Printed messages are no longer needed.
        self._mirror.restart()

    def _report_state(self) -> None:
        """Print a line when the connection is lost and when it is back."""
        state = self._link.state
        if (state == "reconnecting" and self._state == "live") or (
            state == "live" and self._state == "reconnecting"
        ):
            self._console.print(f"-- {state} --", style=self._palette.style("text3"), markup=False)
        if state in ("live", "reconnecting") and (self._state or state == "live"):
            self._state = state
