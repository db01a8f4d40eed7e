"""Beside: the pane at the right that shows one item in full, and the short list of agents at the
left.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment

from ackbox.faces.tui.widgets.drawing import Line, fit, one_line
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import PRESENCE

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal


class Beside(Lines):
    """Lines that another part made; they scroll, and nothing is selected."""

    has_cursor = False

    def __init__(self) -> None:
        super().__init__(id="beside")
        self._lines: list[Line] = []
        self._marks: dict[str, int] = {}

    def show(
        self, lines: list[Line], marks: dict[str, int], *, is_same: bool, at_end: bool
    ) -> None:
        """Show these lines: what was in sight stays so, and what is about something else begins
        at its top or end.
        """
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


class Sidebar(Lines):
    """Who is here, in a word each."""

    has_cursor = False
    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="sidebar")

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        terminal = cast("Terminal", self.app)
        one = terminal.post.people[index]
        style = terminal.palette.style
        copies = sorted(
            (each for each in one["instances"] if each["machine"]),
            key=lambda each: each["presence"] != one["presence"],
        )
        where = one["machine"] or (copies[0]["machine"] if copies else "")
        means = (
            "human"
            if one["kind"] == "human"
            else "text"
            if one["presence"] == "online"
            else "text2"
        )
        name_cells = max(width - 3 - 10, 6)
        return [
            Segment(f" {PRESENCE[one['presence']]} ", style(one["presence"])),
            Segment(fit(one_line(one["agent"]), name_cells), style(means)),
            Segment(fit(f" {one_line(where)}", max(width - 3 - name_cells, 0)), style("text3")),
        ]
