"""Live: all messages, newest at the bottom, narrowed by a filter.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError, Invalid
from ackbox.faces.terminal_text import fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.fold import MIN_FOLDED, Fold, Listed, fold_in
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.member import reason
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.tabs.details import MessageDetails
from ackbox.faces.tui.tabs.tab import ROOMY_CELLS, Tab
from ackbox.faces.tui.widgets.ask import FilterBox
from ackbox.faces.tui.widgets.drawing import (
    Line,
    addressees,
    clock,
    message_line,
    one_line,
    rest_of,
    text_lines,
    words_of,
)
from ackbox.faces.tui.widgets.keys import Key
from ackbox.model.filter import Filter, fits_all, parse_filter

# Runs fold above this many messages per second for this long, and unfold below that many. As in the
# dashboard.
FOLD_ABOVE, FOLD_AFTER_S, CALM_BELOW = 30.0, 5.0, 5.0


class Live(Tab):
    """New messages as they arrive; with the cursor on the last line the view follows them."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *Tab.KEYS,
        Key("n p", "n", "unacked(1)", "next, previous message not acknowledged by all", True),
        Key("", "p", "unacked(-1)", "", True),
        Key("/", "slash", "filter", 'filter: from:claude intent:blocked is:unacked "words"', True),
        Key("Space", "space", "pause", "pause or resume the stream", True),
    )

    title = "Live"
    follows_at_end = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.box = FilterBox()
        self.follow = True
        self.filter = ""
        self.is_paused = False
        self._filter = Filter()
        self._now = ""
        self._shown: list[Listed] = []
        # Whether runs of messages are folded, which of their messages were opened, and since when
        # the rate is high.
        self._folds = False
        self._opened: set[str] = set()
        self._busy_since: float | None = None
        self._taken = 0
        self._shape = -1
        self._details = MessageDetails()
        self._is_reading_tallies = False
        self.unseen = 0

    def narrow(self, text: str) -> None:
        """Show only the messages that match a filter. Raises Invalid."""
        now = datetime.now(UTC)
        self._filter = parse_filter(text, now=int(now.timestamp() * 1000))
        self._now = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        # Only listed items are selected.
        self.picks.clear()
        self.filter, self._shape, self.follow, self.is_paused = text, -1, True, False
        self.update()

    def update(self) -> None:
        if self.is_paused and self._shape == self.mirror.shape:
            self.unseen = len(self.mirror.rows) - self._taken
            return
        rows = self.mirror.rows
        if self._shape != self.mirror.shape:
            self._list_again()
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
        if not self.follow and self.cursor >= before - MIN_FOLDED:
            # The message under the cursor stays a line of its own.
            self._opened.update(
                row.id for each in self._shown[self.cursor :] for row in _rows(each)
            )
        for row in rows:
            fold_in(self._shown, row, self._opened)
        for at in range(max(before - MIN_FOLDED, 0), before):
            self.forget(at)

    def pace(self, rate: float, now: float) -> None:
        """Fold runs while messages arrive too fast to read, and unfold them afterwards."""
        self._busy_since = (self._busy_since or now) if rate > FOLD_ABOVE else None
        if not self.follow or self.is_paused:
            return
        is_busy = self._busy_since is not None and now - self._busy_since >= FOLD_AFTER_S
        folds = is_busy or (self._folds and rate >= CALM_BELOW)
        if folds != self._folds:
            self._folds, self._shape = folds, -1
            self._opened.clear()
            self.update()

    def remark(self) -> Line:
        if self.filter:
            # The box above shows the filter; without room for both, the count is what is new.
            is_narrow = self.app.size.width < ROOMY_CELLS
            text = f"{self.count} match  {'' if is_narrow else f'{one_line(self.filter)} '}"
            return [self.styled(text, "high")]
        if self.unseen:
            return [self.styled(f"── {self.unseen} new ↓ G ── ", "accent", bold=True)]
        return []

    def enter(self, *, in_list: bool) -> bool:
        return in_list and self.open_fold()

    def action_unacked(self, by: int) -> None:
        self.session.show(self.title)
        if not self.to_unacked(by):
            where = "after" if by > 0 else "before"
            self.session.say(f"No unacknowledged message {where} this one.")

    def action_pause(self) -> None:
        self.is_paused = not self.is_paused
        if not self.is_paused:
            self.update()
        self.post_message(self.Changed())

    def action_filter(self) -> None:
        self.session.show(self.title)
        self.session.close_pane()
        self.box.display = True
        self.screen.set_focus(self.box)

    def show_sent_by(self, name: str) -> None:
        """Narrow the list to the messages of one sender."""
        self.box.display = True
        self.box.value = f"from:{name}"
        self.narrow(self.box.value)

    def drop_filter(self) -> None:
        """Close the box and list all messages."""
        self.box.display = False
        self.box.value = ""
        self.narrow("")

    def apply(self, text: str) -> None:
        """Narrow the list while a filter is typed."""
        # Half a filter is not wrong yet; Enter shows what is.
        with suppress(Invalid):
            self.narrow(text)

    def submit(self, text: str) -> bool:
        """Narrow the list to a filter and close an empty box; returns whether it is valid."""
        try:
            self.narrow(text)
        except Invalid as error:
            self.session.say(reason(error))
            return False
        self.box.display = bool(text)
        return True

    def open_fold(self) -> bool:
        """List the messages of the fold under the cursor, if there is one."""
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

    def _list_again(self) -> None:
        """List everything again, with the cursor on the same message."""
        on = self.row
        top = (
            self._shown[self.in_sight.start].seq if self.in_sight.start < len(self._shown) else None
        )
        rows = (
            [row for row in self.mirror.rows if self._fits(row)]
            if self.filter
            else self.mirror.rows
        )
        self._shape, self._taken = self.mirror.shape, len(self.mirror.rows)
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
        """Whether the oldest loaded messages come in sight."""
        return self.mirror.is_loaded and not self.follow and self.scroll_offset.y < self.size.height

    def move_to(self, index: int) -> None:
        super().move_to(index)
        if self.follow and not self.is_paused:
            self.unseen = 0

    def _place(self, seq: int) -> int:
        """Return the line of a message, alone or in a fold, or where it would be."""
        at = bisect_right(self._shown, seq, key=lambda each: each.seq) - 1
        return at if at >= 0 and _rows(self._shown[at])[-1].seq >= seq else at + 1

    def things(self, index: int) -> Things:
        return {row.id: row for row in _rows(self._shown[index])}

    def place_of(self, id: str) -> int | None:
        row = self.mirror.by_id.get(id)
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
        """Put the cursor on the next or previous message that a recipient has not acknowledged;
        returns whether there is one.
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
        """Draw the messages again whose receipts changed."""
        for row in rows:
            self._details.forget(row.id)
            self.draw_again(row)

    def _fits(self, row: Row) -> bool:
        is_late = row.due is not None and row.due < self._now and row.id not in self.mirror.answered
        return fits_all(self._filter, *row.facts(), late=is_late)

    @property
    def _item(self) -> Listed | None:
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    @property
    def row(self) -> Row | None:
        # Of a fold the last, whose text is on the line.
        return None if self._item is None else _rows(self._item)[-1]

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        each = self._shown[index]
        row, mark = (each.row, "Enter") if isinstance(each, Fold) else (each, None)
        return message_line(
            row,
            width,
            self.palette,
            selected=selected,
            humans=self.mirror.humans,
            is_compact=self.is_compact,
            name_cells=min(
                self.mirror.name_cells, 9 if width < 72 or self.is_compact else max(11, width // 8)
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
                f"No message matches  {self.filter}\n\nWithout the filter: {len(self.mirror.rows)}"
                " messages. Press Esc to clear it."
            )
        names = [each["agent"] for each in self.mirror.people if each["agent"] != self.member.name]
        if names:
            return (
                f"{names[0]} is connected. Say hello: press c and type @{names[0]}.\n\n"
                f'Or in another terminal:\n  ackbox send {names[0]} "hello"'
            )
        return self.no_agents()

    def detail(self, width: int) -> list[Line]:
        if isinstance(self._item, Fold):
            return self._run(self._item, width)
        return [] if self.row is None else self._details.lines(self.row, width, self.palette)

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
            *text_lines("Press Enter to list them.", width, style("accent")),
            [],
        ]
        return lines + [
            [
                self.styled(f"{clock(row.at)} ", "text3"),
                self.styled(fit(one_line(row.line), width - 9)),
            ]
            for row in fold.rows[:-100:-1]
        ]

    async def ask(self, link: Link) -> None:
        if isinstance(self._item, Row):
            await self._details.read(link, self._item)

    @property
    def about(self) -> Any:
        if isinstance(self._item, Fold):
            return (f"from {self._item.rows[0].id}", len(self._item.rows))
        return None if self.row is None else (self.row.id, self.row.id in self._details)

    def draw_again(self, row: Row) -> None:
        """Draw a message again if it is listed."""
        at = self._place(row.seq)
        if at < len(self._shown) and self._shown[at] is row:
            self.forget(at)

    def read_tallies(self) -> None:
        """Read the receipts of the messages in sight, all in one call, and one call at a time."""
        unknown = [] if self._is_reading_tallies else self._unknown_in_sight()
        if unknown:
            self._is_reading_tallies = True
            self.run_worker(self._read_tallies(unknown), group="tallies")

    async def _read_tallies(self, ids: list[str]) -> None:
        as_of = self.mirror.touches
        try:
            page = await self.member.link.call(
                "message.history", ids=ids[-200:], body_chars=0, with_tallies=True
            )
        except (NoServer, AckboxError):
            return
        finally:
            self._is_reading_tallies = False
        for row in self.mirror.learn(page, as_of=as_of):
            self.draw_again(row)

    def _unknown_in_sight(self) -> list[str]:
        """Return the ids of the messages in sight whose receipts are not known."""
        seen = self._shown[self.in_sight.start : self.in_sight.stop]
        return [row.id for row in seen if isinstance(row, Row) and row.tally is None]


def _rows(each: Listed) -> list[Row]:
    return each.rows if isinstance(each, Fold) else [each]
