"""The detail pane: the item under the cursor in full, at the right of the list.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.bars import Hint
from ackbox.faces.tui.widgets.drawing import Line, text_lines
from ackbox.faces.tui.widgets.pane import Pane

# How long the cursor rests on an item before the pane asks the server about it.
REST_S = 0.15


class DetailPane(Pane):
    """The item under the cursor of the tab in sight; it scrolls, and nothing is selected."""

    has_cursor = False
    HINTS = (
        Hint("j k", "scroll"),
        Hint("Esc", "back", "escape"),
        Hint("r", "reply", "r"),
        Hint("t", "thread", "t"),
        Hint("y", "copy", "y"),
        Hint("?", "keys", "question_mark"),
        Hint("q", "quit", "q"),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(id="detail")
        self._session = session
        self._lines: list[Line] = []
        self._marks: dict[str, int] = {}
        # The item that is shown, and when the server is asked about it; null once it was.
        self._about: object = None
        self._ask_at: float | None = None

    def follow_cursor(self, tab: Tab, now: float) -> None:
        """Show the item under the cursor, and read it once the cursor rests there."""
        about, before = tab.about, self._about
        if about != before:
            self._about, self._ask_at = about, now + REST_S
            is_same = (
                isinstance(about, tuple) and isinstance(before, tuple) and about[0] == before[0]
            )
            self.show_item(tab, is_same=is_same)
        elif self._ask_at is not None and now >= self._ask_at:
            self._ask_at = None
            self.run_worker(self._ask(tab), group="ask", exclusive=True)

    def ask_at(self, moment: float | None) -> None:
        """Set when the server is asked about the item."""
        self._ask_at = moment

    async def _ask(self, tab: Tab) -> None:
        try:
            if self.display:
                await tab.ask(self._session.member.link)
                self.show_item(tab, is_same=True)
        except (NoServer, AckboxError):
            return

    def show_item(self, tab: Tab, *, is_same: bool = False) -> None:
        """Draw the item under the cursor of a tab, with what failed for it above."""
        if not self.display:
            return
        width = self.scrollable_content_region.width
        lines = tab.detail(width)
        if tab.failure is not None:
            style = self._session.palette.style("urgent", bold=True)
            lines = [*text_lines(f"✕ {tab.failure}", width, style), [], *lines]
        self._show(lines, tab.marks, is_same=is_same, at_end=tab.shows_end)

    def _show(
        self, lines: list[Line], marks: dict[str, int], *, is_same: bool, at_end: bool
    ) -> None:
        """Show lines: those of the same item keep their place, others begin at the top or end."""
        if not is_same:
            self.follow = at_end
        top = self.scroll_offset.y
        before = [(line, mark) for mark, line in self._marks.items() if mark in marks]
        anchor = max((each for each in before if each[0] <= top), default=min(before, default=None))
        self._lines, self._marks, self.follows_at_end = lines, dict(marks), at_end
        self.forget()
        self.show_count(len(lines))
        if not is_same and not at_end:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif is_same and not self.follow and anchor is not None:
            self.show_from(marks[anchor[1]] + top - anchor[0])

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        return self._lines[index]
