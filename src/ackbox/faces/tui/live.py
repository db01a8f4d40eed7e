"""Live: every message, newest at the bottom, narrowed by a filter. Explained in docs/howto/terminal.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ackbox.faces.tui.drawing import Line, message_line
from ackbox.faces.tui.post import Post
from ackbox.faces.tui.row import Row
from ackbox.faces.tui.tab import Tab
from ackbox.faces.tui.told import Told
from ackbox.model.filter import Filter, fits_all, parse_filter

if TYPE_CHECKING:
    from ackbox.faces.tui.link import Link


class Live(Tab):
    """Messages as they come; on the last line the view goes on with them."""

    title = "Live"
    follows_at_end = True

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self.follow = True
        self.filter = ""
        self.is_held = False
        self._filter = Filter()
        self._now = ""
        self._shown: list[Row] = []
        self._taken = 0
        self._shape = -1
        self._told = Told()
        self.unseen = 0

    def narrow(self, text: str) -> None:
        """Show only what fits a filter. Raises Invalid."""
        now = datetime.now(UTC)
        self._filter = parse_filter(text, now=int(now.timestamp() * 1000))
        self._now = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.filter, self._shape, self.follow, self.is_held = text, -1, True, False
        self.update()

    def update(self) -> None:
        if self.is_held and self._shape == self.post.shape:
            self.unseen = len(self.post.rows) - self._taken
            return
        rows = self.post.rows
        if self._shape != self.post.shape:
            self._anew()
            return
        fresh = rows[self._taken:]
        if fresh:
            before = len(self._shown)
            self._shown += [row for row in fresh if self._fits(row)] if self.filter else fresh
            self._taken = len(rows)
            self.unseen = 0 if self.follow else self.unseen + len(self._shown) - before
            self.show_count(len(self._shown))

    def _anew(self) -> None:
        """List everything again, with the cursor on the message it was on."""
        on = self.row
        top = self._shown[self.scroll_offset.y].seq if self.scroll_offset.y < len(self._shown) else None
        self._shape, self._taken = self.post.shape, len(self.post.rows)
        self._shown = [row for row in self.post.rows if self._fits(row)] if self.filter else list(self.post.rows)
        self.forget()
        if on is not None and not self.follow:
            self.cursor = self._place(on.seq)
        self.show_count(len(self._shown))
        if top is not None and not self.follow:
            self.show_from(self._place(top))

    @property
    def is_near_start(self) -> bool:
        """Whether the oldest messages loaded are about to come in sight."""
        return self.post.is_loaded and not self.follow and self.scroll_offset.y < self.size.height

    def move_to(self, index: int) -> None:
        super().move_to(index)
        if self.follow and not self.is_held:
            self.unseen = 0

    def _place(self, seq: int) -> int:
        from bisect import bisect_left

        return bisect_left(self._shown, seq, key=lambda row: row.seq)

    def go_to(self, seq: int) -> bool:
        """Put the cursor on a message, if it is listed."""
        at = self._place(seq)
        if at >= len(self._shown) or self._shown[at].seq != seq:
            return False
        self.move_to(at)
        return True

    def changed(self, rows: list[Row]) -> None:
        """Draw again what a receipt changed."""
        for row in rows:
            self._told.forget(row.id)
            self.drawn_anew(row)

    def _fits(self, row: Row) -> bool:
        is_late = row.due is not None and row.due < self._now and row.id not in self.post.answered
        return fits_all(self._filter, *row.facts(), late=is_late)

    @property
    def row(self) -> Row | None:
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        row = self._shown[index]
        return message_line(row, width, self.palette, selected=selected, humans=self.post.humans,
                            name_cells=min(self.post.name_cells, 9 if width < 72 else max(11, width // 8)))

    def when_empty(self) -> str:
        if self.filter:
            return f"Nothing fits  {self.filter}\n\nWithout it: {len(self.post.rows)} messages. Esc drops the filter."
        here = [each["agent"] for each in self.post.people]
        if here:
            return (f"{here[0]} is here and waiting. Say hello: press c, type @{here[0]}.\n\nOr in another terminal:\n"
                    f'  ackbox send {here[0]} "hello"')
        return ("Nobody is here yet. Let an agent in: give it the MCP server command\n  ackbox mcp --as NAME\n\n"
                "No agent at hand? In another terminal:\n  ackbox demo")

    def beside(self, width: int) -> list[Line]:
        return [] if self.row is None else self._told.lines(self.row, width, self.palette)

    async def ask(self, link: Link) -> None:
        if self.row is not None:
            await self._told.ask(link, self.row)

    @property
    def about(self) -> Any:
        return None if self.row is None else (self.row.id, self.row.id in self._told)

    def drawn_anew(self, row: Row) -> None:
        """Draw a message again, if it is listed."""
        at = self._place(row.seq)
        if at < len(self._shown) and self._shown[at] is row:
            self.forget(at)

    def unknown_in_sight(self) -> list[str]:
        """Ids of the messages in sight of which nobody knows how far they are."""
        return [row.id for row in self._shown[self.in_sight.start:self.in_sight.stop] if row.tally is None]
