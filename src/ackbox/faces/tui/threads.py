"""Threads: conversations, the latest first, and one of them in full beside. Explained in docs/howto/terminal.md."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ackbox.errors import AckboxError
from ackbox.faces.tui.drawing import Line, clock, fit, glyph, moment, one_line, text_lines
from ackbox.faces.tui.post import Post
from ackbox.faces.tui.row import Row
from ackbox.faces.tui.tab import Tab

if TYPE_CHECKING:
    from ackbox.faces.tui.link import Link

QUIET_S = 600


class Threads(Tab):
    """One line for each conversation among the messages loaded."""

    title = "Threads"

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._rows: dict[str, list[Row]] = {}
        self._order: list[str] = []
        self._taken = 0
        self._shape = -1
        self._read: dict[str, list[Any]] = {}

    def update(self) -> None:
        rows = self.post.rows
        if self._shape != self.post.shape:
            self._rows, self._order, self._taken, self._shape = {}, [], 0, self.post.shape
        fresh = rows[self._taken:]
        if not fresh:
            return
        on = self._order[self.cursor] if self.cursor < len(self._order) else None
        for row in fresh:
            self._rows.setdefault(row.thread, []).append(row)
            self._read.pop(row.thread, None)
        self._taken = len(rows)
        self._order = sorted(self._rows, key=lambda id: -self._rows[id][-1].seq)
        if on is not None and self.cursor:
            self.cursor = self._order.index(on) if on in self._rows else 0
        self.forget()
        self.show_count(len(self._order))

    def go_to(self, thread: str) -> None:
        """Put the cursor on a conversation."""
        self.update()
        if thread in self._rows:
            self.move_to(self._order.index(thread))

    @property
    def row(self) -> Row | None:
        return self._rows[self._order[self.cursor]][-1] if self.cursor < len(self._order) else None

    @property
    def about(self) -> Any:
        return (self._order[self.cursor], self._order[self.cursor] in self._read) if self.cursor < len(self._order) else None

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        rows = self._rows[self._order[index]]
        first, last = rows[0], rows[-1]
        who = list(dict.fromkeys(row.sender for row in rows))
        names = ", ".join(who[:3]) + (f" +{len(who) - 3}" if len(who) > 3 else "")
        line = [
            self.show(">" if selected else " ", "accent", bold=True, selected=selected), self.show(f" {clock(last.at)} ", "text3", selected=selected),
            self.show(f"{len(rows):>4} ", "text2", selected=selected), self.show(fit(one_line(names), 24), "text", selected=selected),
            self.show(f" {glyph(last.intent)} ", last.intent, bold=True, selected=selected),
        ]
        used = 1 + 10 + 5 + 24 + 3
        return [*line, self.show(fit(one_line(first.line), max(width - used, 0)), "text", selected=selected)]

    def when_empty(self) -> str:
        return "No conversations yet. Say something: press c, and name somebody with @.\n\nEach message begins one; replies stay in it."

    def beside(self, width: int) -> list[Line]:
        if self.cursor >= len(self._order):
            return []
        thread = self._order[self.cursor]
        messages = self._read.get(thread)
        if messages is None:
            return [[self.show("reading …", "text3")]]
        return _conversation(messages, width, self)

    async def ask(self, link: Link) -> None:
        if self.cursor >= len(self._order) or self._order[self.cursor] in self._read:
            return
        thread, cursor = self._order[self.cursor], None
        found: list[Any] = []
        try:
            while len(found) < 400:
                page = await link.call("thread.get", id=thread, limit=200, **({"cursor": cursor} if cursor else {}))
                found += page["messages"]
                cursor = page["cursor"]
                if cursor is None:
                    break
        except AckboxError:
            return
        if len(self._read) > 50:
            self._read.clear()
        self._read[thread] = found


def _conversation(messages: list[Any], width: int, tab: Tab) -> list[Line]:
    depth: dict[str, int] = {}
    lines: list[Line] = []
    before: datetime | None = None
    for message in messages:
        at = datetime.fromisoformat(message["created_at"])
        if before is not None and (at - before).total_seconds() > QUIET_S:
            minutes = int((at - before).total_seconds() // 60)
            quiet = f" {minutes // 60} h quiet " if minutes >= 120 else f" {minutes} min quiet "
            lines += [[tab.show(f"{quiet:╌^{width}}", "text3")], []]
        before = at
        level = depth[message["id"]] = min(depth.get(message["parent"], -1) + 1, 2)
        pad, room = "  " * level, width - 2 * level
        who = message["sender"] + (" HUMAN" if message["sender_kind"] == "human" else "")
        lines.append([tab.show(pad), tab.show(one_line(who), "human" if message["sender_kind"] == "human" else "text", bold=True),
                      tab.show(f"  {moment(message['created_at'])}  ", "text3"),
                      tab.show(f"{glyph(message['intent'])} {one_line(message['intent'])}", message["intent"])])
        said = [*([message["subject"]] if message["subject"] else []), message["body"]]
        lines += [[tab.show(pad), *line] for line in text_lines("\n".join(said), room, tab.palette.style("text"))]
        lines.append([])
    return lines
