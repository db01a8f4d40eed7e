"""Bars: one line at the top or bottom, some of it clickable.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from ackbox.faces.tui.widgets.drawing import Line


class Bar(Widget):
    """A line with something at its left and something at its right; the right gives way."""

    DEFAULT_CSS = "Bar { height: 1; background: $ground; }"

    def __init__(self, *, share: int = 3, **options: Any) -> None:
        super().__init__(**options)
        # One part in so many is the right's when there is not room for both.
        self._share = share
        self._left: Line = []
        self._right: Line = []
        self._actions: list[tuple[int, int, str]] = []

    def show(
        self, left: Line, right: Line, *, actions: list[tuple[int, int, str]] | None = None
    ) -> None:
        """Draw this from now on; `actions` are (from, to, action) in cells from the left."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()
        self._actions = actions or []

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        left, right = Strip(self._left), Strip(self._right)
        room = width - left.cell_length - right.cell_length
        if room < 0:
            # What stands at the left says what this is; of the right as much as fits.
            keep = max(width - left.cell_length, min(right.cell_length, width // self._share))
            left, right = _cut(left, width - keep), _cut(right, keep)
            room = max(width - left.cell_length - right.cell_length, 0)
        return Strip([*left, Segment(" " * room, self.rich_style), *right]).adjust_cell_length(
            width, self.rich_style
        )

    async def on_click(self, event: events.Click) -> None:
        for start, end, action in self._actions:
            if start <= event.x < end:
                await self.app.run_action(action)


def _cut(strip: Strip, cells: int) -> Strip:
    """Return as much of a strip as fits, with an ellipsis where it was cut."""
    if strip.cell_length <= cells or cells < 1:
        return strip.crop(0, max(cells, 0))
    kept = strip.crop(0, cells - 1)
    return Strip([*kept, Segment("…", next((each.style for each in reversed(list(kept))), None))])


def keys_line(
    hints: list[tuple[str, str, str]], key_style: Any, text_style: Any
) -> tuple[Line, list[tuple[int, int, str]]]:
    """Return a line of (key, what it does, action), and where each can be clicked."""
    line: Line = []
    actions: list[tuple[int, int, str]] = []
    at = 0
    for key, does, action in hints:
        line += [Segment(f" {key}", key_style), Segment(f" {does} ", text_style)]
        end = at + cell_len(key) + cell_len(does) + 3
        actions.append((at, end, action))
        at = end
    return line, actions
