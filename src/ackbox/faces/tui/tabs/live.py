"""Live: every message, newest at the bottom, narrowed by a filter.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ackbox.faces.tui.state.fold import SHORTEST, Fold, Listed, fold_in
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.tabs.details import Told
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import (
    Line,
    addressees,
    clock,
    fit,
    message_line,
    one_line,
    rest_of,
    text_lines,
    words_of,
)
from ackbox.model.filter import Filter, fits_all, parse_filter

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link

# Messages a second, and for how long, before runs of them fold; and below which they stand alone
# again. As in the dashboard.
FOLD_ABOVE, FOLD_AFTER_S, CALM_BELOW = 30.0, 5.0, 5.0


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
        self._shown: list[Listed] = []
        # Whether runs of messages stand on one line, which of them were opened, and since when it
        # is so busy.
        self._folds = False
        self._opened: set[str] = set()
        self._busy_since: float | None = None
        self._taken = 0
        self._shape = -1
        self._told = Told()
        self.unseen = 0

    def narrow(self, text: str) -> None:
        """Show only what fits a filter. Raises Invalid."""
        now = datetime.now(UTC)
        self._filter = parse_filter(text, now=int(now.timestamp() * 1000))
        self._now = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        # What is not listed is not selected.
        self.picks.clear()
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
        fresh = rows[self._taken :]
        if fresh:
            fitting = [row for row in fresh if self._fits(row)] if self.filter else fresh
            self._add(fitting)
            self._taken = len(rows)
            self.unseen = 0 if self.follow else self.unseen + len(fitting)
            self.show_count(len(self._shown))

    def _add(self, rows: list[Row]) -> None:
        if not self._folds:
            self._shown += rows
            return
        before = len(self._shown)
        if not self.follow and self.cursor >= before - SHORTEST:
            # The message under the cursor is not taken away from under it.
            self._opened.update(
                row.id for each in self._shown[self.cursor :] for row in _rows(each)
            )
        for row in rows:
            fold_in(self._shown, row, self._opened)
        for at in range(max(before - SHORTEST, 0), before):
            self.forget(at)

    def pace(self, rate: float, now: float) -> None:
        """Fold when so much comes for so long that nobody can read each line, and no more when
        it is calm.
        """
        self._busy_since = (self._busy_since or now) if rate > FOLD_ABOVE else None
        if not self.follow or self.is_held:
            return
        is_busy = self._busy_since is not None and now - self._busy_since >= FOLD_AFTER_S
        folds = is_busy or (self._folds and rate >= CALM_BELOW)
        if folds != self._folds:
            self._folds, self._shape = folds, -1
            self._opened.clear()
            self.update()

    def open_fold(self) -> bool:
        """List the messages of the fold under the cursor, if it is on one."""
        item = self._item
        if not isinstance(item, Fold):
            return False
        at = self.cursor
        self._opened.update(row.id for row in item.rows)
        self._shown[at : at + 1] = item.rows
        self.follow = False
        self.forget()
        self.show_count(len(self._shown))
        self.move_to(at)
        return True

    def _anew(self) -> None:
        """List everything again, with the cursor on the message it was on."""
        on = self.row
        top = (
            self._shown[self.in_sight.start].seq if self.in_sight.start < len(self._shown) else None
        )
        rows = [row for row in self.post.rows if self._fits(row)] if self.filter else self.post.rows
        self._shape, self._taken = self.post.shape, len(self.post.rows)
        self._shown = []
        self._add(rows)
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
        """Return where a message is listed, alone or in a fold, or where it would be."""
        at = bisect_right(self._shown, seq, key=lambda each: each.seq) - 1
        return at if at >= 0 and _rows(self._shown[at])[-1].seq >= seq else at + 1

    def things(self, index: int) -> Things:
        return {row.id: row for row in _rows(self._shown[index])}

    def place_of(self, id: str) -> int | None:
        row = self.post.by_id.get(id)
        at = len(self._shown) if row is None else self._place(row.seq)
        return at if at < len(self._shown) and id in self.things(at) else None

    def go_to(self, seq: int) -> bool:
        """Put the cursor on a message, if it is listed."""
        at = self._place(seq)
        if at >= len(self._shown) or all(row.seq != seq for row in _rows(self._shown[at])):
            return False
        self.move_to(at)
        if self.open_fold():
            self.move_to(self._place(seq))
        return True

    def to_unacked(self, by: int) -> bool:
        """Put the cursor on the next message, or the one before, that somebody has not
        acknowledged; whether there is one.
        """
        at = self.cursor + by
        while 0 <= at < len(self._shown):
            row = self._shown[at]
            if (
                isinstance(row, Row)
                and row.tally is not None
                and row.tally.acknowledged < row.tally.recipients
            ):
                self.move_to(at)
                return True
            at += by
        return False

    def changed(self, rows: list[Row]) -> None:
        """Draw again what a receipt changed."""
        for row in rows:
            self._told.forget(row.id)
            self.drawn_anew(row)

    def _fits(self, row: Row) -> bool:
        is_late = row.due is not None and row.due < self._now and row.id not in self.post.answered
        return fits_all(self._filter, *row.facts(), late=is_late)

    @property
    def _item(self) -> Listed | None:
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    @property
    def row(self) -> Row | None:
        # Of a fold the last, whose words are on the line.
        return None if self._item is None else _rows(self._item)[-1]

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        each = self._shown[index]
        row, mark = (each.row, "Enter") if isinstance(each, Fold) else (each, None)
        return message_line(
            row,
            width,
            self.palette,
            selected=selected,
            humans=self.post.humans,
            is_compact=self.is_compact,
            name_cells=min(
                self.post.name_cells, 9 if width < 72 or self.is_compact else max(11, width // 8)
            ),
            mark=mark,
        )

    def below(self, index: int, width: int) -> str:
        each = self._shown[index]
        row = each.last if isinstance(each, Fold) else each
        return rest_of(row, self.line(index, width, selected=False)[-2].text)

    def when_empty(self) -> str:
        if self.filter:
            return (
                f"Nothing fits  {self.filter}\n\nWithout it: {len(self.post.rows)} messages. Esc"
                " drops the filter."
            )
        here = [
            each["agent"] for each in self.post.people if each["agent"] != self.terminal.name_of_me
        ]
        if here:
            return (
                f"{here[0]} is here and waiting. Say hello: press c, type @{here[0]}.\n\nOr in"
                " another terminal:\n"
                f'  ackbox send {here[0]} "hello"'
            )
        return self.nobody()

    def beside(self, width: int) -> list[Line]:
        if isinstance(self._item, Fold):
            return self._run(self._item, width)
        return [] if self.row is None else self._told.lines(self.row, width, self.palette)

    def _run(self, fold: Fold, width: int) -> list[Line]:
        """Return the newest messages of a fold, a line each."""
        last, style = fold.last, self.palette.style
        lines = [
            *text_lines(
                f"{len(fold.rows)} {words_of(last.intent)}", width, style(last.intent, bold=True)
            ),
            *text_lines(
                f"{one_line(last.sender)} → {one_line(addressees(last.to))}", width, style("text")
            ),
            *text_lines("Enter lists each of them.", width, style("accent")),
            [],
        ]
        return lines + [
            [self.show(f"{clock(row.at)} ", "text3"), self.show(fit(one_line(row.line), width - 9))]
            for row in fold.rows[:-100:-1]
        ]

    async def ask(self, link: Link) -> None:
        if isinstance(self._item, Row):
            await self._told.ask(link, self._item)

    @property
    def about(self) -> Any:
        if isinstance(self._item, Fold):
            return (f"from {self._item.rows[0].id}", len(self._item.rows))
        return None if self.row is None else (self.row.id, self.row.id in self._told)

    def drawn_anew(self, row: Row) -> None:
        """Draw a message again, if it is listed."""
        at = self._place(row.seq)
        if at < len(self._shown) and self._shown[at] is row:
            self.forget(at)

    def unknown_in_sight(self) -> list[str]:
        """Ids of the messages in sight of which nobody knows how far they are."""
        seen = self._shown[self.in_sight.start : self.in_sight.stop]
        return [row.id for row in seen if isinstance(row, Row) and row.tally is None]


def _rows(each: Listed) -> list[Row]:
    return each.rows if isinstance(each, Fold) else [each]
