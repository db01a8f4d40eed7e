"""Threads: conversations as the server lists them, newest first.

conversation.py draws the one in the detail pane. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.row import Row, make_row
from ackbox.faces.tui.tabs.conversation import Conversation, conversation_lines
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.bars import Hint
from ackbox.faces.tui.widgets.drawing import Line, clock, glyph, one_line
from ackbox.faces.tui.widgets.keys import Key

PAGE = 50
MAX_KEPT = 50


class Head(msgspec.Struct):
    """One conversation of the list; without a count until the server has listed it."""

    thread: str
    text: str
    names: list[str]
    count: int | None
    last: Row
    is_paused: bool = False


class Threads(Tab):
    """One line for each conversation, with or without messages that nobody has answered."""

    KEYS: ClassVar[tuple[Key, ...]] = (*Tab.KEYS, Key("", "w", "unanswered", ""))

    title = "Threads"
    indent = 16
    every_s = 30.0
    soonest_s = 1.0
    fed_by = ("message.", "thread.")
    opens_whole = True
    shows_end = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._heads: dict[str, Head] = {}
        self._order: list[str] = []
        self._cursor: str | None = None
        self._is_listed = False
        self._answered_only = True
        self._opened: dict[str, Conversation] = {}

    def action_unanswered(self) -> None:
        """List unanswered messages too, or only conversations again."""
        self._answered_only = not self._answered_only
        self._heads, self._cursor, self._is_listed, self.is_stale = {}, None, False, True
        self._list()

    async def read(self, link: Link) -> None:
        answered_only = self._answered_only
        page = await link.call("thread.list", answered_only=answered_only, limit=PAGE)
        if answered_only != self._answered_only:
            return
        oldest = page["threads"][-1]["last"]["seq"] if page["threads"] else 0
        if not self._is_listed or (
            page["cursor"]
            and all(head.last.seq < oldest for head in self._heads.values() if head.count)
        ):
            # So many are new that this page does not join those listed before.
            self._heads = {id: head for id, head in self._heads.items() if head.count is None}
            self._cursor = page["cursor"]
        self._is_listed = True
        self._take(page["threads"])

    @property
    def is_read(self) -> bool:
        return self._is_listed

    @property
    def wants_more(self) -> bool:
        if self.session.is_pane_read():
            conversation = self._opened.get(self.thread or "")
            return (
                conversation is not None
                and conversation.cursor is not None
                and self.session.is_pane_at_top()
            )
        return self._cursor is not None and self.in_sight.stop >= self.count - 5

    async def read_more(self, link: Link) -> None:
        """Read the next older page: of the conversation if the focus is there, else of the list."""
        conversation = self._opened.get(self.thread or "")
        if self.session.is_pane_read() and conversation is not None:
            await conversation.read_older(link)
        elif self._cursor is not None:
            answered_only = self._answered_only
            page = await link.call(
                "thread.list", answered_only=answered_only, limit=PAGE, cursor=self._cursor
            )
            if answered_only == self._answered_only:
                self._cursor = page["cursor"]
                self._take(page["threads"])

    def _take(self, heads: list[Any]) -> None:
        for head in heads:
            last = make_row(head["last"], None)
            # The list has only the beginning of the text; copying reads the rest.
            last.is_cut = True
            text = head["first"]["subject"] or head["first"]["body"]
            self._heads[head["thread"]] = Head(
                head["thread"],
                text,
                [each["name"] for each in head["people"]],
                head["messages"],
                last,
                head["paused"] is not None,
            )
        self._list()

    def _list(self) -> None:
        """List what is known, with the cursor on the same conversation, or still at the top."""
        on = self.thread if self.cursor else None
        self._order = sorted(self._heads, key=lambda id: -self._heads[id].last.seq)
        if on is not None:
            self.cursor = self._order.index(on) if on in self._heads else 0
        self.forget()
        self.show_count(len(self._order))

    def go_to(self, row: Row) -> None:
        """Put the cursor on the conversation of a message, listed or not."""
        if row.thread not in self._heads:
            self._heads[row.thread] = Head(row.thread, row.line, [row.sender], None, row)
            self._list()
        self.move_to(self._order.index(row.thread))

    def changed(self, rows: list[Row]) -> None:
        """Mark the open conversations as stale whose receipts changed."""
        for row in rows:
            if row.thread in self._opened:
                self._opened[row.thread].is_stale = True

    @property
    def thread(self) -> str | None:
        """The conversation under the cursor."""
        return self._order[self.cursor] if self.cursor < len(self._order) else None

    @property
    def row(self) -> Row | None:
        conversation = self._opened.get(self.thread or "")
        if conversation is not None and conversation.messages:
            return make_row(conversation.messages[-1], None)
        return self._heads[self.thread].last if self.thread else None

    @property
    def about(self) -> Any:
        if self.thread is None:
            return None
        conversation = self._opened.get(self.thread)
        return (
            self.thread,
            self._heads[self.thread].last.seq,
            conversation is None or conversation.is_stale,
        )

    @property
    def hints(self) -> list[Hint]:
        on_row = [Hint("Enter", "read", "enter"), Hint("r", "reply", "r")] if self.row else []
        return [
            *on_row,
            Hint("c", "compose", "c"),
            Hint("w", "all or answered", "w"),
            Hint(":", "go", "colon"),
            Hint("?", "keys", "question_mark"),
            Hint("q", "quit", "q"),
        ]

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        head = self._heads[self._order[index]]
        last, names = head.last, head.names
        who = ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")
        who_cells = 24 if width < 100 else width // 4

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.styled(text, means, bold=bold, selected=selected)

        line = [
            put(">" if selected else " ", "accent", bold=True),
            put(f" {clock(last.at, is_short=self.is_compact)} ", "text3"),
            put(f"{'·' if head.count is None else head.count:>4} ", "text2"),
            put(fit(one_line(who), who_cells)),
            put(f" {glyph(last.intent)} ", last.intent, bold=True),
        ]
        return [
            *line,
            put(
                fit(
                    f"{'paused · ' if head.is_paused else ''}{one_line(head.text)}",
                    max(width - 1 - (8 if self.is_compact else 10) - 5 - who_cells - 3, 0),
                )
            ),
        ]

    def below(self, index: int, width: int) -> str:
        last = self._heads[self._order[index]].last
        return f"{last.sender}: {last.line}"

    def when_empty(self) -> str:
        if not self._is_listed:
            return "loading …"
        if self._answered_only:
            return (
                "No conversations yet. A reply starts one: press 1, then r on a message.\n\n"
                "Press w to list unanswered messages too."
            )
        return "No messages yet. Press c to write one, and @ to name its recipient."

    def detail(self, width: int) -> list[Line]:
        if self.thread is None:
            return []
        conversation = self._opened.get(self.thread)
        if conversation is None:
            return [[self.styled("loading …", "text3")]]
        lines, self.marks = conversation_lines(
            conversation, self._heads[self.thread].count, width, self.palette
        )
        return lines

    async def ask(self, link: Link) -> None:
        thread = self.thread
        if thread is None:
            return
        conversation = self._opened.get(thread) or Conversation(thread)
        if not conversation.is_stale and conversation.last_seq >= self._heads[thread].last.seq:
            return
        try:
            await conversation.read(link)
        except AckboxError:
            return
        if len(self._opened) > MAX_KEPT:
            self._opened.clear()
        self._opened[thread] = conversation
