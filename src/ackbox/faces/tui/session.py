"""The session: what a tab or a box needs of the whole screen.

The screen implements it in app.py. A tab calls it if the next key depends on the effect, since a
Textual message would arrive after that key. Everything else goes upward as a message. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any, Protocol

from ackbox.faces.tui.state.member import Member
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.palette import Palette


class Session(Protocol):
    """The running terminal UI, as its parts see it."""

    member: Member
    palette: Palette
    # Progress of the bulk action that is running; empty if none is.
    progress: str
    # The messages that were archived last, for undoing it.
    archived: list[str]

    def say(self, text: str) -> None:
        """Show a text at the bottom for a few seconds."""

    def refuse(self, text: str) -> None:
        """Say why a box does not open, and ignore the keys typed into it."""

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the clipboard of the terminal."""

    async def attempt(self, name: str, /, **params: Any) -> Any:
        """Call an operation as the member; an error is shown, and null is returned."""

    def show(self, title: str) -> None:
        """Bring a tab in sight."""

    def close_pane(self) -> None:
        """Return from an item that fills the screen to the list."""

    def show_item(self) -> None:
        """Draw the item under the cursor again in the detail pane."""

    def show_thread(self, row: Row) -> None:
        """Bring the thread of a message in sight."""

    def show_sent_by(self, name: str) -> None:
        """Bring the messages of one sender in sight."""

    def write(self, *, answers: Row | None = None, to: str | None = None) -> None:
        """Open the box for a message."""

    def is_pane_read(self) -> bool:
        """Whether the focus is on the detail pane."""

    def is_pane_at_top(self) -> bool:
        """Whether the detail pane shows its first line."""
