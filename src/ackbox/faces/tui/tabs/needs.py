"""Needs you: what waits for a person, the oldest first. Explained in docs/howto/terminal.md."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ackbox.faces.terminal_text import ago
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row, make_row
from ackbox.faces.tui.tabs.details import Told
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.drawing import Line, fit, hint_lines, one_line, rest_of, urgency

if TYPE_CHECKING:
    from ackbox.faces.tui.state.link import Link

# Why it waits → in words, with who wrote it and who has not dealt with it.
SAID = {
    "mail": "{sender} writes",
    "blocked": "{sender} is blocked",
    "question": "{sender} asks",
    "urgent": "{waiting}: not acknowledged",
    "late": "{waiting}: answer is due",
    "stuck": "{waiting}: away",
    "expired": "{waiting}: expired unread",
}
WHY_CELLS = 30
LATELY = timedelta(minutes=5)


class Needs(Tab):
    """One line for each thing that waits, with what to do about it."""

    title = "Needs you"
    every_s = 10.0
    fed_by = ("message.", "receipt.", "task.", "agent.")
    is_read_unseen = True

    def __init__(self, post: Post) -> None:
        super().__init__(post)
        self._needs: list[tuple[Any, Row]] | None = None
        self._told = Told()

    async def read(self, link: Link) -> None:
        found = await link.call("workspace.needs", limit=100)
        on = self.row
        self._needs = [(need, make_row(need["message"], None)) for need in found["needs"]]
        if on is not None:
            # The cursor stays on what it was on while other things come and go.
            self.cursor = next(
                (at for at, (_, row) in enumerate(self._needs) if row.id == on.id), self.cursor
            )
            self._told.forget(on.id)
        self.picks.keep({row.id for _, row in self._needs})
        self.forget()
        self.show_count(len(self._needs))

    @property
    def badge(self) -> int:
        return len(self._needs or ())

    @property
    def row(self) -> Row | None:
        return (
            self._needs[self.cursor][1] if self._needs and self.cursor < len(self._needs) else None
        )

    def things(self, index: int) -> Things:
        row = (self._needs or [])[index][1]
        return {row.id: row}

    def place_of(self, id: str) -> int | None:
        return next((at for at, (_, row) in enumerate(self._needs or []) if row.id == id), None)

    @property
    def about(self) -> Any:
        return None if self.row is None else (self.row.id, self.row.id in self._told)

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        need, row = (self._needs or [])[index]
        edge, urgent = urgency(row.priority)
        waiting = ", ".join(need["waiting_for"][:2]) + (
            f" +{len(need['waiting_for']) - 2}" if len(need["waiting_for"]) > 2 else ""
        )
        why = SAID[need["kind"]].format(sender=row.sender, waiting=waiting)

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.show(text, means, bold=bold, selected=selected)

        line = [
            put(">" if selected else " ", "accent", bold=True),
            put(edge, urgent, bold=True),
            put(f"{ago(need['since']):>7}  ", "text3"),
            put(fit(one_line(why), min(WHY_CELLS, width // 3)), row.intent, bold=True),
        ]
        room = max(width - 1 - 2 - 9 - min(WHY_CELLS, width // 3) - 2, 0)
        return [*line, put("  "), put(fit(one_line(row.line), room))]

    def below(self, index: int, width: int) -> str:
        need, row = (self._needs or [])[index]
        waiting = (
            f"still without it: {', '.join(need['waiting_for'])}"
            if need["kind"] in ("urgent", "late", "stuck", "expired")
            else ""
        )
        return " · ".join(
            text
            for text in (waiting, rest_of(row, self.line(index, width, selected=False)[-1].text))
            if text
        )

    def when_empty(self) -> str:
        if self._needs is None:
            return "reading …"
        return f"Nothing needs you.\n\n{self._lately()}"

    def _lately(self) -> str:
        since = (
            (datetime.now(UTC) - LATELY).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        intents = Counter(row.intent for row in self.post.rows[-500:] if row.at >= since)
        if not intents:
            return "In the last five minutes nobody wrote."
        most = ", ".join(
            f"{count} {one_line(intent).replace('_', ' ')}"
            for intent, count in intents.most_common(4)
        )
        return f"In the last five minutes: {most}."

    def beside(self, width: int) -> list[Line]:
        if self.row is None:
            return []
        do = hint_lines(
            ("r answer", "a acknowledge", "t thread"), width, self.palette.style("accent")
        )
        return [*self._told.lines(self.row, width, self.palette), [], *do]

    async def ask(self, link: Link) -> None:
        if self.row is not None:
            await self._told.ask(link, self.row)
