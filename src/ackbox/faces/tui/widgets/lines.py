"""The list widget: draws only the lines in sight, so its cost does not depend on their number.

Every list and pane is one. It asks for a line, keeps the drawn strip until the line changes, and
scrolls without animation. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ackbox.faces.tui.widgets.drawing import Line

MAX_STRIPS = 2_000


class Lines(ScrollView, can_focus=True):
    """A list with a cursor; with `follow` the view stays at its end."""

    DEFAULT_CSS = """
    Lines { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $ground; }
    """

    class Moved(Message):
        """The cursor moved to another line."""

        def __init__(self, lines: Lines) -> None:
            self.lines = lines
            super().__init__()

        @property
        def control(self) -> Lines:
            return self.lines

    class Opened(Moved):
        """A line was clicked."""

    has_cursor = True
    # How many terminal lines each item takes.
    tall = 1

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.count = 0
        self.cursor = 0
        self.follow = False
        self._strips: dict[int, Strip] = {}

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        """Return the segments of a line; each list overrides it."""
        return []

    def whole_line(self, index: int, width: int, *, selected: bool, part: int) -> Line:
        """Return a line as it is drawn; `part` is the terminal line of a tall item."""
        return self.line(index, width, selected=selected)

    def show_count(self, count: int) -> None:
        """Set the number of lines; those drawn before stay as they are."""
        self.count = count
        if self.follow or self.cursor >= count:
            self.cursor = max(count - 1, 0)
        self.virtual_size = Size(self.scrollable_content_region.width, count * self.tall)
        if self.follow:
            self._scroll(max(count * self.tall - self.size.height, 0))
        self.refresh()

    def show_from(self, top: int) -> None:
        """Bring an item to the top."""
        self._scroll(top * self.tall)

    def _scroll(self, y: int) -> None:
        # Forced: a list that was short has no scroll bar until it is laid out again, and without
        # one it would not scroll.
        self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def forget(self, index: int | None = None) -> None:
        """Draw one line again, or all of them."""
        if index is None:
            self._strips.clear()
        else:
            for part in range(self.tall):
                self._strips.pop(index * self.tall + part, None)
        self.refresh()

    @property
    def in_sight(self) -> range:
        top = self.scroll_offset.y
        return range(top // self.tall, min(-(-(top + self.size.height) // self.tall), self.count))

    def render_line(self, y: int) -> Strip:
        width, at = self.scrollable_content_region.width, y + self.scroll_offset.y
        index, part = divmod(at, self.tall)
        if not 0 <= index < self.count:
            return Strip.blank(width, self.rich_style)
        selected = self.has_cursor and index == self.cursor
        kept = self._strips.get(at)
        if kept is not None and not selected and kept.cell_length == width:
            return kept
        strip = self._strip(self.whole_line(index, width, selected=selected, part=part), width)
        if not selected:
            if len(self._strips) > MAX_STRIPS:
                self._strips.clear()
            self._strips[at] = strip
        return strip

    def _strip(self, line: Line, width: int) -> Strip:
        return Strip(line or [Segment("", self.rich_style)]).adjust_cell_length(
            width, self.rich_style
        )

    def move_to(self, index: int) -> None:
        """Put the cursor on a line and scroll to it; on the last line the view follows."""
        self.cursor = max(0, min(index, self.count - 1))
        self.follow = self.follows_at_end and self.cursor >= self.count - 1
        self.show_cursor()
        self.refresh()
        self.post_message(self.Moved(self))

    follows_at_end = False

    def move(self, by: int) -> None:
        """Move the cursor, or the view if there is no cursor."""
        if self.has_cursor:
            self.move_to(self.cursor + by)
        else:
            self.scroll_relative(y=by, animate=False, immediate=True)
            self.follow = (
                self.follows_at_end and self.scroll_offset.y >= self.count - self.size.height
            )

    def on_resize(self, event: events.Resize) -> None:
        self._strips.clear()
        self.show_count(self.count)
        if self.has_cursor and not self.follow:
            self.show_cursor()

    def show_cursor(self) -> None:
        """Scroll to the line under the cursor."""
        self.scroll_to_region(
            Region(0, self.cursor * self.tall, 1, self.tall),
            animate=False,
            immediate=True,
            force=True,
        )

    def on_click(self, event: events.Click) -> None:
        index = (event.y + self.scroll_offset.y) // self.tall
        if self.has_cursor and index < self.count and not self.pick_by(event, index):
            self.move_to(index)
            self.post_message(self.Opened(self))

    def pick_by(self, event: events.Click, index: int) -> bool:
        """Select a line if the click asks for that; returns whether it did."""
        return False

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -3)

    def _wheel(self, event: events.Event, by: int) -> None:
        event.stop()
        event.prevent_default()
        self.move(by)
