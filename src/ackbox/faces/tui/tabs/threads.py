"""Threads: conversations as the server lists them, the latest first, and one of them in full
beside.

How a conversation is drawn is in conversation.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import AckboxError
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.state.row import Row, make_row
from ackbox.faces.tui.tabs.conversation import Conversation, conversation_lines
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import Line, clock, fit, glyph, one_line

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link

PAGE = 50
MOST_KEPT = 50


class Head(msgspec.Struct):
    """One conversation of the list.

    One that was opened before the server listed it has no count yet.
    """

    thread: str
    text: str
    names: list[str]
    count: int | None
    last: Row


class Threads(Tab):
    """One line for each conversation, or for each thread of one message too."""

    title = "Threads"
    indent = 16
    every_s = 30.0
    soonest_s = 1.0
    fed_by = ("message.",)
    opens_whole = True
    shows_end = True

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._heads: dict[str, Head] = {}
        self._order: list[str] = []
        self._cursor: str | None = None
        self._has_come = False
        self._answered_only = True
        self._said: dict[str, Conversation] = {}

    def other_window(self) -> None:
        """List messages that nobody has answered too, or only conversations again."""
        self._answered_only = not self._answered_only
        self._heads, self._cursor, self._has_come, self.is_stale = {}, None, False, True
        self._list()

    async def read(self, link: Link) -> None:
        answered_only = self._answered_only
        page = await link.call("thread.list", answered_only=answered_only, limit=PAGE)
        if answered_only != self._answered_only:
            return
        oldest = page["threads"][-1]["last"]["seq"] if page["threads"] else 0
        if not self._has_come or (
            page["cursor"]
            and all(head.last.seq < oldest for head in self._heads.values() if head.count)
        ):
            # So much has come that what was listed does not join what is listed now.
            self._heads = {id: head for id, head in self._heads.items() if head.count is None}
            self._cursor = page["cursor"]
        self._has_come = True
        self._take(page["threads"])

    @property
    def is_read(self) -> bool:
        return self._has_come

    @property
    def wants_more(self) -> bool:
        pane = self.terminal.beside
        if self.terminal.focused is pane:
            said = self._said.get(self.thread or "")
            return (
                said is not None
                and said.cursor is not None
                and pane.scroll_offset.y == 0
                and not pane.follow
            )
        return self._cursor is not None and self.in_sight.stop >= self.count - 5

    async def read_more(self, link: Link) -> None:
        """Read the page before: of the conversation when it is being read, else of the list."""
        said = self._said.get(self.thread or "")
        if self.terminal.focused is self.terminal.beside and said is not None:
            await said.read_older(link)
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
            # The list has the beginning of a text; whoever copies it wants the whole.
            last.is_cut = True
            text = head["first"]["subject"] or head["first"]["body"]
            self._heads[head["thread"]] = Head(
                head["thread"],
                text,
                [each["name"] for each in head["people"]],
                head["messages"],
                last,
            )
        self._list()

    def _list(self) -> None:
        """List what is known, with the cursor on the conversation it was on.

        At the top it stays at the top.
        """
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
        """Read again what a receipt has changed, if it is being read."""
        for row in rows:
            if row.thread in self._said:
                self._said[row.thread].is_stale = True

    @property
    def thread(self) -> str | None:
        """The conversation under the cursor."""
        return self._order[self.cursor] if self.cursor < len(self._order) else None

    @property
    def row(self) -> Row | None:
        said = self._said.get(self.thread or "")
        if said is not None and said.messages:
            return make_row(said.messages[-1], None)
        return self._heads[self.thread].last if self.thread else None

    @property
    def about(self) -> Any:
        if self.thread is None:
            return None
        said = self._said.get(self.thread)
        return (self.thread, self._heads[self.thread].last.seq, said is None or said.is_stale)

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        head = self._heads[self._order[index]]
        last, names = head.last, head.names
        who = ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")
        who_cells = 24 if width < 100 else width // 4

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.show(text, means, bold=bold, selected=selected)

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
                    one_line(head.text),
                    max(width - 1 - (8 if self.is_compact else 10) - 5 - who_cells - 3, 0),
                )
            ),
        ]

    def below(self, index: int, width: int) -> str:
        last = self._heads[self._order[index]].last
        return f"{last.sender}: {last.line}"

    def when_empty(self) -> str:
        if not self._has_come:
            return "reading …"
        if self._answered_only:
            return (
                "No conversations yet. A thread begins when somebody answers: press 1, then r on a"
                " message.\n\nw lists messages without an answer too."
            )
        return "No messages yet. Say something: press c, and name somebody with @."

    def beside(self, width: int) -> list[Line]:
        if self.thread is None:
            return []
        said = self._said.get(self.thread)
        if said is None:
            return [[self.show("reading …", "text3")]]
        lines, self.marks = conversation_lines(
            said, self._heads[self.thread].count, width, self.palette
        )
        return lines

    async def ask(self, link: Link) -> None:
        thread = self.thread
        if thread is None:
            return
        said = self._said.get(thread) or Conversation(thread)
        if not said.is_stale and said.last_seq >= self._heads[thread].last.seq:
            return
        try:
            await said.read(link)
        except AckboxError:
            return
        if len(self._said) > MOST_KEPT:
            self._said.clear()
        self._said[thread] = said
