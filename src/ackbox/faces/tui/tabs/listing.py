"""Listings: what every list of the terminal shares, keys apart: how it is read and drawn, what is
selected, what is shown if it is empty, and what the detail pane shows of an item.

What its keys do is in tab.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import fit, some
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.picks import Picks, Things
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.drawing import Line, one_line, text_lines
from ackbox.faces.tui.widgets.palette import FAILED, PICKED, Palette
from ackbox.faces.tui.widgets.pane import Pane

# As in the dashboard: one line for each item; two, with more of its text; one, with less around the
# text.
DENSITIES = ("normal", "roomy", "compact")


class Listing(Pane):
    """A list of items that are read from the server or the mirror."""

    class Changed(Message):
        """The selection or what is shown of the item under the cursor changed."""

    title = ""
    # How often the tab reads its list, and the kinds of events after which it reads it at once;
    # null if the mirror has everything.
    every_s: float | None = None
    fed_by: tuple[str, ...] = ()
    # Whether the tab reads its list while another is in sight, for its badge.
    is_read_unseen = False
    # The least time between two readings.
    soonest_s = 0.5
    # Whether the tab takes the room of the detail pane too.
    is_whole = False
    # Whether Enter gives the pane the whole width, and whether the pane begins at its end.
    opens_whole = False
    shows_end = False
    has_density = True
    is_compact = False
    # Where the second line of an item begins.
    indent = 12

    def __init__(self, session: Session) -> None:
        super().__init__(id=self.title.lower().replace(" ", "-"))
        self.session, self.member, self.mirror = session, session.member, session.member.mirror
        self.is_stale, self._read_at = True, 0.0
        self._is_reading_more, self._more_after = False, 0.0
        self.picks = Picks()
        # Part of the detail pane → the line on which it begins, so that it stays in sight while
        # others are added.
        self.marks: dict[str, int] = {}
        # Actions on tasks run one after the other, each on the state that the one before left.
        self.turn = asyncio.Lock()

    @property
    def palette(self) -> Palette:
        return self.session.palette

    @property
    def is_read(self) -> bool:
        """Whether the list has been read, so that no lines means that there are no items."""
        return self.mirror.is_loaded

    @property
    def row(self) -> Row | None:
        """The message that reply, copy and marks apply to."""
        return None

    @property
    def about(self) -> object:
        """The item under the cursor; when it changes, the detail pane shows another item."""
        return self.cursor if self.count else None

    @property
    def writes_to(self) -> str | None:
        """The recipient of a new message that is begun here."""
        return None

    def things(self, index: int) -> Things:
        """Return the items on a line by id, if they can be selected."""
        return {}

    def place_of(self, id: str) -> int | None:
        """Return the line of an item that can be selected."""
        return None

    @property
    def failure(self) -> str | None:
        """Why the last action failed for the item under the cursor."""
        things = self.things(self.cursor) if self.picks.failed and self.cursor < self.count else {}
        return next((self.picks.failed[id] for id in things if id in self.picks.failed), None)

    def below(self, index: int, width: int) -> str:
        """Return the second line of an item, for the density that has one."""
        return ""

    def set_density(self, density: str) -> None:
        """Draw every item in this density, with the one under the cursor in sight."""
        if self.has_density:
            self.tall, self.is_compact = 2 if density == "roomy" else 1, density == "compact"
            self.forget()
            self.show_count(self.count)
            if self.count and not self.follow:
                self.show_cursor()

    def whole_line(self, index: int, width: int, *, selected: bool, part: int) -> Line:
        if part == 0:
            line = self.line(index, width, selected=selected)
        else:
            text = fit(one_line(self.below(index, width)), max(width - self.indent - 1, 0))
            line = [
                self.styled(" ", selected=selected),
                self.styled(f"{'':{self.indent - 1}}{text} ", "text3", selected=selected),
            ]
        things = self.things(index) if self.picks else {}
        if not self.picks.holds(things):
            return line
        is_failed = any(id in self.picks.failed for id in things)
        if part == 0:
            line[0] = self.styled(
                FAILED if is_failed else PICKED,
                "urgent" if is_failed else "accent",
                bold=True,
                selected=selected,
            )
        ground = None if selected else self.palette.picked
        return (
            [Segment(each.text, each.style and each.style + ground) for each in line]
            if ground
            else line
        )

    def read_if_due(self, now: float, *, is_seen: bool) -> None:
        """Read the list at its interval, or at once if it is stale and in sight."""
        if self.every_s is None or not (is_seen or self.is_read_unseen):
            return
        if now - self._read_at > (self.soonest_s if is_seen and self.is_stale else self.every_s):
            self.is_stale, self._read_at = False, now
            self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        try:
            await self.read(self.member.link)
        except (NoServer, AckboxError):
            self.is_stale = True

    def read_more_if_wanted(self, now: float) -> None:
        """Read the next page if its place comes in sight, one page at a time."""
        if self.wants_more and not self._is_reading_more and now >= self._more_after:
            self._is_reading_more = True
            self.run_worker(self._read_more(now), group="more")

    async def _read_more(self, now: float) -> None:
        try:
            await self.read_more(self.member.link)
        except (NoServer, AckboxError) as error:
            # A pause, because the end of the list stays in sight.
            self._more_after = now + (getattr(error, "retry_after_s", None) or 1)
            return
        finally:
            self._is_reading_more = False
        # At once: until the page is drawn, the pane is still at its top and wants another one.
        self.session.show_item()

    async def read(self, link: Link) -> None:
        """Read the list; called at intervals, and after events that concern it."""

    @property
    def wants_more(self) -> bool:
        """Whether there is more to read, and the end of what was read comes in sight."""
        return False

    async def read_more(self, link: Link) -> None:
        """Read the next page of the list."""

    @property
    def badge(self) -> int:
        """The number shown beside the title."""
        return 0

    def update(self) -> None:
        """Take over what changed in the mirror."""

    def when_empty(self) -> str:
        """Return what to show, and what to do, when there are no items."""
        return ""

    def no_agents(self) -> str:
        """Return what to show when no agent is connected: how to connect one, and where else to
        look.
        """
        others = self.mirror.others
        return (
            "No agents yet. Connect one: give it the MCP server command\n  ackbox mcp --as"
            " NAME\n\nNo agent at hand? In another terminal:\n  ackbox demo"
            + (
                f"\n\nOther workspaces: {one_line(some(others, 3))}. Press : and type a name."
                if others
                else ""
            )
        )

    def detail(self, width: int) -> list[Line]:
        """Return what the detail pane shows of the item under the cursor, as far as it is known."""
        return []

    async def ask(self, link: Link) -> None:
        """Read what the detail pane shows of the item under the cursor."""

    def styled(
        self, text: str, means: str = "text", *, bold: bool = False, selected: bool = False
    ) -> Segment:
        return Segment(text, self.palette.style(means, bold=bold, selected=selected))

    def render_line(self, y: int) -> Strip:
        if self.count:
            return super().render_line(y)
        width = self.scrollable_content_region.width
        texts: list[Line] = [
            [],
            *text_lines(
                self.when_empty() if self.mirror.is_loaded else "loading …",
                max(width - 4, 10),
                self.palette.style("text2"),
            ),
        ]
        line = [self.styled("  "), *texts[y]] if 0 < y < len(texts) else []
        return self._strip(line, width)
