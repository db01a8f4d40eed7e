"""Inline: messages as lines of the terminal's own scroll-back, in the terminal's own colours;
nothing of it is taken over.

For watching beside other work; who takes part uses the whole screen. Explained in
docs/howto/terminal.md.
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
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.widgets.drawing import RECEIPT_CELLS, message_line
from ackbox.faces.tui.widgets.palette import Palette, theme_name

ROSTER_S = 10.0


class Inline:
    """What was printed, and what is known of who is a person."""

    def __init__(self, link: Link, *, hz: float) -> None:
        self._link, self._post, self._pause_s = link, Post(), 1 / hz
        self._console, self._palette = (
            Console(highlight=False),
            Palette(theme_name(None, is_sixteen=True, ground=os.environ.get("COLORFGBG"))),
        )
        self._printed = 0
        self._state = ""

    async def run(self) -> str:
        """Print messages as they come until the server refuses more; returns what it said."""
        loop = asyncio.get_running_loop()
        roster_at = loop.time() - ROSTER_S
        self._link.start()
        try:
            while not self._link.state.startswith("refused"):
                if loop.time() - roster_at >= ROSTER_S:
                    roster_at = loop.time()
                    with suppress(NoServer, AckboxError):
                        self._post.people = (await self._link.call("agent.list"))["agents"]
                for kind, what in self._link.take():
                    self._take(kind, what)
                self._tell()
                await asyncio.sleep(self._pause_s)
            return self._link.state
        finally:
            self._link.stop()

    def _take(self, kind: str, what: Any) -> None:
        if kind == "loaded":
            self._post.restart()
            self._post.prepend(what)
        elif kind == "messages":
            self._post.append(what, now=0.0)
        # Receipts go on changing, and what stands in the scroll-back does not: their column is left
        # out.
        width = self._console.width - 1 + RECEIPT_CELLS
        for row in self._post.rows:
            if row.seq > self._printed:
                line = message_line(
                    row,
                    width,
                    self._palette,
                    selected=False,
                    humans=self._post.humans,
                    name_cells=min(self._post.name_cells, 9 if width < 72 else max(11, width // 8)),
                    mark="",
                )
                self._console.print(Segments([*line[:-1], Segment.line()]), end="")
        self._printed = max(self._printed, self._post.last_seq)
        # They stand in the scroll-back now.
        self._post.restart()

    def _tell(self) -> None:
        """Say so when the server goes away and when it is back."""
        state = self._link.state
        if (state == "reconnecting" and self._state == "live") or (
            state == "live" and self._state == "reconnecting"
        ):
            self._console.print(f"-- {state} --", style=self._palette.style("text3"), markup=False)
        if state in ("live", "reconnecting") and (self._state or state == "live"):
            self._state = state
