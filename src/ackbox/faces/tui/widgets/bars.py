"""Bars: a line at the top or bottom with parts that can be clicked.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from ackbox.faces.terminal_text import width
from ackbox.faces.tui.widgets.drawing import Line


class Hint(NamedTuple):
    """A key that works here, as it is shown, what it does, and Textual's name for the key."""

    shown: str
    does: str
    key: str = ""

    @property
    def action(self) -> str:
        """What a click on the hint does: the same as the key."""
        return f"press('{self.key}')" if self.key else ""


class Bar(Widget):
    """A line with a left and a right part; the right one gives way if there is no room."""

    DEFAULT_CSS = "Bar { height: 1; background: $ground; }"

    def __init__(self, *, share: int = 3, **options: Any) -> None:
        super().__init__(**options)
        # The right part keeps 1/share of the line if there is no room for both.
        self._share = share
        self._left: Line = []
        self._right: Line = []
        self._actions: list[tuple[int, int, str]] = []

    def show(
        self, left: Line, right: Line, *, actions: list[tuple[int, int, str]] | None = None
    ) -> None:
        """Draw these parts; `actions` are (from, to, action) in cells from the left."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()
        self._actions = actions or []

    def render_line(self, y: int) -> Strip:
        cells = self.size.width
        left, right = Strip(self._left), Strip(self._right)
        room = cells - left.cell_length - right.cell_length
        if room < 0:
            # The left part says what the line is about; the right one gets the rest.
            keep = max(cells - left.cell_length, min(right.cell_length, cells // self._share))
            left, right = _cut_strip(left, cells - keep), _cut_strip(right, keep)
            room = max(cells - left.cell_length - right.cell_length, 0)
        return Strip([*left, Segment(" " * room, self.rich_style), *right]).adjust_cell_length(
            cells, self.rich_style
        )

    async def on_click(self, event: events.Click) -> None:
        for start, end, action in self._actions:
            if start <= event.x < end and action:
                await self.app.run_action(action)


def _cut_strip(strip: Strip, cells: int) -> Strip:
    """Return a strip cut to fit, as `cut` does with a text, with its styles."""
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
        end = at + width(key) + width(does) + 3
        actions.append((at, end, action))
        at = end
    return line, actions
