"""The sidebar: the short list of agents and people, at the left.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual.message import Message

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import PRESENCE, fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.widgets.drawing import Line, one_line
from ackbox.faces.tui.widgets.lines import Lines

# How often the agents are read, and how soon after an event.
EVERY_S, SOON_S = 10.0, 1.0


class Sidebar(Lines):
    """The agents and people, with presence and unread messages, and what their programs do or their
    machine; it reads them for all others.
    """

    class Read(Message):
        """The agents were read again."""

        def __init__(self, *, has_new_names: bool) -> None:
            self.has_new_names = has_new_names
            super().__init__()

    has_cursor = False
    can_focus = False

    def __init__(self, session: Session) -> None:
        super().__init__(id="sidebar")
        self._session = session
        self.is_stale, self._read_at = True, 0.0

    def read_if_due(self, now: float) -> None:
        """Read the agents at intervals, or soon after an event about one."""
        if now - self._read_at > (SOON_S if self.is_stale else EVERY_S):
            self._read_at, self.is_stale = now, False
            self.run_worker(self._read(), group="agents", exclusive=True)

    async def _read(self) -> None:
        link, mirror = self._session.member.link, self._session.member.mirror
        try:
            roster = await link.call("agent.list", with_unread=True)
            found = await link.call("workspace.list")
            if not mirror.whoami:
                mirror.whoami = await link.call("agent.whoami")
        except (NoServer, AckboxError):
            return
        before = (mirror.humans, mirror.name_cells)
        mirror.people, mirror.awaited = roster["agents"], roster["awaited"]
        names = [each["name"] for each in found["workspaces"]]
        mirror.others = [name for name in names if name != mirror.whoami.get("workspace")]
        self.forget()
        self.show_count(len(mirror.people))
        self.post_message(self.Read(has_new_names=(mirror.humans, mirror.name_cells) != before))

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        one = self._session.member.mirror.people[index]
        style = self._session.palette.style
        instances = sorted(
            (each for each in one["instances"] if each["machine"]),
            key=lambda each: each["presence"] != one["presence"],
        )
        machine = one["machine"] or (instances[0]["machine"] if instances else "")
        means = (
            "human"
            if one["kind"] == "human"
            else "text"
            if one["presence"] == "online"
            else "text2"
        )
        count = f" {unread_of(one)}".rstrip()
        name_cells = max(width - 3 - 11, 6)
        return [
            Segment(f" {PRESENCE[one['presence']]} ", style(one["presence"])),
            Segment(fit(one_line(one["agent"]), name_cells - len(count)), style(means)),
            Segment(count, style("accent", bold=True)),
            Segment(
                fit(f" {one_line(one['activity'] or machine)}", max(width - 3 - name_cells, 0)),
                style("text3"),
            ),
        ]


def unread_of(one: Any) -> str:
    """Return how many unread messages an agent has; nothing for none."""
    unread = one["unread"] or 0
    return "" if not unread else "99+" if unread > 99 else str(unread)
