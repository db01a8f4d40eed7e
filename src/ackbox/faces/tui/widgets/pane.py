"""Panes: the lists that take keys: the tabs, and the detail pane them.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import ClassVar

from ackbox.faces.tui.widgets.keys import Key
from ackbox.faces.tui.widgets.lines import Lines


class Pane(Lines):
    """Lines with keys to move in them."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("j k ↑ ↓", "j,down", "move(1)", "next, previous"),
        Key("", "k,up", "move(-1)", ""),
        Key("PgUp PgDn", "pagedown,ctrl+d", "page(1)", "page up, page down"),
        Key("", "pageup,ctrl+u", "page(-1)", ""),
        Key("g G", "g,home", "end(False)", "first; newest, and follow new messages"),
        Key("", "G,end", "end(True)", ""),
    )

    def action_move(self, by: int) -> None:
        self.move(by)

    def action_page(self, by: int) -> None:
        self.move(by * max(self.size.height // self.tall - 1, 1))

    def action_end(self, is_last: bool) -> None:
        self.move(self.count if is_last else -self.count)
