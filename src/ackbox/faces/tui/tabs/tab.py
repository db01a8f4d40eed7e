"""Tabs: what every list of the terminal shares: what it knows, what it says when it is empty, what
stands beside it.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from ackbox.faces.terminal_text import some
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.state.picks import Picks, Things
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.widgets.drawing import Line, fit, one_line, text_lines
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import FAILED, PICKED, Palette

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal
    from ackbox.faces.tui.state.link import Link


# As the dashboard's: one line for each item; two, with more of its text; one, with less of
# everything but the text.
DENSITIES = ("normal", "roomy", "compact")


class Tab(Lines):
    """A list that a number key shows."""

    title = ""
    # How often its own data is read, and the kinds of events after which it is read at once; null
    # when the post has it all.
    every_s: float | None = None
    fed_by: tuple[str, ...] = ()
    # Whether it is read while another is in sight, for its badge.
    is_read_unseen = False
    # Not sooner than so long after the last time, whatever happens.
    soonest_s = 0.5
    # Whether it takes the room of the pane beside it too.
    is_whole = False
    # Whether Enter gives the whole width to the pane beside it, and whether that pane begins at its
    # end.
    opens_whole = False
    shows_end = False
    has_density = True
    is_compact = False
    # Where the second line of an item begins.
    indent = 12

    def __init__(self, post: Post) -> None:
        super().__init__(id=self.title.lower().replace(" ", "-"))
        self.post = post
        self.is_stale, self.read_at = True, 0.0
        self.picks = Picks()
        # On which line each part of what stands beside begins, so that it stays in sight while
        # others come.
        self.marks: dict[str, int] = {}

    @property
    def terminal(self) -> Terminal:
        return cast("Terminal", self.app)

    @property
    def palette(self) -> Palette:
        return self.terminal.palette

    @property
    def is_read(self) -> bool:
        """Whether what it lists has come: an empty list is then empty."""
        return self.post.is_loaded

    @property
    def row(self) -> Row | None:
        """The message that reply, copy and marks are about."""
        return None

    @property
    def about(self) -> Any:
        """What the cursor is on; when it differs, the pane beside shows something else."""
        return self.cursor if self.count else None

    @property
    def writes_to(self) -> str | None:
        """Whom a new message is for when it is begun here."""
        return None

    def things(self, index: int) -> Things:
        """Return what a line stands for, by id, when it can be selected."""
        return {}

    def place_of(self, id: str) -> int | None:
        """Return where something that can be selected is listed."""
        return None

    def pick(self, index: int, *, is_on: bool | None = None) -> None:
        """Select a line, or let it go when it is selected already."""
        self.picks.tick(self.things(index), is_on=is_on)
        self._picked()

    def pick_to(self, index: int) -> None:
        """Select the lines from where the selection was begun to this one."""
        start = None if self.picks.anchor is None else self.place_of(self.picks.anchor)
        if start is None:
            self.pick(index, is_on=True)
            return
        self.picks.span(self._on(range(min(start, index), max(start, index) + 1)))
        self._picked()

    def pick_lines(self, lines: range) -> None:
        """Select these lines too."""
        self.picks.tick(self._on(lines), is_on=True)
        self._picked()

    def _on(self, lines: range) -> Things:
        found: Things = {}
        for each in lines:
            found |= self.things(each)
        return found

    def _picked(self) -> None:
        # What comes meanwhile does not move the cursor away from what is being selected.
        self.follow = False
        self.forget()

    def picked_with(self, event: events.Click, index: int) -> bool:
        if not (event.ctrl or event.shift) or not self.things(index):
            return False
        self.move_to(index)
        if event.shift:
            self.pick_to(index)
        else:
            self.pick(index)
        self.terminal.draw_bars()
        return True

    def below(self, index: int, width: int) -> str:
        """Return what the second line of an item says, where each has two."""
        return ""

    def set_density(self, density: str) -> None:
        """Draw every item so from now on, with the one under the cursor in sight."""
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
                self.show(" ", selected=selected),
                self.show(f"{'':{self.indent - 1}}{text} ", "text3", selected=selected),
            ]
        things = self.things(index) if self.picks else {}
        if not self.picks.holds(things):
            return line
        is_failed = any(id in self.picks.failed for id in things)
        if part == 0:
            line[0] = self.show(
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

    @property
    def why_not(self) -> str | None:
        """Why what is under the cursor was left as it is, when something was to be done with it."""
        things = self.things(self.cursor) if self.picks.failed and self.cursor < self.count else {}
        return next((self.picks.failed[id] for id in things if id in self.picks.failed), None)

    def copied(self, what: str) -> str | None:
        """What `y` copies when it is not a message, its text or its id."""
        return None

    async def read(self, link: Link) -> None:
        """Read what the tab lists; called every so often, and after events that concern it."""

    @property
    def wants_more(self) -> bool:
        """Whether the oldest that was read is about to come in sight, and there is more."""
        return False

    async def read_more(self, link: Link) -> None:
        """Read what comes before the oldest."""

    @property
    def badge(self) -> int:
        """How many wait here; shown beside the title."""
        return 0

    def update(self) -> None:
        """Take over what changed in the post."""

    def when_empty(self) -> str:
        """What to say, and what to do, when there is nothing to list."""
        return ""

    def nobody(self) -> str:
        """What to say when nobody is here: how to let an agent in, and where else something may
        be.
        """
        others = self.post.others
        return (
            "Nobody is here yet. Let an agent in: give it the MCP server command\n  ackbox mcp --as"
            " NAME\n\nNo agent at hand? In another terminal:\n  ackbox demo"
            + (
                f"\n\nOther workspaces here: {one_line(some(others, 3))}. Press : and type the name"
                " of one."
                if others
                else ""
            )
        )

    def beside(self, width: int) -> list[Line]:
        """Return what the pane beside the list shows of the item under the cursor, from what is
        known.
        """
        return []

    async def ask(self, link: Link) -> None:
        """Ask the server for what the item under the cursor needs."""

    def show(
        self, text: str, means: str = "text", *, bold: bool = False, selected: bool = False
    ) -> Segment:
        return Segment(text, self.palette.style(means, bold=bold, selected=selected))

    def render_line(self, y: int) -> Strip:
        if self.count:
            return super().render_line(y)
        width = self.scrollable_content_region.width
        said = [
            [],
            *text_lines(
                self.when_empty() if self.post.is_loaded else "reading …",
                max(width - 4, 10),
                self.palette.style("text2"),
            ),
        ]
        line = [self.show("  "), *said[y]] if 0 < y < len(said) else []
        return self._strip(cast(Any, line), width)
