"""Needs you: what is waiting for a person, oldest first. Explained in docs/howto/terminal.md."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ackbox.faces.terminal_text import ago, fit
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row, make_row
from ackbox.faces.tui.tabs.details import MessageDetails
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.widgets.ask import Sure
from ackbox.faces.tui.widgets.drawing import (
    Line,
    hint_lines,
    one_line,
    rest_of,
    text_lines,
    urgency,
)
from ackbox.faces.tui.widgets.keys import Key

# Why it is waiting → a text with its sender and the recipients who have not reacted.
REASONS = {
    "mail": "{sender} writes",
    "blocked": "{sender} is blocked",
    "question": "{sender} asks",
    "urgent": "{waiting}: not acknowledged",
    "late": "{waiting}: reply overdue",
    "stuck": "{waiting}: offline",
    "expired": "{waiting}: expired unread",
}
WHY_CELLS = 30
RECENT = timedelta(minutes=5)


class Needs(Tab):
    """One line for each item that is waiting, with what to do about it."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *Tab.KEYS,
        Key("1 … 9", "7,8,9", "", "Needs you: answer with a choice, after a question"),
    )
    title = "Needs you"
    every_s = 10.0
    fed_by = ("message.", "receipt.", "task.", "agent.", "thread.")
    is_read_unseen = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._needs: list[tuple[Any, Row]] | None = None
        self._details = MessageDetails()
        self._paused: list[Any] = []

    async def read(self, link: Link) -> None:
        found = await link.call("workspace.needs", limit=100)
        on = self.row
        self._paused = found["paused"]
        self._needs = [(need, make_row(need["message"], None)) for need in found["needs"]]
        if on is not None:
            # The cursor stays on its item while others are added and removed.
            self.cursor = next(
                (at for at, (_, row) in enumerate(self._needs) if row.id == on.id), self.cursor
            )
            self._details.forget(on.id)
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

    @property
    def _choices(self) -> list[str]:
        """The choices of the message under the cursor."""
        if not self._needs or self.cursor >= len(self._needs):
            return []
        found: list[str] = self._needs[self.cursor][0]["message"].get("choices", [])
        return found

    def action_of(self, name: str) -> str | None:
        """Return what a key does here; a number answers a message that offers so many choices."""
        if name.isdigit():
            number = int(name)
            return f"answer({number})" if 1 <= number <= len(self._choices) else None
        return super().action_of(name)

    def action_answer(self, number: int) -> None:
        if self.row is not None:
            self.run_worker(self._answer(self.row, self._choices[number - 1]), group="answer")

    async def _answer(self, row: Row, choice: str) -> None:
        """Answer with a choice, once the person has confirmed it: numbers also bring tabs in
        sight.
        """
        question = f"Answer {one_line(row.sender)} with {one_line(choice)!r}?"
        if not await self.app.push_screen_wait(Sure(self.palette, question)):
            return
        await self.session.member.register()
        sent = await self.session.attempt(
            "message.send",
            agent=self.session.member.name,
            parent=row.id,
            body=choice,
            choice=choice,
            intent="answer",
            idempotency_key=uuid.uuid4().hex,
        )
        if sent is not None:
            self.session.say(f"answered {one_line(row.sender)}: {one_line(choice)}")

    def things(self, index: int) -> Things:
        row = (self._needs or [])[index][1]
        return {row.id: row}

    def place_of(self, id: str) -> int | None:
        return next((at for at, (_, row) in enumerate(self._needs or []) if row.id == id), None)

    @property
    def about(self) -> Any:
        return None if self.row is None else (self.row.id, self.row.id in self._details)

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        need, row = (self._needs or [])[index]
        edge, urgent = urgency(row.priority)
        waiting = ", ".join(need["waiting_for"][:2]) + (
            f" +{len(need['waiting_for']) - 2}" if len(need["waiting_for"]) > 2 else ""
        )
        why = REASONS[need["kind"]].format(sender=row.sender, waiting=waiting)

        def put(text: str, means: str = "text", *, bold: bool = False) -> Any:
            return self.styled(text, means, bold=bold, selected=selected)

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
            f"not yet: {', '.join(need['waiting_for'])}"
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
            return "loading …"
        paused = "".join(
            f"\nPaused by {one_line(each['by'])}: {each['kind']} {one_line(each['of'])}"
            for each in self._paused
        )
        return f"Nothing needs you.\n{paused}\n{self._recent()}"

    def _recent(self) -> str:
        since = (
            (datetime.now(UTC) - RECENT).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        intents = Counter(row.intent for row in self.mirror.rows[-500:] if row.at >= since)
        if not intents:
            return "No messages in the last five minutes."
        most = ", ".join(
            f"{count} {one_line(intent).replace('_', ' ')}"
            for intent, count in intents.most_common(4)
        )
        return f"In the last five minutes: {most}."

    def detail(self, width: int) -> list[Line]:
        if self.row is None:
            return []
        accent = self.palette.style("accent")
        do = hint_lines(("r reply", "a acknowledge", "t thread"), width, accent)
        choices = [
            line
            for number, choice in enumerate(self._choices, 1)
            for line in text_lines(f"{number} {choice}", width, accent)
        ]
        choices += [[]] if choices else []
        return [*self._details.lines(self.row, width, self.palette), [], *choices, *do]

    async def ask(self, link: Link) -> None:
        if self.row is not None:
            await self._details.read(link, self.row)
